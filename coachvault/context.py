"""What every page's frame shows: the space, its way around, the person, the vault's state."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from accounts.factors import passkeys
from accounts.views.vault import OPENED_BY_PASSKEY
from clients.views.enrol import signing_up_is_open


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of a space's navigation."""

    url: str
    label: str
    icon: str
    current: bool = False
    shortcut: str = ""


class Page:
    """The frame of one page. Names are shown only while the vault is open."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.space = next((s for s in ("coach", "client", "contact", "admin") if request.path.startswith(f"/{s}/")), "")
        self.language = get_language() or "fr"
        theme = request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
        self.theme = theme if theme in {"light", "dark"} else ""
        self.discreet = request.COOKIES.get(settings.DISCREET_COOKIE_NAME) == "on"
        self.vault_open = getattr(request, "vault", None) is not None
        locks_at = getattr(request, "vault_locks_at", None)
        self.lock_at = int(locks_at.timestamp()) if locks_at else None
        self.mail_page = settings.MAIL == "file" and settings.LOCAL

    @property
    def _user(self) -> Any:
        return getattr(self._request, "user", None)

    @property
    def is_named(self) -> bool:
        """Whether this page's address has a name, to which passkeys can belong."""
        return bool(passkeys.site(self._request)[0])

    @property
    def named_url(self) -> str:
        """The same instance by a name, where its address is made of numbers and this machine has a name for it."""
        return f"http://localhost:{settings.PORT}{self._request.path}" if settings.LOCAL and not settings.HTTPS else ""

    @property
    def passkey_opens(self) -> bool:
        """Whether a passkey opened this vault, so that it is offered to open it again in place."""
        return self.vault_open and bool(self._request.session.get(OPENED_BY_PASSKEY))

    @property
    def person_name(self) -> str:
        return str(self._user.name) if self.vault_open else ""

    @property
    def shortcuts(self) -> bool:
        return bool(getattr(self._user, "has_shortcuts", True))

    @cached_property
    def nav(self) -> list[Place]:
        """The space's places, the present one marked."""
        path = self._request.path
        entries = NAVIGATION.get(self.space or self._only_space, [])
        home = reverse(entries[0][0]) if entries else ""
        found = []
        for name, label, icon, keys in entries:
            url = reverse(name)
            beneath = path.startswith(BENEATH.get(name, (url,)))
            found.append(Place(url, _(label), icon, path == url if url == home else beneath, keys))
        return found

    @property
    def may_sign_up(self) -> bool:
        """Whether a coach may make an account without being invited."""
        return signing_up_is_open()

    @property
    def recovery_banner(self) -> bool:
        """Whether to ask for the recovery sheet: after the first useful act, until it is done."""
        return bool(self.vault_open and self.space and self._user.recovery_confirmed_at is None and self._user.has_acted)

    @property
    def restored_to(self) -> Any:
        """The moment that a restore went back to, until this person has confirmed it."""
        return self._user.restored_to if self.vault_open and self.space else None

    @cached_property
    def who_sees(self) -> str:
        """Where the drawer of who sees what fetches what holds in this space; empty where there is none, or nobody to read it."""
        here = [self.space] if self.space else [place.url.strip("/") for place in self._found]
        name = next((space for space in here if space in ("coach", "client", "contact")), "")
        return reverse(f"{name}_sees") if name and self.vault_open else ""

    @cached_property
    def spaces(self) -> list[Place]:
        """The spaces of this person, where there is more than one."""
        return self._found if len(self._found) > 1 else []

    @cached_property
    def _found(self) -> list[Place]:
        return spaces_of(self._user) if self.vault_open else []

    @property
    def _only_space(self) -> str:
        """The person's only space, whose way around the pages that belong to none show too."""
        return self._found[0].url.strip("/") if len(self._found) == 1 else ""


NAVIGATION: dict[str, list[tuple[str, str, str, str]]] = {  # name of the address, label, icon, shortcut
    "coach": [
        ("today", gettext_noop("Today"), "house", "g a"),
        ("client_list", gettext_noop("Clients"), "users", "g c"),
        ("sponsor_list", gettext_noop("Organisations"), "building-2", "g o"),
        ("pledge_home", gettext_noop("My pledge"), "scroll-text", "g p"),
        ("template_list", gettext_noop("Templates"), "files", "g t"),
        ("consent_register", gettext_noop("Consents"), "shield-check", "g r"),
        ("law_list", gettext_noop("Legal disclosures"), "scale", "g l"),
    ],
    "client": [
        ("client_home", gettext_noop("Home"), "house", "g a"),
        ("notebook", gettext_noop("My notebook"), "notebook-pen", "g n"),
        ("client_consents", gettext_noop("My permissions"), "shield-check", "g c"),
        ("client_rights", gettext_noop("My data"), "files", "g d"),
    ],
    "contact": [("contact_home", gettext_noop("Home"), "house", "g a")],
    "admin": [("administration", gettext_noop("This instance"), "server", "g a")],
}

BENEATH: dict[str, tuple[str, ...]] = {  # where a place of the navigation has pages elsewhere than under its own address
    "client_list": tuple(
        f"/coach/{part}/"
        for part in (
            "clients",
            "engagements",
            "sessions",
            "notes",
            "agreements",
            "summaries",
            "proposals",
            "barriers",
            "wishes",
            "shared",
            "rights",
        )
    ),
    "sponsor_list": ("/coach/organisations/", "/coach/contacts/"),
    "client_rights": ("/client/rights/", "/client/log/"),
}


ROLES = """
SELECT EXISTS (SELECT FROM "clients_coach" WHERE "person_id" = %(person)s),
  EXISTS (SELECT FROM "clients_client" WHERE "person_id" = %(person)s),
  EXISTS (SELECT FROM "clients_sponsorcontact" WHERE "person_id" = %(person)s AND "left_at" IS NULL)
"""  # written out: every page asks it


def spaces_of(user: Any) -> list[Place]:
    """Where this person may go: one question to the database."""
    with connection.cursor() as cursor:
        cursor.execute(ROLES, {"person": user.pk})
        here = dict(zip(("coach", "client", "contact"), cursor.fetchone(), strict=True))
    here["admin"] = user.is_administrator
    places = [
        Place("/coach/", _("My practice"), "notebook-pen"),
        Place("/client/", _("My coaching"), "user-round"),
        Place("/contact/", _("My organisation"), "building-2"),
        Place("/admin/", _("This instance"), "server"),
    ]
    return [place for place in places if here.get(place.url.strip("/"))]


def page(request: HttpRequest) -> dict[str, Any]:
    """The context processor."""
    return {"page": Page(request)}
