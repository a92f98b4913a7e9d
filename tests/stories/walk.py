"""What the stories share: sign in, be looked at by axe, go on."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.cast import PASSPHRASE

WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
# Once nothing moves any more, what is wrong; what is right is long, and nobody reads it
AXE = """async () => {
  await Promise.allSettled(document.getAnimations().map(one => one.finished));
  return (await axe.run({resultTypes: ["violations"]})).violations;
}"""


def looked_at(page: Page) -> None:
    """Whoever cannot see, whoever has a phone: axe finds nothing in light and dark, and nothing is wider than the screen."""
    page.wait_for_load_state()
    before = page.viewport_size
    page.evaluate(Axe().axe_script)
    for size, scheme in ((PHONE, "dark"), (WIDE, "light")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = page.evaluate(AXE)
        wrong = [(one["id"], [(node["target"], node["any"][:1]) for node in one["nodes"]]) for one in found]
        assert not found, (wrong, page.url, size, scheme)
        page.wait_for_function("document.documentElement.scrollWidth <= innerWidth", timeout=5000)  # once the new width has settled
    if before:
        page.set_viewport_size(before)


def sign_in(page: Page, base: str, address: str, passphrase: str = PASSPHRASE) -> None:
    """Sign in on the page, in French or English."""
    page.goto(f"{base}/accounts/login/")
    page.locator("[name=login]").fill(address)
    page.locator("[name=password]").fill(passphrase)
    page.locator("main form button.primary").click()
    expect(page.locator("[name=login]")).to_have_count(0)


def follow(page: Page, name: str) -> None:
    """Click a link by its text, and be where it leads."""
    page.get_by_role("link", name=name).first.click()
    page.wait_for_load_state()


def press(page: Page, name: str) -> None:
    """Click a button by its text, and be where it leads."""
    page.get_by_role("button", name=name, exact=True).first.click()
    page.wait_for_load_state()


def heading(page: Page, text: str) -> None:
    """Wait for the page with this heading."""
    expect(page.get_by_role("heading", level=1, name=text)).to_be_visible()
