"""Two people who are walled from one another would cross in the waiting room: their coach is told while she plans, and decides."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clients import actions as clients
from clients.models import Client, Engagement
from sessions import actions, crossings
from sessions.models import Session
from tests.cast import Cast, signed_in
from tests.sessions.conftest import Room

DAY = (timezone.localdate() + timedelta(days=9)).isoformat()
WARNING = "Deux personnes se croiseraient"


def at(time: str) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(f"{DAY}T{time}"))


@pytest.fixture
def camille(room: Room) -> Browser:
    return signed_in(room.camille.person)


@pytest.fixture
def karim(room: Room, cast: Cast) -> Engagement:
    """Karim, of the same company, is at Camille's office from 14 h to 15 h."""
    engagement = cast.engagement(cast.karim)
    planned(room, engagement)
    return engagement


def planned(room: Room, engagement: Engagement, **more: Any) -> Session:
    facts = {"starts_at": at("14:00"), "minutes": 60, "place": "office", "agenda": "", **more}
    return actions.plan_session(engagement=engagement, by=room.camille, **facts)


def form(time: str, **more: Any) -> dict[str, Any]:
    return {"day": DAY, "time": time, "minutes": "60", "place": "office", "agenda": "Le comité", **more}


def plan(camille: Browser, engagement: Engagement, time: str, **more: Any) -> str:
    return camille.post(reverse("session_add", args=[engagement.pk]), form(time, **more), follow=True).content.decode()


@pytest.mark.parametrize(
    ("time", "place", "is_warned"),
    [
        ("15:00", "office", True), ("15:29", "office", True), ("15:30", "office", False), ("14:15", "office", True),
        ("13:00", "office", True), ("12:31", "office", True), ("12:30", "office", False),
        ("15:00", "video", False), ("15:00", "company", False), ("15:00", "home", False),
    ],
)  # fmt: skip
def test_within_half_an_hour_at_the_same_door_the_coach_is_warned(
    room: Room, camille: Browser, karim: Engagement, time: str, place: str, is_warned: bool
) -> None:
    page = plan(camille, room.engagement, time, place=place)

    assert (WARNING in page) is is_warned
    assert Session.objects.filter(engagement=room.engagement).exists() is not is_warned


def test_she_is_told_whom_and_when_loses_nothing_and_plans_it_all_the_same(room: Room, camille: Browser, karim: Engagement) -> None:
    page = plan(camille, room.engagement, "15:00")
    seen = re.findall(r'name="crossing" value="([^"]+)"', page)

    assert "se croiseraient à 15\u00a0h\u00a000" in page.replace("\u202f", "\u00a0")
    assert "Karim Benali" in page
    assert "Le comité" in page
    assert WARNING in plan(camille, room.engagement, "15:10", crossing=seen), "another time is another crossing"
    assert WARNING not in plan(camille, room.engagement, "15:00", crossing=seen)
    assert Session.objects.get(engagement=room.engagement).starts_at == at("15:00")


def test_moving_a_session_warns_too_and_its_own_time_does_not_count(room: Room, camille: Browser, karim: Engagement) -> None:
    session = planned(room, room.engagement, starts_at=at("17:00"))
    address = reverse("session_edit", args=[session.pk])

    assert WARNING in camille.post(address, form("15:00")).content.decode()
    assert camille.post(address, form("17:15")).status_code == 302
    session.refresh_from_db()
    assert session.starts_at == at("17:15")


def test_nobody_is_warned_of_who_is_not_walled_of_what_is_cancelled_or_over(
    room: Room, cast: Cast, camille: Browser, karim: Engagement
) -> None:
    facts = {"address": "", "phone": "", "job": "", "language": "fr"}
    solene = clients.add_client(coach=cast.camille, name="Solène Darrieux", by=cast.camille, **facts)
    assert WARNING not in plan(camille, cast.engagement(solene, sponsor=False), "15:00")

    for session in Session.objects.filter(engagement=karim):
        actions.cancel_session(session=session, by=room.camille)
    assert WARNING not in plan(camille, room.engagement, "15:00")

    yesterday = timezone.now() - timedelta(days=1)
    planned(room, karim, starts_at=yesterday)
    past = form(f"{timezone.localtime(yesterday):%H:%M}", day=timezone.localdate(yesterday).isoformat())
    assert camille.post(reverse("session_add", args=[room.engagement.pk]), past).status_code == 302


def walled_by_hand(cast: Cast, name: str, sponsor_name: str) -> tuple[Client, Engagement]:
    """Somebody of another company, walled from Anaïs by hand."""
    facts = {"address": "", "phone": "", "job": "", "language": "fr"}
    client = clients.add_client(coach=cast.camille, name=name, by=cast.camille, **facts)
    sponsor = clients.add_sponsor(coach=cast.camille, name=sponsor_name, domain="", by=cast.camille)
    clients.add_barrier(client=client, other=cast.anais, by=cast.camille)
    engagement = clients.open_engagement(
        coach=cast.camille, vault=cast.vault("Camille Aubry"), client=client, sponsor=sponsor, wording="A", title="t", objective="",
        planned_sessions=None, by=cast.camille,
    )  # fmt: skip
    return client, engagement


def test_two_companies_have_two_doors_and_a_coach_s_office_has_one(room: Room, cast: Cast, camille: Browser) -> None:
    _client, elsewhere = walled_by_hand(cast, "Nina", "Boréal")
    planned(room, elsewhere, place="company")
    planned(room, elsewhere, starts_at=at("18:00"))

    assert WARNING not in plan(camille, room.engagement, "15:00", place="company")
    assert WARNING in plan(camille, room.engagement, "19:00")


def test_the_page_of_barriers_says_who_will_cross(room: Room, camille: Browser, karim: Engagement) -> None:
    address = reverse("barrier_list")
    assert "À regarder" not in camille.get(address).content.decode()

    planned(room, room.engagement, starts_at=at("15:00"))

    page = camille.get(address).content.decode()
    assert "À regarder" in page
    [crossing] = crossings.ahead(room.camille, timezone.now())
    assert (crossing.at, crossing.other.engagement_id) == (at("15:00"), room.engagement.pk)


def test_another_coach_s_sessions_count_for_nothing(room: Room, cast: Cast, karim: Engagement) -> None:
    planned(room, room.engagement, starts_at=at("15:00"))

    assert crossings.ahead(cast.bruno, timezone.now()) == []


def test_the_client_s_own_pages_say_nothing_of_it(room: Room, cast: Cast, camille: Browser, karim: Engagement) -> None:
    planned(room, room.engagement, starts_at=at("15:00"))

    page = signed_in(cast.anais.person).get(reverse("client_home")).content.decode()

    assert "crois" not in page
    assert "cloison" not in page.lower()
