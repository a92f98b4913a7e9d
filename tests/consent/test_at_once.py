"""Two at the same instant: one approval, and no look that succeeds after a withdrawal."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from accounts.act import Refused
from consent.actions import consents
from consent.actions import summaries as actions
from consent.models import ConsentEvent, Disclosure
from tests.consent.test_summaries import Story
from vault.models import DataKey, LedgerEntry

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


def test_no_look_succeeds_after_the_withdrawal(own_databases, cast):
    story = Story(cast)
    for _ in range(8):
        disclosure = story.approved()
        Disclosure.objects.filter(pk=disclosure.pk).update(opens_at=timezone.now() - timedelta(seconds=1))

        at_once(
            lambda d=disclosure: actions.view(disclosure=d, vault=story.vault("Helene Vasseur"), by=story.helene),
            lambda d=disclosure: consents.withdraw(consent=d.consent, by=story.anais),
            lambda d=disclosure: actions.view(disclosure=d, vault=story.vault("Helene Vasseur"), by=story.helene),
        )

        withdrawn = ConsentEvent.objects.get(consent=disclosure.consent, kind="withdrawn")
        written = LedgerEntry.objects.get(about=disclosure.consent_id, event="consent.withdrawn")
        looks = LedgerEntry.objects.filter(about=disclosure.pk, event="summary.viewed")
        assert withdrawn is not None
        assert not looks.filter(position__gt=written.position).exists()
        with pytest.raises(Refused):
            actions.view(disclosure=disclosure, vault=story.vault("Helene Vasseur"), by=story.helene)
