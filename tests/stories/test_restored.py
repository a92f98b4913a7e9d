"""A coach after a restore: up to when the instance knows, until she confirms it; and what a page says while the database is away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.cast import Cast
from tests.databases import end_connections, owner_connection
from tests.stories.walk import PHONE, heading, looked_at, press, sign_in

pytestmark = pytest.mark.timeout(240)


def test_she_is_told_until_she_confirms_and_a_database_that_was_away_comes_back(
    page: Page, live: str, own_databases: dict[str, str]
) -> None:
    coach = Cast().camille.person
    User.objects.filter(pk=coach.pk).update(restored_to=timezone.now() - timedelta(days=1))
    page.set_viewport_size(PHONE)
    sign_in(page, live, coach.address)

    told = page.get_by_text("CoachVault a été restauré à partir d’une sauvegarde")
    expect(told).to_be_visible()
    looked_at(page)
    page.goto(f"{live}/coach/clients/")
    expect(told).to_be_visible()
    press(page, "Confirmer la lecture")
    page.wait_for_url(f"{live}/coach/clients/")
    expect(told).to_have_count(0)

    with owner_connection("default") as owner:
        name = own_databases["default"]
        owner.execute(f'alter database "{name}" allow_connections false')
        try:
            end_connections(owner, name)
            page.reload()
            heading(page, "De retour dans un instant")
            looked_at(page)
        finally:
            owner.execute(f'alter database "{name}" allow_connections true')
    page.reload()
    heading(page, "Clients")
