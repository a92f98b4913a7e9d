"""The cache of counters keeps what Django's keeps, in one statement to a write."""

import threading

import pytest
from django.core.cache import cache, caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from support import counters


def test_a_value_comes_back_until_its_time_is_over():
    cache.set("seen", [3.5, 1.25], 60)
    cache.set("gone", 1, -2)

    assert cache.get("seen") == [3.5, 1.25]
    assert cache.get("gone") is None


def test_a_later_value_takes_the_place_of_an_earlier_one():
    cache.set("count", 1, 60)
    cache.set("count", 2, 60)

    assert cache.get("count") == 2


def test_what_is_there_is_not_added_again_and_what_is_over_is():
    assert cache.add("lock", "one", 60)
    assert not cache.add("lock", "two", 60)
    assert cache.get("lock") == "one"

    cache.set("lock", "one", -2)

    assert cache.add("lock", "three", 60)
    assert cache.get("lock") == "three"


@pytest.mark.parametrize("write", [cache.set, cache.add])
def test_a_write_is_one_statement(write):
    with CaptureQueriesContext(connection) as asked:
        write("count", 1, 60)

    assert len(asked) == 1


def test_of_many_who_add_at_once_one_does(own_databases):
    start, told = threading.Barrier(8), []

    def add(number):
        start.wait(10)
        told.append(cache.add("lock", number, 60))
        connection.close()

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert sorted(told) == [False] * 7 + [True]


def test_too_many_rows_are_cleared_out_once_in_so_many_writes(monkeypatch):
    kept = caches["default"]  # itself: from behind the proxy `cache` the limit would be taken away afterwards, not put back
    monkeypatch.setattr(kept, "_max_entries", 20)
    for number in range(2 * counters.LOOK_ROUND):
        cache.set(f"old{number}", 1, -2)

    with connection.cursor() as cursor:
        cursor.execute('select count(*) from "cache"')
        assert cursor.fetchone()[0] <= counters.LOOK_ROUND
