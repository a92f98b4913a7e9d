"""Each unlock and each lock signs the head of the practice's chain; whoever rewrites what came before is found out."""

from __future__ import annotations

from tests.cast import signed_in
from vault import ledger
from vault.models import LedgerSignature


def signed_by(person) -> int:
    return LedgerSignature.objects.filter(person=person.pk).count()


def test_the_head_is_signed_when_the_vault_opens_and_when_it_is_locked_by_hand(cast):
    cast.engagement(cast.anais)
    camille = signed_in(cast.camille.person)
    assert signed_by(cast.camille.person) == 1

    camille.post("/coach/organisations/add/", {"name": "Horizon", "domain": ""})
    camille.post("/accounts/lock/")

    assert signed_by(cast.camille.person) == 2
    last = LedgerSignature.objects.latest("id")
    assert last.position == 1 + max(row.position for row in LedgerSignature.objects.exclude(pk=last.pk))
    assert not list(ledger.verify_chain(cast.camille.practice_id))


def test_a_client_signs_the_chain_of_the_practice_they_belong_to(cast):
    cast.engagement(cast.anais)

    signed_in(cast.anais.person)

    assert LedgerSignature.objects.get(person=cast.anais.person_id).chain == cast.camille.practice_id
