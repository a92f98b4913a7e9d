"""One table lists every sealed and every encrypted column; a text column that is on no list fails."""

from __future__ import annotations

from django.apps import apps
from django.db.models import (
    AutoField,
    BinaryField,
    BooleanField,
    CharField,
    DateField,
    Field,
    ForeignKey,
    IntegerField,
    JSONField,
    TextField,
    UUIDField,
)

from vault.encrypted import EncryptedField
from vault.fields import SealedField

ROOMS = {"coachvault", "coaching_sessions", "consent", "clients", "accounts", "pades", "vault", "keyring", "support"}

SEALED = """
coaching_sessions.ClearedName.body
coaching_sessions.MarkedPerson.body
coaching_sessions.Note.body
coaching_sessions.NoteVersion.body
coaching_sessions.OwnWords.body
coaching_sessions.PrivateEntry.body
coaching_sessions.SharedEntry.body
coaching_sessions.SharedEntry.draft
consent.Disclosure.body
consent.LegalAddition.body
consent.LegalDisclosure.body
consent.Proposal.answer
consent.Proposal.body
consent.RightsAnswer.body
consent.RightsPart.body
consent.RightsPart.draft
consent.RightsRequest.reason
consent.RightsRequest.text
consent.Summary.body
consent.Wish.answer
consent.Wish.body
"""

ENCRYPTED = """
accounts.Link.details
accounts.SignIn.details
accounts.User.details
clients.Barrier.details
clients.Client.details
clients.Engagement.details
clients.Practice.details
clients.Sponsor.details
clients.SponsorContact.details
coaching_sessions.Notebook.details
coaching_sessions.Session.details
consent.Agreement.details
consent.Agreement.document
consent.Agreement.proof
consent.Agreement.signed_document
consent.AgreementEvent.details
consent.AgreementTemplate.details
consent.Consent.evidence
consent.Consent.page
consent.Consent.terms
consent.Destruction.details
consent.Destruction.document
consent.Destruction.record
consent.Disclosure.details
consent.Hold.details
consent.InformationRequest.details
consent.Pledge.details
consent.Pledge.document
consent.PledgeReceipt.evidence
consent.Signatory.details
consent.Signatory.evidence
consent.Task.details
keyring.Half.half
pades.Authority.certificates
pades.Authority.keys
vault.PersonKeys.former
vault.PersonKeys.sealing
vault.PersonKeys.signing
vault.Slot.root_key
vault.Unlock.root_key
"""

# Digests, keys, signatures, codes and languages; a column with choices holds a word of ours
NEITHER = """
accounts.Link.language accounts.Link.letter accounts.Link.token
accounts.SignIn.session accounts.SignIn.sign_in
accounts.User.password accounts.User.username
clients.Client.language clients.SponsorContact.language
consent.Agreement.language
consent.AgreementEvent.kind
consent.KnownFile.digest
consent.AgreementTemplate.language
consent.Pledge.language
consent.Consent.fingerprint consent.Consent.recipient_keys consent.Consent.signature
consent.Proposal.fingerprint
pades.Authority.issuing_crl pades.Authority.root_crl
vault.KeyGrant.signature vault.KeyGrant.wrapped
vault.LedgerEntry.code vault.LedgerEntry.digest vault.LedgerEntry.event vault.LedgerEntry.hash vault.LedgerEntry.kind vault.LedgerEntry.previous
vault.LedgerSignature.hash vault.LedgerSignature.signature
vault.PersonKeys.private
vault.Slot.credential vault.Slot.salt
vault.Unlock.cookie vault.Unlock.sign_in
"""


def columns(*kinds: type[Field]) -> set[str]:
    """Every column of our own rooms that is of one of these kinds and has no choices."""
    return {
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in ROOMS
        for field in model._meta.local_fields
        if isinstance(field, kinds) and not field.choices
    }


def test_every_sealed_column_is_in_the_table() -> None:
    assert columns(SealedField) == set(SEALED.split())


def test_every_encrypted_column_is_in_the_table() -> None:
    assert columns(EncryptedField) == set(ENCRYPTED.split())


def test_every_other_column_that_could_hold_a_text_is_known_to_hold_none() -> None:
    texts = columns(CharField, TextField, BinaryField, JSONField) - columns(SealedField, EncryptedField)

    assert texts == set(NEITHER.split())


def test_no_column_is_on_two_lists_or_named_twice() -> None:
    names = [*SEALED.split(), *ENCRYPTED.split(), *NEITHER.split()]

    assert len(names) == len(set(names))


def test_a_column_of_a_kind_that_is_not_known_here_would_not_pass_unseen() -> None:
    """Numbers, times, links between rows and ids hold no text; any other kind of column must be thought about."""
    plain = (AutoField, BooleanField, DateField, ForeignKey, IntegerField, UUIDField)
    known = columns(SealedField, EncryptedField, CharField, TextField, BinaryField, JSONField, *plain)

    assert columns(Field) == known
