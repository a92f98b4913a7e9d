"""Barriers: by themselves within an organisation or group, by hand between any two; seen by their coach, and lifted by her alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.act import Refused
from clients import actions, barriers
from clients.models import Barrier, Client, Sponsor
from tests.cast import Cast, signed_in
from vault.models import LedgerEntry

REASON = "Elles vivent ensemble"


@pytest.fixture
def camille(cast: Cast) -> Browser:
    return signed_in(cast.camille.person)


@pytest.fixture
def solene(cast: Cast) -> Client:
    """A client who pays herself."""
    return added(cast, "Solène Darrieux")


def added(cast: Cast, name: str, **more: str) -> Client:
    facts = {"address": "", "phone": "", "job": "", "language": "fr", **more}
    return actions.add_client(coach=cast.camille, name=name, by=cast.camille, **facts)


def organisation(cast: Cast, name: str, group: str = "") -> Sponsor:
    return actions.add_sponsor(coach=cast.camille, name=name, domain="", group=group, by=cast.camille)


def paid_by(cast: Cast, client: Client, sponsor: Sponsor) -> None:
    """An engagement of Camille's with this client that this organisation pays for."""
    actions.open_engagement(
        coach=cast.camille, vault=cast.vault("Camille Aubry"), client=client, sponsor=sponsor, wording="A", title="t", objective="",
        planned_sessions=None, by=cast.camille,
    )  # fmt: skip


def walled(client: Client) -> list[str]:
    """From whom somebody is walled."""
    return [wall.client.name for wall in barriers.between(client)]


def put(cast: Cast, one: Client, other: Client, reason: str = "") -> Barrier:
    return actions.add_barrier(client=one, other=other, reason=reason, by=cast.camille)


# By themselves


def test_two_clients_of_one_organisation_are_walled_by_themselves(cast: Cast, solene: Client) -> None:
    cast.engagement(cast.anais)
    cast.engagement(cast.karim)

    [wall] = barriers.between(cast.anais)

    assert (wall.client.name, [company.name for company in wall.companies], wall.by_hand) == ("Karim Benali", ["Horizon Énergie"], None)
    assert walled(cast.karim) == ["Anaïs Lefort"]
    assert walled(solene) == []
    assert Barrier.objects.count() == 0, "worked out, not stored"


def test_the_end_of_an_engagement_lifts_nothing(cast: Cast) -> None:
    cast.engagement(cast.anais)
    ended = cast.engagement(cast.karim)
    ended.ended_at = timezone.now()
    ended.save(update_fields=["ended_at"])
    actions.archive_client(client=cast.karim, archived=True, by=cast.camille)

    assert walled(cast.anais) == ["Karim Benali"]


@pytest.mark.parametrize(
    ("group", "other", "are_one"),
    [("Groupe Altaïr", "groupe  ALTAIR", True), ("", "Horizon Energie", True), ("Altaïr", "Boréal", False), ("", "", False)],
)
def test_organisations_of_one_group_are_one_organisation_however_its_name_is_typed(
    cast: Cast, solene: Client, group: str, other: str, are_one: bool
) -> None:
    cast.engagement(cast.anais)
    actions.change_sponsor(sponsor=cast.horizon, name="Horizon Énergie", domain="", group=group, by=cast.camille)
    paid_by(cast, solene, organisation(cast, "Vents du Large", other))

    assert walled(cast.anais) == (["Solène Darrieux"] if are_one else [])


def test_the_page_of_an_organisation_takes_its_group_and_says_what_is_one_with_it(cast: Cast, camille: Browser) -> None:
    other = organisation(cast, "Vents du Large", "Altaïr")
    address = f"/coach/organisations/{cast.horizon.pk}/"

    camille.post(f"{address}edit/", {"name": "Horizon Énergie", "domain": "", "group": "Altaïr"})

    assert "Groupe\u00a0: Altaïr, avec Vents du Large" in camille.get(address).content.decode()
    assert other.group == Sponsor.objects.get(pk=cast.horizon.pk).group == "Altaïr"


def test_another_coach_s_clients_of_an_organisation_of_the_same_name_count_for_nothing(cast: Cast) -> None:
    cast.engagement(cast.anais)
    theirs = actions.add_sponsor(coach=cast.bruno, name="Horizon Énergie", domain="", by=cast.bruno)
    lea = actions.add_client(coach=cast.bruno, name="Léa", address="", phone="", job="", language="fr", by=cast.bruno)
    vault = cast.vault("Bruno Keller")
    actions.open_engagement(
        coach=cast.bruno, vault=vault, client=lea, sponsor=theirs, wording="A", title="t", objective="", planned_sessions=None, by=cast.bruno
    )  # fmt: skip

    assert walled(cast.anais) == walled(lea) == []


