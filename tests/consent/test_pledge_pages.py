"""The pages of a pledge, for its coach, for the clients, and for everybody."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from django.test import Client as Browser
from django.urls import reverse

from consent import documents
from consent.models import Pledge, PledgeReceipt
from tests.cast import signed_in
from tests.consent.pledges import FACTS, acknowledged, drafted, published


def main(answer) -> str:
    """What stands between the page's frame."""
    return answer.content.decode().partition("<main")[2].partition("</main>")[0]


def desk(browser, draft: Pledge, **typed: str) -> dict[str, str]:
    """What the page of the draft would send, with some of it typed anew."""
    page = browser.get(reverse("pledge_write", args=[draft.pk])).context
    sent = {field.html_name: "on" if field.name.startswith("is_in-") else str(field.value() or "") for field in page["form"]}
    return sent | {"expected": page["expected"]} | typed


def test_the_coach_begins_completes_and_publishes(cast) -> None:
    browser = signed_in(cast.camille.person)
    assert "Commencer la charte" in main(browser.get(reverse("pledge_home")))

    browser.post(reverse("pledge_start"), {"language": "fr"})
    draft = Pledge.objects.get()
    here = [reverse(name, args=[draft.pk]) for name in ("pledge_write", "pledge_page", "pledge_publish")]
    write, page, publish = here
    assert "Il manque quelque chose" in main(browser.get(page))
    assert browser.post(publish, {"is_accepted": "on", "expected": draft.saved_at.isoformat()}, follow=True).redirect_chain == [(page, 302)]
    assert Pledge.objects.get().state == "draft"

    assert browser.post(write, desk(browser, draft, **FACTS, check="1")).url == page
    assert browser.post(publish, {"expected": "x"}).status_code == 422
    draft.refresh_from_db()
    assert browser.post(publish, {"is_accepted": "on", "expected": draft.saved_at.isoformat()}).url == reverse("pledge_home")

    pledge = Pledge.objects.get()
    assert pledge.state == "published"
    assert documents.digest(pledge.document) == pledge.sha256
    assert browser.get(reverse("pledge_pdf", args=[pledge.pk])).content == pledge.document
    assert browser.get(write).status_code == 404
    home = main(browser.get(reverse("pledge_home")))
    assert reverse("pledge_public", args=[pledge.token]) in home
    assert "Version 1 publiée" in home


def test_each_button_saves_then_moves_adds_or_takes_out_a_part(cast) -> None:
    browser, draft = signed_in(cast.camille.person), drafted(cast.camille)
    write = reverse("pledge_write", args=[draft.pk])

    def parts() -> list[str]:
        return [part["code"] for part in Pledge.objects.get().details["parts"]]

    before = parts()
    assert browser.post(write, desk(browser, draft, up=before[2])).url == f"{write}#part-{before[2]}"
    assert parts()[:3] == [before[0], before[2], before[1]]
    browser.post(write, desk(browser, draft, down=before[2]))
    assert parts() == before
    place = browser.post(write, desk(browser, draft, add="1")).url.rpartition("#part-")[2]
    assert parts() == [*before, place]
    browser.post(write, desk(browser, draft, **{f"title-{place}": "À moi", f"text-{place}": "Mes mots"}))
    assert "Mes mots" in main(browser.get(write))
    browser.post(write, desk(browser, draft, remove=place))
    assert parts() == before


def test_what_another_window_saved_meanwhile_stays_and_what_was_typed_is_still_there(cast) -> None:
    browser, draft = signed_in(cast.camille.person), drafted(cast.camille)
    write = reverse("pledge_write", args=[draft.pk])
    here = desk(browser, draft, **{"text-roles": "Écrit ici"})
    browser.post(write, desk(browser, draft, **{"text-roles": "Écrit là"}))

    answer = browser.post(write, here)

    assert answer.status_code == 409
    assert "Écrit ici" in main(answer)
    assert "Écrit là" in str(Pledge.objects.get().details["parts"])


def test_the_preview_follows_what_is_typed_and_saves_nothing(cast) -> None:
    browser, draft = signed_in(cast.camille.person), drafted(cast.camille)
    preview = reverse("pledge_preview", args=[draft.pk])
    typed = desk(browser, draft, **{"text-roles": "Tapé <b>à l'instant</b>"})

    shown = browser.post(preview, typed).content.decode()
    document = browser.post(preview, typed | {"pdf": "1"})

    assert "Tapé &lt;b&gt;à l’instant&lt;/b&gt;" in shown
    assert document.content.startswith(b"%PDF")
    assert document.headers["Cache-Control"] == "no-store"
    assert "Tapé" not in str(Pledge.objects.get().details["parts"])
    assert browser.post(preview, typed | {"title-roles": "x" * 121}).status_code == 422


def test_the_coach_sees_what_changed_who_has_it_and_delivers(cast) -> None:
    first = published(cast.camille, own="La promesse est courte.")
    acknowledged(first, cast.anais)
    second = published(cast.camille, own="La promesse est longue.")
    browser = signed_in(cast.camille.person)
    assert cast.karim

    changes = main(browser.get(reverse("pledge_changes", args=[second.pk])))
    assert re.search(r"<del><span class=\"visually-hidden\">\[− </span>courte", changes)
    assert re.search(r"<ins><span class=\"visually-hidden\">\[\+ </span>longue", changes)
    assert changes.count('<section class="card"') == 1
    assert "rien à quoi la comparer" in main(browser.get(reverse("pledge_changes", args=[first.pk])))

    home = main(browser.get(reverse("pledge_home")))
    assert "Mise à jour, redemandé" in home
    assert "Remettre à Karim Benali" in home
    browser.post(reverse("pledge_deliver"), {"client": str(cast.karim.pk)})
    assert PledgeReceipt.objects.filter(client=cast.karim, pledge=second, acknowledged_at=None).count() == 1
    acknowledged(second, cast.anais)
    home = main(browser.get(reverse("pledge_home")))
    assert "192.0.2.7" in home
    assert second.sha256 in home


