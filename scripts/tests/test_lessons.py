"""A learner's copies: brought once, brought up to date, and never written over."""

import json
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import lessons


class Copies(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        course = Path(folder.name) / "course" / "notebooks"
        (course / "exercises").mkdir(parents=True)
        self.sources = {name: course / name for name in ("01-data.ipynb", "exercises/01-data.ipynb", "glossary.md")}
        for source in self.sources.values():
            source.write_text("first")
        self.own = Path(folder.name) / "learner" / "notebooks"
        notebooks = [self.sources["01-data.ipynb"], self.sources["exercises/01-data.ipynb"]]
        for patch in (
            mock.patch.multiple(lessons, NOTEBOOKS=course, ROOT=course.parent),
            mock.patch.object(lessons, "notebooks", lambda: notebooks),
        ):
            patch.start()
            self.addCleanup(patch.stop)

    def texts(self) -> dict[str, str]:
        files = (path for path in self.own.rglob("*") if path.is_file() and path.name != "lessons.json")
        return {str(path.relative_to(self.own)): path.read_text() for path in files}

    def test_everything_comes_once_with_a_way_to_the_crate(self) -> None:
        self.assertEqual(lessons.bring(self.own), [])
        self.assertEqual(self.texts(), dict.fromkeys(self.sources, "first"))
        self.assertEqual((self.own.parent / "nnlib").readlink(), self.own.parents[1] / "course" / "nnlib")
        (self.own / "01-data.ipynb").write_text("mine")
        (self.own / "exercises" / "01-data.ipynb").unlink()
        self.assertEqual(lessons.bring(self.own), [])
        self.assertEqual(self.texts(), {"01-data.ipynb": "mine", "glossary.md": "first"})

    def test_a_correction_replaces_what_is_as_it_came_and_stands_beside_what_is_not(self) -> None:
        lessons.bring(self.own)
        (self.own / "01-data.ipynb").write_text("mine")
        for source in self.sources.values():
            source.write_text("second")
        told = lessons.bring(self.own)
        self.assertEqual(len(told), 3)
        self.assertIn("01-data.corrected.ipynb, and yours is as it was", told[0])
        expected = dict.fromkeys(self.sources, "second") | {"01-data.ipynb": "mine", "01-data.corrected.ipynb": "second"}
        self.assertEqual(self.texts(), expected)
        self.assertEqual(lessons.bring(self.own), [])
        (self.own / "01-data.corrected.ipynb").write_text("mine, too")
        self.sources["01-data.ipynb"].write_text("third")
        lessons.bring(self.own)
        expected |= {"01-data.corrected.ipynb": "mine, too", "01-data.corrected-2.ipynb": "third"}
        self.assertEqual(self.texts(), expected)

    def test_a_file_that_was_there_before_stays(self) -> None:
        self.own.mkdir(parents=True)
        (self.own / "01-data.ipynb").write_text("mine")
        lessons.bring(self.own)
        self.assertEqual(self.texts()["01-data.ipynb"], "mine")
        self.assertEqual(self.texts()["01-data.corrected.ipynb"], "first")
        self.assertEqual(set(json.loads((self.own / "lessons.json").read_text())), set(self.sources))


if __name__ == "__main__":
    unittest.main()
