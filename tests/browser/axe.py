"""Accessibility findings of a page, by axe-core, at the widths of a desk and of a phone."""

from pathlib import Path

from playwright.sync_api import Locator, Page

SCRIPT = Path(__file__).parent / "vendor" / "axe.min.js"
DESK, PHONE = 1280, 390
WCAG_AND_MORE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
# Who asks for the violations alone is spared the addresses of all that is right.
RUN = """async (which) => (await axe.run(document, {runOnly: which, resultTypes: ["violations"]}))
    .violations
    .flatMap(v => v.nodes.map(n => v.id + ": " + n.target.join(" ") + " - " + n.failureSummary))"""


def findings(page: Page, which: list[str]) -> list[str]:
    if not page.evaluate("'axe' in window"):
        # evaluate() is not bound by the page's content security policy; a script tag would be.
        page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(RUN, which)
    return found


def assert_accessible(page: Page, widths: tuple[int, ...] = (PHONE, DESK)) -> None:
    """No axe finding at any width, by day and by night; nothing wider than the window."""
    # A colour that is still changing has a contrast that nobody chose.
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        assert findings(page, WCAG_AND_MORE) == [], f"{page.url} at {width} px"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    # Nothing but the colours changes at night.
    assert findings(page, COLOURS) == [], f"{page.url} in the dark"


def click_through(target: Locator) -> None:
    """Click what leads to another page; the page that comes is judged, not the one that is left."""
    with target.page.expect_navigation():
        target.click()
    assert_accessible(target.page)