def test_the_client_has_it_at_hand_undelivered_and_acknowledges_with_one_button(cast) -> None:
    pledge = published(cast.camille)
    browser, page = signed_in(cast.anais.person), reverse("client_pledge", args=[cast.anais.pk])
    assert page in main(browser.get(reverse("client_home")))

    shown = main(browser.get(page))
    assert "checkbox" not in shown
    assert "Ce que Camille Aubry vous promet" in shown
    acknowledge = reverse("client_pledge_acknowledge", args=[cast.anais.pk])
    browser.post(acknowledge, {"language": "fr", "sha256": "0" * 64})
    assert not PledgeReceipt.objects.exists()
    answer = browser.post(acknowledge, {"language": "fr", "sha256": pledge.sha256}, headers={"user-agent": "Un téléphone"}, follow=True)

    receipt = PledgeReceipt.objects.get()
    kept = receipt.evidence
    assert (kept["sha256"], kept["browser"], kept["language"], kept["way"]) == (pledge.sha256, "Un téléphone", "fr", "space")
    assert "Reçue et lue le" in main(answer)
    assert acknowledge not in main(answer)
    assert "Reçue et lue le" in main(browser.get(reverse("client_home")))

    published(cast.camille, document=b"%PDF-1.7 the second")
    later = main(browser.get(page))
    assert "Cette charte a été mise à jour" in later
    assert browser.get(reverse("client_pledge_received", args=[receipt.pk])).content == pledge.document
    assert browser.get(reverse("client_pledge_pdf", args=[cast.anais.pk])).content == b"%PDF-1.7 the second"


def test_the_client_chooses_the_language_where_there_are_two(cast) -> None:
    published(cast.camille)
    english = published(cast.camille, language="en", document=b"%PDF-1.7 English")
    browser, page = signed_in(cast.anais.person), reverse("client_pledge", args=[cast.anais.pk])

    shown = main(browser.get(page, {"language": "en"}))

    assert "What Camille Aubry promises you" in shown
    address = re.search(r'href="([^"]+download=1)"', shown)
    assert address
    assert parse_qs(urlsplit(address[1].replace("&amp;", "&")).query)["language"] == ["en"]
    assert browser.get(reverse("client_pledge_pdf", args=[cast.anais.pk]), {"language": "en"}).content == english.document
    assert "Ce que Camille Aubry" in main(browser.get(page, {"language": "xx"}))


def test_for_everybody_else_receipts_and_drafts_do_not_exist(cast) -> None:
    pledge = published(cast.camille)
    receipt, draft = acknowledged(pledge, cast.anais), drafted(cast.camille)
    published(cast.bruno)
    of_coach = [reverse(name, args=[pk]) for pk in (pledge.pk, draft.pk) for name in ("pledge_page", "pledge_pdf", "pledge_changes")]
    of_coach.append(reverse("pledge_write", args=[draft.pk]))
    of_client = [reverse(name, args=[cast.anais.pk]) for name in ("client_pledge", "client_pledge_pdf")]
    of_client.append(reverse("client_pledge_received", args=[receipt.pk]))
    strangers = {
        cast.bruno.person: of_coach + of_client,
        cast.karim.person: of_coach + of_client,
        cast.helene.person: of_coach + of_client,
        cast.dominique: of_coach + of_client,
        cast.anais.person: of_coach,
        cast.camille.person: of_client,
    }

    found = [
        (user.name, address)
        for user, addresses in strangers.items()
        for address in addresses
        if signed_in(user).get(address).status_code != 404
    ]

    assert found == []


def test_everybody_reads_the_public_page_and_it_tells_of_no_client(cast) -> None:
    pledge = published(cast.camille, own="Une promesse de plus")
    acknowledged(pledge, cast.anais)
    drafted(cast.camille, own="Pas encore public")
    page = reverse("pledge_public", args=[pledge.token])

    answer = Browser(headers={"accept-language": "en"}).get(page)

    shown = answer.content.decode()
    assert answer.status_code == 200
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Content-Language"] == "fr"
    assert '<html lang="fr"' in shown
    assert "Une promesse de plus" in shown
    assert "hreflang" not in shown
    assert "Confidentiel" not in main(answer)
    for secret in ("Anaïs", "Lefort", "Pas encore public", str(cast.anais.pk), str(cast.camille.pk), str(pledge.pk), "camille@example.org"):
        assert secret not in shown
    published(cast.camille, language="en")
    both = Browser(headers={"accept-language": "en"})
    assert '<html lang="en"' in both.get(page).content.decode()
    assert 'hreflang="en"' in both.get(page, {"language": "fr"}).content.decode()


def test_a_replaced_or_unknown_address_leads_nowhere(cast) -> None:
    old = published(cast.camille).token
    signed_in(cast.camille.person).post(reverse("pledge_address"))
    new = Pledge.objects.get().token

    assert old != new
    answers = [Browser().get(reverse("pledge_public", args=[token])).status_code for token in (old, uuid4(), new)]
    assert answers == [404, 404, 200]
