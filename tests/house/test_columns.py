"""Fence 3, the columns: every column that can hold a text is sealed, encrypted, or listed here with what it holds instead."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from tests.house.tree import ROOMS
from vault.encrypted import EncryptedField
from vault.fields import SealedField

SEALED = {
    "consent.Disclosure.body",
    "consent.LegalAddition.body",
    "consent.LegalDisclosure.body",
    "consent.Proposal.answer",
    "consent.Proposal.body",
    "consent.RightsAnswer.body",
    "consent.RightsPart.body",
    "consent.RightsPart.draft",
    "consent.RightsRequest.reason",
    "consent.RightsRequest.text",
    "consent.Summary.body",
    "coaching_sessions.ClearedName.body",
    "coaching_sessions.MarkedPerson.body",
    "consent.Wish.answer",
    "consent.Wish.body",
    "coaching_sessions.Note.body",
    "coaching_sessions.NoteVersion.body",
    "coaching_sessions.OwnWords.body",
    "coaching_sessions.PrivateEntry.body",
    "coaching_sessions.SharedEntry.body",
    "coaching_sessions.SharedEntry.draft",
}
ENCRYPTED = {
    "accounts.Link.details",
    "accounts.SignIn.details",
    "accounts.User.details",
    "clients.Barrier.details",
    "clients.Client.details",
    "clients.Engagement.details",
    "clients.Practice.details",
    "clients.Sponsor.details",
    "clients.SponsorContact.details",
    "coaching_sessions.Notebook.details",
    "coaching_sessions.Session.details",
    "consent.Agreement.details",
    "consent.AgreementTemplate.details",
    "consent.Destruction.details",
    "consent.Destruction.document",
    "consent.Destruction.record",
    "consent.Disclosure.details",
    "consent.Hold.details",
    "consent.Agreement.document",
    "consent.Agreement.proof",
    "consent.Agreement.signed_document",
    "consent.AgreementEvent.details",
    "consent.Consent.evidence",
    "consent.Consent.page",
    "consent.Consent.terms",
    "consent.InformationRequest.details",
    "consent.Pledge.details",
    "consent.Pledge.document",
    "consent.PledgeReceipt.evidence",
    "consent.Signatory.details",
    "consent.Signatory.evidence",
    "consent.Task.details",
    "keyring.Half.half",
    "pades.Authority.certificates",
    "pades.Authority.keys",
    "vault.PersonKeys.former",
    "vault.PersonKeys.sealing",
    "vault.PersonKeys.signing",
    "vault.Slot.root_key",
    "vault.Unlock.root_key",
}
PLAIN = {
    "accounts.Link.letter": "name of a template",
    "accounts.Link.token": "SHA-256 of the token",
    "accounts.SignIn.session": "digest of a login session's key",
    "accounts.SignIn.sign_in": "SHA-256 of a random id",
    "accounts.User.password": "a random value, new at each change of passphrase",
    "accounts.User.username": "keyed digest of the address",
    "accounts.Link.language": "fr or en",
    "clients.Client.language": "fr or en",
    "clients.SponsorContact.language": "fr or en",
    "consent.Agreement.language": "fr or en",
    "consent.AgreementEvent.kind": "a code",
    "consent.KnownFile.digest": "keyed digest of a PDF's SHA-256",
    "consent.Pledge.language": "fr or en",
    "consent.AgreementTemplate.language": "fr or en",
    "vault.Unlock.cookie": "SHA-256 of the cookie",
    "vault.Unlock.sign_in": "SHA-256 of a random id",
    "vault.LedgerEntry.event": "a code",
    "vault.LedgerEntry.kind": "a code",
    "vault.LedgerEntry.code": "a code",
}
BYTES = {
    "consent.Consent.fingerprint": "SHA-256 of salt and text",
    "consent.Consent.recipient_keys": "SHA-256 of public keys",
    "consent.Consent.signature": "a signature",
    "consent.Proposal.fingerprint": "SHA-256 of salt and text",
    "pades.Authority.issuing_crl": "a revocation list, public",
    "pades.Authority.root_crl": "a revocation list, public",
    "vault.KeyGrant.signature": "a signature",
    "vault.KeyGrant.wrapped": "a secret, sealed for its holder",
    "vault.LedgerEntry.digest": "SHA-256 of the stored bytes",
    "vault.LedgerEntry.hash": "SHA-256 of the row",
    "vault.LedgerEntry.previous": "SHA-256 of the row before",
    "vault.LedgerSignature.hash": "SHA-256 of the head",
    "vault.LedgerSignature.signature": "a signature",
    "vault.PersonKeys.private": "private keys, sealed under the root key",
    "vault.Slot.credential": "SHA-256 of a passkey's id",
    "vault.Slot.salt": "random",
}
FREE = (models.CharField, models.TextField, models.JSONField, models.FileField, models.GenericIPAddressField, models.BinaryField)


def columns() -> Iterator[tuple[str, models.Field]]:
    """Every column of our rooms, by its name."""
    for model in apps.get_models(include_auto_created=True):
        if model.__module__.partition(".")[0] in ROOMS:
            for field in model._meta.concrete_fields:
                yield f"{model._meta.label}.{field.name}", field


def can_hold_a_text(field: models.Field) -> bool:
    """Whether anything could be written into a column; a column with choices takes their codes only."""
    return isinstance(field, FREE) and not field.choices


def test_sealed_columns_are_those_listed() -> None:
    assert {name for name, field in columns() if isinstance(field, SealedField)} == SEALED


def test_encrypted_columns_are_those_listed() -> None:
    assert {name for name, field in columns() if isinstance(field, EncryptedField)} == ENCRYPTED


def test_every_other_column_that_can_hold_a_text_is_listed_with_what_it_holds() -> None:
    closed = SEALED | ENCRYPTED
    found = {name for name, field in columns() if name not in closed and can_hold_a_text(field)}

    assert found == PLAIN.keys() | BYTES.keys()


def test_a_word_of_a_choice_is_no_longer_than_a_code() -> None:
    long = [name for name, field in columns() if field.choices and (field.max_length or 0) > 24]

    assert long == []
