"""The glossary: one entry for each word, in order, that leads to the lesson where it stands in bold."""

import json
import re
import unittest

from course import NOTEBOOKS

ENTRY = re.compile(r"^\*\*(.+?)\*\* \(\[(\d\d)\]\((.+?)\)\): (.+)$")
BOLD = re.compile(r"\*\*([^*]+)\*\*")


def bold(lesson: str) -> str:
    cells = json.loads((NOTEBOOKS / lesson).read_text())["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return "\n".join(re.sub(r"\s+", " ", words) for words in BOLD.findall(text)).lower()


class Glossary(unittest.TestCase):
    maxDiff = None

    def setUp(self) -> None:
        lines = (NOTEBOOKS / "glossary.md").read_text().splitlines()
        self.entries = [match.groups() for line in lines if (match := ENTRY.match(line))]
        self.assertGreater(len(self.entries), 100)
        self.assertEqual(len(self.entries), sum(line.startswith("**") for line in lines))

    def test_each_word_stands_once_and_in_order(self) -> None:
        words = [re.sub(r"[^a-z0-9]", "", word.lower()) for word, *_ in self.entries]
        self.assertEqual(words, sorted(set(words)))

    def test_each_word_is_bold_in_its_lesson(self) -> None:
        lessons = {lesson: bold(lesson) for lesson in {lesson for *_, lesson, _ in self.entries}}
        self.assertEqual([], [f"{word}: {lesson}" for word, number, lesson, _ in self.entries if not lesson.startswith(number)])
        self.assertEqual([], [f"{word}: {lesson}" for word, _, lesson, _ in self.entries if word.lower() not in lessons[lesson]])


if __name__ == "__main__":
    unittest.main()
