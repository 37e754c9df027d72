"""The book in a real browser, read from the disk; scripts/build_book.sh has to have built it."""

import contextlib
import unittest
from pathlib import Path

from chromium import chromium

ROOT = Path(__file__).resolve().parent.parent.parent
SITE = ROOT / "target" / "book"
LESSONS = sorted(path.relative_to(ROOT / "notebooks") for path in (ROOT / "notebooks").rglob("*-*.ipynb"))

# Formulas that are not drawn or have an error, and pictures that are not there.
WRONG = """() => [
    ...[...document.querySelectorAll(".math:not(:has(mjx-container svg))")].map(e => e.textContent),
    ...[...document.querySelectorAll("[data-mjx-error]")].map(e => e.dataset.mjxError),
    ...[...document.images].filter(i => i.naturalWidth == 0).map(i => i.src),
]"""
BRIGHTNESS = r"() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).reduce((sum, n) => sum + +n, 0)"


@unittest.skipUnless((SITE / "index.html").exists(), "the book is not built: scripts/build_book.sh")
class BookInTheBrowser(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        cls.browser = stack.enter_context(chromium())

    def setUp(self) -> None:
        self.page = self.browser.new_page()
        self.addCleanup(self.page.close)
        self.page.set_default_timeout(60_000)
        self.asked: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))

    def visit(self, name: str) -> None:
        self.page.goto(f"{SITE.as_uri()}/{name}")

    def heading(self) -> str:
        return self.page.locator("h1").first.inner_text()

    def test_every_page(self) -> None:
        for lesson in LESSONS:
            with self.subTest(page=str(lesson)):
                self.visit(str(lesson.with_suffix(".html")))
                self.page.evaluate("() => window.MathJax?.startup.promise")
                self.assertEqual(self.page.evaluate(WRONG), [])
        self.assertEqual([url for url in self.asked if not url.startswith(("file:", "data:", "blob:"))], [])

    def test_light_and_dark(self) -> None:
        self.visit("index.html")
        self.page.emulate_media(color_scheme="light")
        self.assertGreater(self.page.evaluate(BRIGHTNESS), 700)
        self.page.emulate_media(color_scheme="dark")
        self.assertLess(self.page.evaluate(BRIGHTNESS), 150)

    def test_search(self) -> None:
        self.visit("index.html")
        self.page.locator(".sidebar-search").fill("cross-entropy")
        self.page.keyboard.press("Enter")
        self.page.locator("#search-results").get_by_role("link", name="04 · Forward", exact=True).first.click()
        self.assertIn("04 · Forward", self.heading())

    def test_ways_from_page_to_page(self) -> None:
        self.visit("04-forward.html")
        self.page.locator("a.next-page").click()
        self.assertIn("05 · Backpropagation", self.heading())
        self.page.locator("a.prev-page").click()
        self.assertIn("04 · Forward", self.heading())
        self.page.locator("a", has_text="nnlib's reference").click()
        self.assertIn("Crate nnlib", self.heading())
