"""Two at the same instant: one approval, and no look that succeeds after a withdrawal."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone

from accounts.act import Refused
from consent import standing
from consent.actions import consents, engagements
from consent.actions import summaries as actions
from consent.models import Consent, ConsentEvent, Disclosure, Proposal
from tests.cast import PASSPHRASE
from tests.consent.readings import read
from tests.consent.test_summaries import Story
from vault import slots
from vault.models import DataKey, KeyGrant, LedgerEntry
from vault.unlocked import Unlocked, public_keys

pytestmark = pytest.mark.timeout(120)


def at_once(*calls) -> list[object]:
    """What each call gave or raised, all started together."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(index, call):
        barrier.wait()
        try:
            results[index] = call()
        except Exception as no:
            results[index] = no
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index, call)) for index, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_clicks_on_authorise_make_one_copy(own_databases, cast):
    story = Story(cast)
    proposal = story.proposal()

    results = at_once(lambda: story.approved(proposal), lambda: story.approved(proposal))

    assert sorted(type(result).__name__ for result in results) == ["Changed", "Disclosure"]
    assert Disclosure.objects.count() == DataKey.objects.filter(kind="copy").count() == 1


ROUNDS = 200
AT_ONCE = 10  # rounds started together: two threads each


def rounds(story: Story, count: int) -> list[Proposal]:
    """So many questions about texts of their own."""
    vault, found = story.vault("Camille Aubry"), []
    for number in range(count):
        facts = {"vault": vault, "by": story.camille}
        text = f"Texte {number}."
        summary = actions.start_summary(engagement=story.engagement, contact=story.helene, text=text, **facts)
        found.append(actions.propose(summary=summary, text=text, reading=read(text, story.engagement, vault), **facts))
    return found


def vault_maker(story: Story, name: str) -> Callable[[], Unlocked]:
    """A fresh open vault for each thread, its slot opened once."""
    person = story.cast._people[name][0].pk
    root = slots.open_with_passphrase(person, PASSPHRASE)
    return lambda: Unlocked(person, root)


def test_approving_and_withdrawing_at_the_same_instant_two_hundred_times(own_databases, cast):
    """Whichever comes first: a withdrawal after the yes leaves no key, one before it ends nothing; and no look comes after a withdrawal."""
    story = Story(cast)
    anais, helene = vault_maker(story, "Anais Lefort"), vault_maker(story, "Helene Vasseur")
    keys = public_keys(story.helene.person_id).fingerprint()

    def approve(proposal: Proposal) -> Disclosure:
        shown = {"fingerprint": bytes(proposal.fingerprint), "contact": story.helene, "keys": keys, "until": timezone.localdate()}
        return actions.approve(proposal=proposal, evidence={}, vault=anais(), by=story.anais, **shown)

    def withdraw(proposal: Proposal) -> None:
        consents.withdraw(consent=Consent.objects.get(proposal=proposal), by=story.anais)

    def look(disclosure: Disclosure) -> str:
        return actions.view(disclosure=disclosure, vault=helene(), by=story.helene)

    proposals = rounds(story, ROUNDS)
    for start in range(0, ROUNDS, AT_ONCE):
        batch = proposals[start : start + AT_ONCE]
        pairs = [[lambda p=p: approve(p), lambda p=p: withdraw(p)] for p in batch]
        results = at_once(*(call for number, pair in enumerate(pairs) for call in pair[:: 1 if number % 2 else -1]))
        assert {type(result).__name__ for result in results} <= {"Disclosure", "NoneType"}

    orders = [tuple(Consent.objects.get(proposal=p).events.values_list("kind", flat=True)) for p in proposals]
    assert set(orders) <= {("requested", "given"), ("requested", "given", "withdrawn")}
    assert len(orders) == ROUNDS
    withdrawn = ConsentEvent.objects.filter(kind="withdrawn").values("consent")
    assert not KeyGrant.objects.filter(key__series__in=Disclosure.objects.filter(consent__in=withdrawn).values("series")).exists()

    Disclosure.objects.update(opens_at=timezone.now() - timedelta(seconds=1))
    standing = list(Disclosure.objects.filter(closed_at__isnull=True).select_related("consent__proposal"))
    for start in range(0, len(standing), AT_ONCE):
        batch = standing[start : start + AT_ONCE]
        at_once(*(call for d in batch for call in (lambda d=d: look(d), lambda d=d: withdraw(d.consent.proposal), lambda d=d: look(d))))
    _no_look_after_a_withdrawal()
    for disclosure in [*standing[:5], *Disclosure.objects.filter(consent__in=withdrawn)[:5]]:
        with pytest.raises(Refused):
            look(disclosure)


def _no_look_after_a_withdrawal() -> None:
    """In the chain of events every look lies before the withdrawal of the same text."""
    gone = dict(LedgerEntry.objects.filter(event="consent.withdrawn").values_list("about", "position"))
    assert len(gone) == ROUNDS
    of = dict(Disclosure.objects.values_list("pk", "consent"))
    late = [row for row in LedgerEntry.objects.filter(event="summary.viewed") if row.position > gone[of[row.about]]]
    assert late == []


@pytest.mark.parametrize("which", range(3))
def test_taking_back_while_the_engagement_ends_waits_and_neither_waits_for_the_other(own_databases, cast, which):
    """Whoever takes back holds the consent first and then the ledger; so does whoever ends them all."""
    story, is_held = Story(cast), threading.Event()
    given = [story.approved(story.proposal()).consent for _ in range(3)]

    def take_back() -> None:
        with transaction.atomic():
            row = standing.locked(given[which])
            is_held.set()
            time.sleep(0.5)  # the other one is at work on the others meanwhile
            standing.end(row, "withdrawn", "client", None, by=story.anais)

    def end_all() -> None:
        is_held.wait(20)
        engagements.end_engagement(engagement=story.engagement, by=story.camille)

    results = at_once(take_back, end_all)

    assert not [one for one in results if isinstance(one, Exception)]
    ends = [list(consent.events.values_list("kind", flat=True))[-1] for consent in given]
    assert ends == ["withdrawn" if number == which else "ended" for number in range(3)]
