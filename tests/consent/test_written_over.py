"""Whoever writes to the database names other people and other keys in vain: no key is given to them, nothing is sealed for them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts import actions as accounts
from accounts.act import Refused
from accounts.models import Link
from clients import actions as clients
from clients import permissions
from clients.models import Client, Engagement, SponsorContact
from consent import signing
from consent.actions import summaries as actions
from consent.reading import Reading, digest_of
from support import jobs, mail
from tests.cast import signed_in
from tests.consent.agreements import in_force, sent
from vault.models import KeyGrant
from vault.unlocked import public_keys

TEXT = "Anaïs a posé trois jalons avec son équipe et les tient."


@pytest.fixture
def engagement(cast) -> Engagement:
    return cast.engagement(cast.anais)


def holders(engagement: Engagement) -> set:
    return set(KeyGrant.objects.filter(key__series=engagement.shared_key).values_list("holder", flat=True))


def proposed(cast, engagement: Engagement):
    fresh = Engagement.objects.select_related("coach", "client", "sponsor").get(pk=engagement.pk)
    vault = cast.vault("Camille Aubry")
    summary = actions.start_summary(engagement=fresh, contact=cast.helene, text=TEXT, vault=vault, by=cast.camille)
    reading = Reading(engagement.pk, digest_of(TEXT), stops=0, asked=frozenset(), answered=frozenset())
    return actions.propose(summary=summary, text=TEXT, reading=reading, vault=vault, by=cast.camille)


def test_a_colleague_written_in_as_the_client_of_an_engagement_is_given_no_key(cast, engagement) -> None:
    Engagement.objects.filter(pk=engagement.pk).update(client=cast.karim)
    permissions.give(permissions.FOLLOW, cast.karim.person, engagement)

    signed_in(cast.camille.person)

    assert cast.karim.person_id not in holders(engagement)
    with pytest.raises(Refused):
        in_force(engagement)
    with pytest.raises(Refused):
        proposed(cast, engagement)
    assert cast.karim.person_id not in holders(engagement)


def test_a_person_written_in_as_a_client_is_given_no_key(cast, engagement) -> None:
    dominique = cast.dominique
    Client.objects.filter(pk=cast.anais.pk).update(person=dominique)
    permissions.give(permissions.FOLLOW, dominique, engagement)

    signed_in(cast.camille.person)

    in_force(engagement)
    with pytest.raises(Refused):
        proposed(cast, engagement)
    assert dominique.pk not in holders(engagement)


def test_nothing_is_proposed_with_another_engagement_s_key_written_in(cast, engagement) -> None:
    in_force(engagement)
    Engagement.objects.filter(pk=engagement.pk).update(shared_key=cast.engagement(cast.karim).shared_key)

    with pytest.raises(Refused) as refused:
        proposed(cast, engagement)

    assert refused.value.code == "other_parties"


def test_a_person_written_in_as_the_contact_is_shown_nothing(cast, engagement) -> None:
    in_force(engagement)
    proposal = proposed(cast, engagement)
    SponsorContact.objects.filter(pk=cast.helene.pk).update(person=cast.karim.person)
    shown = {"fingerprint": bytes(proposal.fingerprint), "contact": cast.helene, "until": timezone.localdate() + timedelta(days=9)}
    shown |= {"keys": public_keys(cast.karim.person_id).fingerprint(), "evidence": {}}

    with pytest.raises(Refused):
        actions.approve(proposal=proposal, vault=cast.vault("Anais Lefort"), by=cast.anais, **shown)


def test_a_coach_written_into_the_permissions_alone_finds_nothing(cast, engagement) -> None:
    permissions.give(permissions.COACH, cast.bruno.person, engagement)

    assert not Engagement.objects.for_coach(cast.bruno).exists()


def mailed(kind: str) -> str:
    jobs.run_pending()
    return next(re.search(rf"/{kind}/([\w-]+)/", link)[1] for letter in mail.inbox() for link in letter.links if f"/{kind}/" in link)


@pytest.fixture
def _mailbox(settings, tmp_path):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "support.mail.Folder", tmp_path


@pytest.mark.usefixtures("_mailbox")
def test_once_the_address_is_put_right_the_letters_sent_to_the_wrong_one_lead_nowhere(cast) -> None:
    tanguy = clients.add_client(
        coach=cast.camille, name="Tanguy", address="wrong@example.net", phone="", job="", language="fr", by=cast.camille
    )
    engagement = cast.engagement(tanguy, sponsor=False)
    clients.invite(invited=tanguy, by=cast.camille)
    invitation = mailed("link")
    sent(engagement)
    to_sign = mailed("sign")
    assert Browser().get(f"/link/{invitation}/").status_code == 200
    assert signing.look(to_sign, timezone.now()) is not None

    clients.change_client(client=tanguy, details={"address": "tanguy@example.net"}, language="fr", by=cast.camille)

    assert Browser().get(f"/link/{invitation}/").status_code == 404
    assert Browser().get(f"/sign/{to_sign}/").status_code == 404


@pytest.mark.usefixtures("_mailbox")
def test_a_link_to_sign_in_written_over_to_lead_to_another_person_leads_nowhere(cast) -> None:
    karim, camille = cast.karim.person, cast.camille.person
    link = accounts.send_link(kind=Link.Kind.SIGN_IN, letter="sign_in_link", address=karim.address, language="fr", about=karim.pk, by=None)
    token = mailed("link")
    Link.objects.filter(pk=link.pk).update(about=camille.pk)
    browser = Browser()

    assert browser.post(f"/link/{token}/").status_code == 404
    assert "_auth_user_id" not in browser.session
