"""At the instant when a contact leaves, or asks twice: no look after leaving, no second question, no copy that outlives the contact."""

from __future__ import annotations

import pytest

from accounts.act import Refused
from clients.models import SponsorContact
from consent.actions import contacts, looks
from consent.models import Disclosure, InformationRequest
from tests.consent.space import Space
from tests.consent.test_at_once import at_once
from vault.models import DataKey, LedgerEntry

pytestmark = pytest.mark.timeout(240)


def test_no_look_succeeds_after_a_contact_has_left(own_databases, cast):
    space = Space(cast)
    engagement = space.three_way()
    for number in range(6):
        marc = space.contact(f"Marc{number} Ondel", rights=["receive"])

        at_once(
            lambda one=marc: looks.look(engagement=engagement, by=one),
            lambda one=marc: contacts.leave(contact=one, by=space.camille),
            lambda one=marc: looks.look(engagement=engagement, by=one),
        )

        left = LedgerEntry.objects.get(about=marc.pk, event="contact.left")
        seen = LedgerEntry.objects.filter(by=marc.person_id, event="engagement.viewed")
        assert not seen.filter(position__gt=left.position).exists()
        with pytest.raises(Refused):
            looks.look(engagement=engagement, by=marc)


def test_two_questions_at_once_are_one(own_databases, cast):
    space = Space(cast)
    engagement = space.three_way()

    results = at_once(*(lambda: space.question(engagement) for _ in range(4)))

    assert sorted(type(result).__name__ for result in results) == ["InformationRequest", "Refused", "Refused", "Refused"]
    assert InformationRequest.objects.count() == 1


def test_a_text_authorised_while_its_contact_leaves_is_open_to_nobody(own_databases, cast):
    space = Space(cast)
    for client in (space.anais, space.karim):
        engagement = space.hidden(client)
        helene = SponsorContact.objects.get(pk=space.helene.pk)
        SponsorContact.objects.filter(pk=helene.pk).update(left_at=None)

        at_once(lambda one=engagement: space.shown(one), lambda one=helene: contacts.leave(contact=one, by=space.camille))

        open_ones = Disclosure.objects.filter(closed_at__isnull=True, consent__engagement=engagement)
        copies = DataKey.objects.filter(kind="copy", shredded_at__isnull=True)
        assert (open_ones.count(), copies.count()) == (0, 0)
    assert SponsorContact.objects.get(pk=space.helene.pk).left_at is not None
