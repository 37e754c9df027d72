"""The check against small sites that are wrong, in each way, and one that is right."""

import tempfile
import unittest
from pathlib import Path

from check import wrong

PAGE = "<!DOCTYPE html><article>{}</article>"
RIGHT = {
    "lesson.html": PAGE.format(
        '<h1 id="top">Lesson</h1><img src="a%20b.png" alt="A line."><a href="api/x.html#L1">x</a><a href="#top">up</a>'
        '<a href="https://example.org/">far</a><code>$HOME</code><div style="background: url(a%20b.png)"></div>'
    ),
    "a b.png": "",
    "style.css": "@import 'more.css'; p { background: url(data:image/png;base64,AAAA), url(\"a b.png\") }",
    "more.css": "",
    "api/x.html": "<p id=y>Costs $5, <img src='../a b.png'> <a href='../lesson.html#top'>up</a>",
}
WRONG = {
    '<a href="gone.html">x</a>': "gone.html leads nowhere",
    '<a href="../lesson.html">x</a>': "../lesson.html leads nowhere",
    '<a href="api/">x</a>': "api/ leads nowhere",
    '<a href="lesson.html#gone">x</a>': "lesson.html#gone: the page has no such place",
    '<img src="gone.png" alt="A line.">': "gone.png leads nowhere",
    '<img src="a b.png">': "a figure has no alternative text",
    '<img src="a b.png" alt=" ">': "a figure has no alternative text",
    '<img src="https://example.org/a.png" alt="A line.">': "needs https://example.org/a.png from elsewhere",
    '<script src="//example.org/a.js"></script>': "needs //example.org/a.js from elsewhere",
    '<link rel="stylesheet" href="http://example.org/a.css">': "needs http://example.org/a.css from elsewhere",
    "<style>@import 'https://example.org/a.css';</style>": "needs https://example.org/a.css from elsewhere",
    '<p style="background: url(gone.png)">x</p>': "gone.png leads nowhere",
    "<p>the loss $L$</p>": "a formula is not one: the loss $L$",
}


class Check(unittest.TestCase):
    def complaints(self, files: dict[str, str], sources: tuple[str, ...] = ("lesson.ipynb",)) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            site, written = Path(folder).resolve() / "site", Path(folder).resolve() / "sources"
            for name, text in files.items():
                (site / name).parent.mkdir(parents=True, exist_ok=True)
                (site / name).write_text(text)
            written.mkdir()
            for name in sources:
                (written / name).touch()
            return list(wrong(site, written))

    def test_a_whole_book(self) -> None:
        self.assertEqual(self.complaints(RIGHT), [])

    def test_each_mistake(self) -> None:
        for mistake, message in WRONG.items():
            with self.subTest(mistake):
                (complaint,) = self.complaints(RIGHT | {"other.html": PAGE.format(mistake)})
                self.assertTrue(complaint.startswith(f"other.html: {message}"), complaint)

    def test_a_style_sheet_that_asks_elsewhere(self) -> None:
        (complaint,) = self.complaints(RIGHT | {"more.css": "p { background: url(https://example.org/a.png) }"})
        self.assertEqual(complaint, "more.css: needs https://example.org/a.png from elsewhere")

    def test_a_lesson_without_a_page(self) -> None:
        self.assertEqual(self.complaints(RIGHT, ("lesson.ipynb", "lost.ipynb")), ["lost.ipynb has no page"])


if __name__ == "__main__":
    unittest.main()