# By hand


def test_a_coach_walls_two_clients_and_lifts_it(cast: Cast, camille: Browser, solene: Client) -> None:
    answer = camille.post(f"/coach/clients/{cast.anais.pk}/barriers/add/", {"other": str(solene.pk), "reason": REASON})
    barrier = Barrier.objects.get()
    page = camille.get(answer["Location"]).content.decode()

    assert walled(solene) == ["Anaïs Lefort"]
    assert all(text in page for text in ("Anaïs Lefort", "Solène Darrieux", REASON))
    assert (barrier.by, barrier.reason) == (cast.camille, REASON)
    camille.post(f"/coach/barriers/{barrier.pk}/lift/")
    assert walled(solene) == []
    assert "ce cloisonnement était déjà levé" in camille.post(f"/coach/barriers/{barrier.pk}/lift/", follow=True).content.decode().lower()
    put(cast, solene, cast.anais)
    assert walled(cast.anais) == ["Solène Darrieux"], "walled anew, the history stays"
    assert list(LedgerEntry.objects.filter(kind="barrier").order_by("at").values_list("event", "subject")) == [
        ("barrier.added", None), ("barrier.lifted", None), ("barrier.added", None),
    ], "no engagement's log shows it"  # fmt: skip


def test_the_reason_lies_encrypted(cast: Cast, solene: Client) -> None:
    put(cast, cast.anais, solene, REASON)

    with connection.cursor() as cursor:
        cursor.execute("select b::text, encode(b.details, 'escape') from clients_barrier b")
        assert not any("ensemble" in text for text in cursor.fetchone())


def test_what_stands_by_itself_is_not_lifted_with_what_was_put_by_hand(cast: Cast) -> None:
    barrier = put(cast, cast.anais, cast.karim)
    cast.engagement(cast.anais)
    cast.engagement(cast.karim)

    with pytest.raises(Refused, match="même organisation|one organisation"):
        actions.lift_barrier(barrier=barrier, by=cast.camille)

    assert walled(cast.anais) == ["Karim Benali"]


def test_no_pair_is_there_twice_and_nobody_is_walled_from_themselves(cast: Cast, solene: Client) -> None:
    first = put(cast, cast.anais, solene)

    assert put(cast, solene, cast.anais) == first
    with pytest.raises(Refused):
        put(cast, solene, solene)
    facts = {"by": cast.camille, "details": {}, "made_at": timezone.now()}
    for one, other in ((first.one, first.other), (first.other, first.one), (solene, solene)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Barrier.objects.create(one=one, other=other, **facts)


def test_clients_of_another_coach_cannot_be_walled_and_her_barriers_not_be_lifted(cast: Cast, solene: Client) -> None:
    lea = actions.add_client(coach=cast.bruno, name="Léa", address="", phone="", job="", language="fr", by=cast.bruno)
    barrier = put(cast, cast.anais, solene)

    for one, other, by in ((cast.anais, lea, cast.camille), (lea, cast.anais, cast.bruno), (cast.anais, solene, cast.bruno)):
        with pytest.raises(Refused):
            actions.add_barrier(client=one, other=other, by=by)
    with pytest.raises(Refused):
        actions.lift_barrier(barrier=barrier, by=cast.bruno)
    assert Barrier.objects.standing().get() == barrier


@pytest.mark.parametrize("typed", ["", "nobody", "00000000-0000-4000-8000-000000000000", "themselves", "another coach's", "walled already"])
def test_whoever_cannot_be_chosen_gets_a_sentence_and_the_reason_stays_typed(
    cast: Cast, camille: Browser, solene: Client, typed: str
) -> None:
    lea = actions.add_client(coach=cast.bruno, name="Léa", address="", phone="", job="", language="fr", by=cast.bruno)
    nina = added(cast, "Nina")
    put(cast, cast.anais, nina)
    other = {"themselves": str(cast.anais.pk), "another coach's": str(lea.pk), "walled already": str(nina.pk)}.get(typed, typed)

    page = camille.post(f"/coach/clients/{cast.anais.pk}/barriers/add/", {"other": other, "reason": REASON}).content.decode()

    assert "Choisissez une réponse" in page
    assert REASON in page
    assert Barrier.objects.count() == 1


def test_a_row_that_somebody_writes_in_the_database_names_no_other_coach_s_client(cast: Cast, camille: Browser, solene: Client) -> None:
    lea = actions.add_client(coach=cast.bruno, name="Léa Morvan", address="", phone="", job="", language="fr", by=cast.bruno)
    barrier = put(cast, cast.anais, solene)
    one, other = sorted((cast.anais, lea), key=lambda row: row.pk)

    Barrier.objects.filter(pk=barrier.pk).update(one=one, other=other)

    assert walled(cast.anais) == []
    assert "Morvan" not in camille.get("/coach/barriers/").content.decode()


def test_two_requests_at_once_put_one_barrier(own_databases: dict[str, str]) -> None:
    cast = Cast()
    one, other = added(cast, "Solène"), added(cast, "Nina")

    def once(number: int) -> Barrier:
        try:
            pair = (one, other) if number % 2 else (other, one)
            return put(cast, *pair)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(once, range(16)))

    assert {barrier.pk for barrier in found} == {Barrier.objects.get().pk}


