"""One engagement's sheet: who has a column on it, and how a row's answers are computed for each kind of thing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext as _

from clients.models import Engagement, SponsorContact
from consent.permitting import contacts_known, contacts_of
from consent.policies import Request
from consent.purposes import Kind
from consent.who_sees import answers
from consent.who_sees.answers import Answer, Column, Reader, Row, no, stray, why_not, why_yes, yes
from consent.who_sees.known import Judged, Known
from vault.holders import Held

Columns = Iterable[tuple[type[Model], str]]
ForContact = Callable[[SponsorContact], Answer]


class Sheet:
    """What is known, whose page it is, and who has a column: the coach's clients' contacts for the coach, those they know for the client."""

    def __init__(self, engagement: Engagement, reader: Reader, at: datetime) -> None:
        contacts = list(contacts_of(engagement)) if reader == Reader.COACH else contacts_known(engagement)
        self.reader, self.known = reader, Known(engagement, at, contacts)
        self.columns = tuple(self._columns())

    def _columns(self) -> Iterable[Column]:
        engagement, is_coach = self.known.engagement, self.reader == Reader.COACH
        coach = Column("coach", _("You")) if is_coach else Column("coach", engagement.coach.name, _("Your coach"), is_person=True)
        client = Column("client", engagement.client.name, _("Person coached"), is_person=True) if is_coach else Column("client", _("You"))
        yield from (coach, client) if is_coach else (client, coach)
        for contact in self.known.contacts:
            yield Column("contact", contact.name, f"{contact.get_role_display()}, {contact.sponsor.name}", is_person=True)
        if not is_coach and engagement.sponsor is not None:
            yield Column("organisation", _("Anybody else at %(organisation)s") % {"organisation": engagement.sponsor.name})
        yield Column("practice", _("Other coaches of the practice"))
        yield Column("instance", _("Whoever runs this instance"))
        yield Column("thief", _("Whoever steals the database"))

    def row(self, code: str, label: str, of: Mapping[str, Answer], contact: ForContact, *, detail: str = "") -> Row:
        """A row from the answers by kind of column; each contact is asked about."""
        contacts = iter([*self.known.contacts, self.known.anybody])
        cells = [contact(next(contacts)) if one.kind in ("contact", "organisation") else of[one.kind] for one in self.columns]
        return Row(code, label, tuple(cells), detail)

    def sealed(
        self, code: str, label: str, series: UUID | Held, columns: Columns, *, contact: ForContact | None = None, detail: str = ""
    ) -> Row:
        """A row of something sealed: whoever holds its key reads it, and nobody else. A contact may read a copy of it."""
        held = series if isinstance(series, Held) else self.known.held[series]
        tier, known = answers.tier_of(columns), self.known
        reached = (held.holders | held.strays) & known.administrators
        of = {
            "coach": self.by_key(held, {known.coach}, is_mine=self.reader == Reader.COACH),
            "client": self.by_key(held, {known.client} - {None}, is_mine=self.reader == Reader.CLIENT),
            "practice": self.by_key(held, known.practice),
            "instance": self.by_key(held, known.administrators) if reached else answers.for_the_instance(tier),
            "thief": answers.for_the_thief(tier),
        }
        return self.row(code, label, of, contact or (lambda one: self.by_key(held, {one.person_id} - {None})), detail=detail)

    def unsealed(self, code: str, label: str, columns: Columns, *, contact: ForContact, detail: str = "", **other: Answer) -> Row:
        """A row of something that the server can read: coach and client reach it by their permission. `other` says so by kind of column."""
        tier = answers.tier_of(columns)
        of = {
            "coach": self.by_permission("coach"),
            "client": self.by_permission("client"),
            "practice": no(_("Coaches of one practice share no clients.")),
            "instance": answers.for_the_instance(tier),
            "thief": answers.for_the_thief(tier),
        }
        return self.row(code, label, of | other, contact, detail=detail)

    def by_key(self, held: Held, who: Collection[UUID | None], *, is_mine: bool = False) -> Answer:
        """Whether one of these people holds a key that opens."""
        people = frozenset(person for person in who if person)
        if held.holders & people:
            is_alone = held.holders <= people
            mine = _("Only your key opens this.") if is_alone else _("Your key opens this.")
            return yes(mine if is_mine else _("Their key opens this."))
        if held.strays & people:
            return stray()
        return no(_("No key of theirs opens this.") if held.is_living else _("The key is destroyed: nobody reads this any more."))

    def by_permission(self, whose: str) -> Answer:
        """Whether the coach or the client holds the permission on the engagement that is meant for them."""
        if self.known.may[whose]:
            mine = {"coach": _("You coach this engagement."), "client": _("It is about you.")}
            theirs = {"coach": _("This person coaches you."), "client": _("It is about this person.")}
            return yes((mine if whose == self.reader else theirs)[whose])
        if whose == Reader.CLIENT and self.known.client is None:
            return no(_("They have not made their space yet."))
        return no(_("The permission on this engagement was taken away."))

    def by_decision(self, judged: Judged) -> Answer:
        """What the decision says, with its reason."""
        code, consent = judged.decision.code, judged.consent
        if not judged.decision.is_permitted:
            return no(why_not(code, consent, self.reader))
        return yes(why_yes(code, consent, self.reader), consent.until_date if consent and code == "consent" else None)

    def decided(self, purpose: str, contact: SponsorContact, data: frozenset[str] = frozenset()) -> Judged:
        """What the decision says about this contact and purpose."""
        return self.known.judged(Request(purpose, Kind.CONTACT, str(contact.pk), data=data), contact)

    def alarms(self) -> tuple[str, ...]:
        """What stands in the database though nothing put it there: a key that nobody gave, or one held by somebody without a column."""
        known, every = self.known, self.known.held.values()
        people = {known.coach, known.client, *known.practice, *known.administrators, *(one.person_id for one in known.contacts)}
        found = []
        if any(held.strays for held in every):
            found.append(_("Somebody wrote a key to this engagement into the database. Nobody gave it, and it opens nothing."))
        if any(held.holders - people for held in every):
            found.append(_("Somebody who has no place on this page holds a key to this engagement."))
        return tuple(found)
