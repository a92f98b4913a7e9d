"""Whether a client's address is read by others: said before anything is mailed to it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from clients.models import Client, Engagement, SponsorContact
from consent.models import Agreement, Signatory


class Concern(StrEnum):
    """What is to be said about an address before a letter goes there."""

    NONE = "none"
    NO_ADDRESS = "no_address"
    ORGANISATION = "organisation"  # on the organisation's mail domain, or on a contact's


# Where everybody has an address: the same domain there says nothing about the same employer.
SHARED_BY_ALL: Final = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "outlook.fr",
        "hotmail.com",
        "hotmail.fr",
        "live.com",
        "live.fr",
        "msn.com",
        "yahoo.com",
        "yahoo.fr",
        "icloud.com",
        "me.com",
        "mac.com",
        "proton.me",
        "protonmail.com",
        "pm.me",
        "gmx.com",
        "gmx.fr",
        "gmx.net",
        "mail.com",
        "aol.com",
        "zoho.com",
        "fastmail.com",
        "tutanota.com",
        "posteo.net",
        "mailbox.org",
        "orange.fr",
        "wanadoo.fr",
        "free.fr",
        "sfr.fr",
        "neuf.fr",
        "laposte.net",
        "bbox.fr",
        "numericable.fr",
    ]
)


def domain(address: str) -> str:
    """The part after the @, as domains are compared; a bare domain is given back."""
    return address.strip().casefold().rpartition("@")[2].strip(". ")


def is_within(one: str, other: str) -> bool:
    """Whether a domain is another, or lies below it."""
    return bool(other) and (one == other or one.endswith("." + other))


def client_address(engagement: Engagement) -> str:
    """Where letters for the client go: the address the coach has, else the one they sign in with."""
    client = engagement.client
    return client.address.strip() or (str(client.person.address) if client.person is not None else "")


def concern(engagement: Engagement) -> Concern:
    """What is to be said about the client's address before a letter goes there. Reads the organisation's contacts."""
    address = client_address(engagement)
    if not address:
        return Concern.NO_ADDRESS
    sponsor = engagement.sponsor
    if sponsor is None:
        return Concern.NONE
    contacts = [
        contact.address for contact in SponsorContact.objects.for_coach(engagement.coach).filter(sponsor=sponsor, left_at__isnull=True)
    ]
    theirs = {domain(sponsor.domain)} | {domain(contact) for contact in contacts} - SHARED_BY_ALL
    same = address.casefold() in {contact.strip().casefold() for contact in contacts}
    return Concern.ORGANISATION if same or any(is_within(domain(address), other) for other in theirs) else Concern.NONE


def signatory_address(agreement: Agreement, signatory: Signatory) -> str:
    """Where letters about an agreement go for one of those who sign it; empty for the coach, who is told in their space."""
    if signatory.contact is not None:
        return signatory.contact.address.strip()
    return client_address(agreement.engagement) if signatory.role == Signatory.Role.CLIENT else ""


def out_at(client: Client) -> list[Agreement]:
    """The agreements whose link to sign lies in this client's mailbox: with another address that link leads nowhere."""
    waiting = Signatory.objects.filter(role=Signatory.Role.CLIENT, asked_at__isnull=False, signed_at__isnull=True)
    rows = Agreement.objects.filter(engagement__client=client, state=Agreement.State.SENT, signatories__in=waiting)
    return list(rows.without_documents().order_by("-sent_at"))