# What the coach is told


def test_the_mark_stands_in_the_list_on_the_client_s_page_and_at_the_engagement_and_names_nobody_there(
    cast: Cast, camille: Browser, solene: Client
) -> None:
    engagement = cast.engagement(cast.anais)
    pages = {"list": "/coach/clients/", "client": f"/coach/clients/{cast.anais.pk}/", "engagement": f"/coach/engagements/{engagement.pk}/"}
    before = {name: camille.get(address).content.decode() for name, address in pages.items()}

    put(cast, cast.anais, solene, REASON)

    after = {name: camille.get(address).content.decode() for name, address in pages.items()}
    assert not any("Cloisonné<" in page for page in before.values())
    assert all("Cloisonné<" in page for page in after.values())
    assert not any("Solène" in after[name] or REASON in after[name] for name in ("client", "engagement"))


def open_up_to_the_check(browser: Browser, client: Client, sponsor: str) -> str:
    browser.get(f"/coach/engagements/new/?client={client.pk}")
    browser.post("/coach/engagements/new/client/", {"choice": str(client.pk)})
    organisations = browser.get("/coach/engagements/new/sponsor/").content.decode()
    browser.post("/coach/engagements/new/sponsor/", {"choice": sponsor})
    browser.post("/coach/engagements/new/title/", {"title": "Prise de poste"})
    browser.post("/coach/engagements/new/wording/", {"wording": "A"})
    return organisations + browser.get("/coach/engagements/new/check/").content.decode()


def test_before_an_engagement_opens_the_coach_is_warned_and_may_decline_or_go_on(cast: Cast, camille: Browser) -> None:
    cast.engagement(cast.karim)
    oliver = added(cast, "Oliver Pemberton", language="en")

    page = open_up_to_the_check(camille, oliver, str(cast.horizon.pk))

    assert "1 autre de vos clients en relève" in page
    assert "Cette personne serait cloisonnée" in page
    assert "Karim Benali" in page
    assert "For reasons of organisation I am not able to take on this coaching." in page, "in the language of whoever asked"
    assert camille.post("/coach/engagements/new/check/").status_code == 302
    assert walled(oliver) == ["Karim Benali"]


def test_where_nobody_would_be_walled_there_is_no_warning(cast: Cast, camille: Browser, solene: Client) -> None:
    cast.engagement(cast.karim)

    page = open_up_to_the_check(camille, solene, "private")

    assert "cloisonnée" not in page.partition("Vérifi")[2]
    assert "Karim" not in page


def test_a_client_walled_by_hand_is_warned_of_too(cast: Cast, camille: Browser, solene: Client) -> None:
    put(cast, cast.anais, solene, REASON)

    assert REASON in open_up_to_the_check(camille, solene, "private")


@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_the_sentence_to_decline_tells_nothing(language: str) -> None:
    said = barriers.declining(language)

    assert "organisation" in said
    assert not {"confid", "client", "collègue", "colleague", "cloison", "barrier"} & set(said.lower().split())


def test_the_list_of_barriers_asks_as_many_questions_for_thirty_clients_as_for_two(cast: Cast, camille: Browser) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert camille.get("/coach/barriers/").status_code == 200
        return len(queries)

    cast.engagement(cast.anais)
    cast.engagement(cast.karim)
    others = [added(cast, f"Client {number}") for number in range(30)]
    asked()
    two = asked()
    for other in others:
        put(cast, cast.anais, other)

    assert asked() == two
