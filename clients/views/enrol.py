"""One way in for everyone: a link (POST), a passphrase, a vault. Coaches who sign up, clients and contacts who are invited."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts import actions as accounts
from accounts import links, rates
from accounts.doors import Administrator, Anyone, admits
from accounts.forms import AddressForm, EnrolForm
from accounts.models import Link, User
from accounts.views.lost import sign_in_by_link
from clients import actions, invitations
from clients.forms import SignUpForm
from clients.models import Client, Coach, SponsorContact
from clients.views.own import confirm_address
from vault import slots


def signing_up_is_open() -> bool:
    """Whether coaches may sign up: while the instance has none, or always where the setting says so."""
    return settings.SIGNUP == "open" or not Coach.objects.exists()


@require_http_methods(["GET", "POST"])
@admits(Anyone)
def sign_up(request: HttpRequest) -> HttpResponse:
    """Mail the link with which a coach makes an account. The answer is the same whether somebody has this address or not."""
    if not signing_up_is_open():
        return render(request, "clients/sign_up_closed.html", status=403)
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["address"]
        digest = User.username_of(address)
        if rates.may_ask_for_mail(request, digest):
            known = User.objects.filter(username=digest).exists()
            letter = "already_known" if known else "sign_up"
            accounts.send_link(kind=Link.Kind.SIGN_UP, letter=letter, address=address, language=get_language() or "fr", about=None, by=None)
        return render(request, "accounts/mail_sent.html", {"what": "sign_up"})
    return render(request, "clients/sign_up.html", {"form": form})


@require_http_methods(["GET", "POST"])
@admits(Anyone)
def enrol(request: HttpRequest, token: str) -> HttpResponse:
    """Open a mailed link. A GET shows what it is for and changes nothing; POST makes the person, or lets a known one join."""
    try:
        link = links.find(token, timezone.now())
    except Http404:
        return _over(request, token)
    if link.kind == Link.Kind.SIGN_IN:
        return sign_in_by_link(request, link)
    if link.kind == Link.Kind.ADDRESS:
        return confirm_address(request, link, _over(request, token))
    invited = actions.invited_by(link) if link.kind == Link.Kind.JOIN else None
    if not _leads_somewhere(link, invited):
        return _over(request, token)
    known = User.objects.filter(username=User.username_of(link.address)).first()
    if known is not None:
        return _welcome_back(request, link, invited, known)
    return _make_person(request, link, invited)


def _over(request: HttpRequest, token: str) -> HttpResponse:
    """Say that a link leads nowhere, alike for every one, and offer to ask for another."""
    return render(request, "clients/link_over.html", {"token": token}, status=404)


@require_POST
@admits(Anyone)
def link_again(request: HttpRequest) -> HttpResponse:
    """Mail another link to where one that is over had gone, if there is still something to open. The answer is the same for every link."""
    token, now = request.POST.get("token", "")[:100], timezone.now()
    if rates.may_ask_for_mail(request, links.digest(token)):
        link = invitations.to_send_again(token, now)
        if link is not None and (link.kind != Link.Kind.SIGN_UP or link.about is not None or signing_up_is_open()):
            accounts.send_link(kind=link.kind, letter=link.letter, address=link.address, language=link.language, about=link.about, by=None)
    return render(request, "accounts/mail_sent.html", {"what": "again"})


def _leads_somewhere(link: Link, invited: Client | SponsorContact | None) -> bool:
    """Whether a living link still has something to open: somebody to invite, or signing up by oneself while that is open."""
    if link.kind == Link.Kind.SIGN_UP:
        return link.about is not None or signing_up_is_open()
    return link.kind == Link.Kind.ADMIN or (link.kind == Link.Kind.JOIN and invited is not None)


def _facts(link: Link, invited: Client | SponsorContact | None) -> dict[str, object]:
    """Who invites, and as what, for whoever holds the link."""
    coach = invited.coach if isinstance(invited, Client) else invited.sponsor.coach if invited else None
    return {"link": link, "invited": invited, "is_client": isinstance(invited, Client), "coach": coach.name if coach else ""}


def _welcome_back(request: HttpRequest, link: Link, invited: Client | SponsorContact | None, known: User) -> HttpResponse:
    """Somebody has this address: they sign in, then say yes."""
    if request.user.pk != known.pk:
        facts = _facts(link, invited) | {"sign_in": f"{reverse('account_login')}?{urlencode({'next': request.path})}"}
        return render(request, "clients/link_sign_in.html", facts)
    if request.method == "POST":
        accounts.use_link(link=link, by=known)
        if invited is not None:
            actions.join(invited=invited, person=known, by=known)
        return redirect("home")
    return render(request, "clients/link_join.html", _facts(link, invited))


@sensitive_variables()
def _make_person(request: HttpRequest, link: Link, invited: Client | SponsorContact | None) -> HttpResponse:
    """Nobody has this address: a name, a passphrase, and the vault is made."""
    is_coach = link.kind == Link.Kind.SIGN_UP
    form = (SignUpForm if is_coach else EnrolForm)(
        request.POST or None, initial={"name": invited.name if invited else ""}, own=[link.address]
    )
    if request.method != "POST" or not form.is_valid():
        return render(request, "clients/enrol.html", _facts(link, invited) | {"form": form})
    chosen = form.cleaned_data
    passphrase = slots.stretched(chosen["passphrase"])
    language = get_language() or link.language
    user = actions.enrol(
        link=link, name=chosen["name"], practice=chosen.get("practice", ""), language=language, passphrase=passphrase, by=None
    )
    if request.user.is_authenticated:
        request.session.flush()
    user.opened = slots.open_stretched(user.pk, passphrase)
    user.backend = settings.AUTHENTICATION_BACKENDS[0]
    record_authentication(request, user, method="link")
    record_authentication(request, user, method="password", reauthenticated=True)
    return perform_login(request, Login(user=user, redirect_url=reverse("home" if invited else "mfa_activate_totp")))


@require_POST
@admits(Administrator)
def invite_coach(request: HttpRequest, person: User) -> HttpResponse:
    """Mail a link with which a coach makes an account here. The answer is the same whether somebody has this address or not."""
    form = AddressForm(request.POST)
    if form.is_valid():
        actions.invite_coach(address=form.cleaned_data["address"], language=person.language, by=person)
        messages.success(request, _("A link is on its way. It is valid for 24 hours."))
    else:
        messages.error(request, _("Please enter an e-mail address."))
    return redirect("administration")
