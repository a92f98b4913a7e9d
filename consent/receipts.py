"""Who has which pledge, and since when: for the coach's page, for a client's space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clients.models import Client, Coach, joined
from consent.models import Pledge, PledgeReceipt

State = Pledge.State


@dataclass(frozen=True, slots=True)
class Holder:
    """One client of a coach and the pledge: `acknowledged`, `waiting`, `updated` (they acknowledged one before) or `none`."""

    client: Client
    receipt: PledgeReceipt | None  # on what is published
    earlier: PledgeReceipt | None  # the last one acknowledged on what was replaced

    @property
    def state(self) -> str:
        """Where this client stands."""
        if self.receipt is None:
            return "none"
        if self.receipt.acknowledged_at is not None:
            return "acknowledged"
        return "updated" if self.earlier is not None else "waiting"


@dataclass(frozen=True, slots=True)
class AtHand:
    """The pledge of one coach of a client: what is published, by language, and the receipts."""

    client: Client
    pledges: dict[str, Pledge]
    holder: Holder
    earlier: list[PledgeReceipt]  # what they acknowledged before, newest first


def holders(coach: Coach) -> tuple[list[Holder], int]:
    """The coach's clients who have a space, by name, and how many have none yet. No document is fetched."""
    clients = sorted(Client.objects.for_coach(coach).filter(archived_at__isnull=True), key=lambda client: client.name.casefold())
    inside = [client for client in clients if joined(client) is not None]
    receipts = _receipts(inside)
    return [_holder(client, receipts) for client in inside], len(clients) - len(inside)


def told_by(pledge: Pledge) -> tuple[int, int]:
    """Of publishing this draft: how many have the version before and will find this one, and how many of them get a letter."""
    had = PledgeReceipt.objects.filter(
        pledge__coach=pledge.coach_id, pledge__language=pledge.language, pledge__state=State.PUBLISHED, client__archived_at__isnull=True
    )
    return had.count(), had.filter(acknowledged_at__isnull=False).count()


def at_hand(clients: list[Client]) -> list[AtHand]:
    """The pledges that the person behind these rows has at hand, one per coach who has published one. No document is fetched."""
    rows = Pledge.objects.for_client(clients).without_documents().select_related("coach__person", "coach__practice")
    current: dict[object, dict[str, Pledge]] = {}
    for pledge in rows:
        current.setdefault(pledge.coach_id, {})[pledge.language] = pledge
    receipts = _receipts([client for client in clients if client.coach_id in current])
    return [_at_hand(client, current[client.coach_id], receipts) for client in clients if client.coach_id in current]


def _receipts(clients: Sequence[Client]) -> list[PledgeReceipt]:
    """Their receipts, those acknowledged last before the others."""
    rows = PledgeReceipt.objects.filter(client__in=[client.pk for client in clients]).select_related("pledge")
    rows = rows.defer("pledge__document", "pledge__details")
    return sorted(rows, key=lambda one: (one.acknowledged_at is not None, one.acknowledged_at or one.delivered_at), reverse=True)


def _holder(client: Client, receipts: list[PledgeReceipt]) -> Holder:
    mine = [one for one in receipts if one.client_id == client.pk]
    now = next((one for one in mine if one.pledge.state == State.PUBLISHED), None)
    earlier = next((one for one in mine if one.pledge.state == State.REPLACED and one.acknowledged_at is not None), None)
    return Holder(client, now, earlier)


def _at_hand(client: Client, pledges: dict[str, Pledge], receipts: list[PledgeReceipt]) -> AtHand:
    mine = [one for one in receipts if one.client_id == client.pk]
    earlier = [one for one in mine if one.pledge.state == State.REPLACED and one.acknowledged_at is not None]
    return AtHand(client, pledges, _holder(client, receipts), earlier)
