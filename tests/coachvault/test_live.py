"""What browser stories stand on: the real product, on databases of their own."""

from __future__ import annotations

from pathlib import Path

from django.db import connection
from playwright.sync_api import Page, Response


def test_a_browser_meets_the_real_product_with_all_its_files(live: str, page: Page) -> None:
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))

    page.goto(f"{live}/accounts/login/")

    assert page.locator("input[name=login]").is_visible()
    assert {answer.status for answer in answers} == {200}
    assert len(answers) > 1
    assert all(answer.url.startswith(live) for answer in answers)


def test_a_story_shares_its_rows_with_the_product(live: str, own_databases: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(distinct application_name) + count(*) from pg_stat_activity where datname = %s", [own_databases["default"]]
        )

        assert cursor.fetchone()[0] > 1


def test_its_mail_is_its_own(live_mail: Path, live_data: Path) -> None:
    assert live_mail.parent == live_data
    assert not live_mail.exists()
