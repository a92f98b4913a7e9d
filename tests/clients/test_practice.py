"""The practice's pages: clients, organisations, contacts, and an engagement opened one question at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Link
from clients import actions, invitations, permissions
from clients.models import Client, Engagement, Sponsor, SponsorContact
from tests.cast import signed_in

DETAILS = {"name": "Zélie Martin", "address": "lea@example.org", "phone": "", "job": "Cheffe de projet", "language": "fr"}


@pytest.fixture
def camille(cast):
    return signed_in(cast.camille.person)


def test_a_coach_adds_changes_and_archives_a_client(cast, camille):
    answer = camille.post("/coach/clients/add/", DETAILS)
    client = Client.objects.get()
    assert answer["Location"] == f"/coach/clients/{client.pk}/"
    assert client.name == "Zélie Martin"

    camille.post(f"/coach/clients/{client.pk}/edit/", DETAILS | {"job": "Directrice"})
    camille.post(f"/coach/clients/{client.pk}/archive/", {"archived": "1"})

    client.refresh_from_db()
    assert client.details["job"] == "Directrice"
    assert client.archived_at is not None
    assert "Zélie" not in camille.get("/coach/clients/").content.decode()
    assert "Zélie" in camille.get("/coach/clients/?archived=1").content.decode()


def test_an_address_that_is_none_gets_a_sentence_and_nothing_is_lost(camille):
    answer = camille.post("/coach/clients/add/", DETAILS | {"address": "lea at example"}).content.decode()

    assert "Cheffe de projet" in answer and "errorlist" in answer or "errors" in answer
    assert Client.objects.count() == 0


def test_names_stand_encrypted_in_the_table(camille):
    camille.post("/coach/clients/add/", DETAILS)

    with connection.cursor() as cursor:
        cursor.execute("select c::text, encode(c.details, 'escape') from clients_client c")
        assert not any("lie" in text or "Martin" in text for text in cursor.fetchone())


@pytest.mark.parametrize(("typed", "kept"), [("horizon.example", "horizon.example"), ("hr@Horizon.example", "horizon.example"), ("", "")])
def test_the_mail_domain_is_kept_as_it_is_compared(camille, typed, kept):
    camille.post("/coach/organisations/add/", {"name": "Horizon", "domain": typed})

    assert Sponsor.objects.get().domain == kept


def test_what_is_no_domain_gets_a_sentence(camille):
    answer = camille.post("/coach/organisations/add/", {"name": "Horizon", "domain": "not a domain"})

    assert "organisation.com" in answer.content.decode()
    assert Sponsor.objects.count() == 0


def test_a_contact_is_added_and_only_they_change_the_address_they_joined_with(cast, camille):
    camille.post(
        f"/coach/organisations/{cast.horizon.pk}/contacts/add/",
        {"name": "Marc", "address": "marc@horizon.example", "role": "manager", "language": "fr"},
    )
    assert SponsorContact.objects.get(role="manager").name == "Marc"

    answer = camille.post(
        f"/coach/contacts/{cast.helene.pk}/edit/", {"name": "Hélène V.", "address": "other@example.org", "role": "hr", "language": "fr"}
    )

    cast.helene.refresh_from_db()
    assert answer.status_code == 200
    assert cast.helene.address == "helene@example.org"


def test_the_page_of_an_organisation_says_how_far_an_invitation_has_come(cast, camille):
    marc = actions.add_contact(
        sponsor=cast.horizon, name="Marc", address="marc@horizon.example", role="manager", language="fr", by=cast.camille
    )

    def shown() -> invitations.Invitation | None:
        page = camille.get(f"/coach/organisations/{cast.horizon.pk}/")
        return {contact.pk: invitation for contact, invitation, *_more in page.context["contacts"]}[marc.pk]

    assert shown() is None

    link = actions.invite(invited=marc, by=cast.camille)
    assert shown() == invitations.Invitation(sent_at=None, expires_at=link.expires_at, is_over=False)

    Link.objects.filter(pk=link.pk).update(expires_at=timezone.now() - timedelta(days=1))
    assert shown().is_over


def test_an_invitation_to_an_address_of_before_counts_for_nothing(cast, camille):
    marc = actions.add_contact(
        sponsor=cast.horizon, name="Marc", address="marc@horizon.example", role="manager", language="fr", by=cast.camille
    )
    actions.invite(invited=marc, by=cast.camille)

    actions.change_contact(contact=marc, name="Marc", address="m.delorme@horizon.example", role="manager", language="fr", by=cast.camille)

    assert invitations.standing([marc, cast.helene], timezone.now()) == {}


def open_one(browser, client: Client, sponsor: str, wording: str = "A"):
    base = "/coach/engagements/new/"
    browser.get(f"{base}?client={client.pk}")
    browser.post(f"{base}client/", {"choice": str(client.pk)})
    browser.post(f"{base}sponsor/", {"choice": sponsor})
    browser.post(f"{base}title/", {"title": "Prise de poste", "objective": "", "planned_sessions": "6"})
    browser.post(f"{base}wording/", {"wording": wording})
    return browser.post(f"{base}check/")


def test_an_engagement_is_opened_one_question_at_a_time(cast, camille):
    answer = open_one(camille, cast.anais, str(cast.horizon.pk))

    engagement = Engagement.objects.get()
    assert answer["Location"] == f"/coach/engagements/{engagement.pk}/"
    assert (engagement.title, engagement.wording, engagement.planned_sessions, engagement.sponsor) == (
        "Prise de poste",
        "A",
        6,
        cast.horizon,
    )


def test_a_step_cannot_be_jumped_over(cast, camille):
    assert camille.get("/coach/engagements/new/wording/")["Location"] == "/coach/engagements/new/client/"
    assert camille.post("/coach/engagements/new/check/")["Location"] == "/coach/engagements/new/client/"
    assert camille.get("/coach/engagements/new/nowhere/")["Location"] == "/coach/engagements/new/"


def test_nothing_is_chosen_beforehand_and_nothing_chosen_is_asked_again(cast, camille):
    cast.anais  # noqa: B018
    base = "/coach/engagements/new/"

    assert "checked" not in camille.get(base).content.decode()
    assert "Choisissez une réponse" in camille.post(base, {"choice": ""}).content.decode()


def test_somebody_elses_client_or_organisation_cannot_be_used(cast, camille):
    theirs = actions.add_client(coach=cast.bruno, name="Paul", address="", phone="", job="", language="fr", by=cast.bruno)

    answer = camille.post("/coach/engagements/new/client/", {"choice": str(theirs.pk)})

    assert answer.status_code == 200
    assert Engagement.objects.count() == 0
    with pytest.raises(actions.Refused):
        cast.engagement(theirs)


def test_what_the_coach_of_an_engagement_may_is_a_row_of_guardian_and_no_superuser_passes(cast):
    engagement = cast.engagement(cast.anais)
    permissions.take(permissions.COACH, cast.camille.person, engagement)

    assert list(Engagement.objects.for_coach(cast.camille)) == []


def test_a_colleague_is_no_client_of_anothers_engagement(cast):
    engagement = cast.engagement(cast.anais)

    assert list(Engagement.objects.for_client([cast.karim])) == []
    assert list(Engagement.objects.for_client([cast.anais])) == [engagement]


def test_the_list_asks_as_many_questions_for_thirty_clients_as_for_one(cast, camille):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert camille.get("/coach/clients/").status_code == 200
        return len(queries)

    cast.engagement(cast.anais)
    asked()
    one = asked()
    for number in range(30):
        actions.add_client(coach=cast.camille, name=f"Client {number}", address="", phone="", job="", language="fr", by=cast.camille)

    assert (
        asked() == one <= 14
    )  # session, person, unlock, coach, second factor or not, spaces; clients, engagements, permissions, sponsors; barriers: three
