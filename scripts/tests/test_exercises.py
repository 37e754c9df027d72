"""Exercises and their solutions, as stored. That the stored outputs are true is for scripts/run_all.sh to say."""

import difflib
import re
import unittest
from collections import Counter

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import exercises
from exercises import KINDS, REGION, SHOWS, SOLUTION, exercise, skeleton, with_outputs
from course import ROOT, notebooks
from outputs import SKIP, shown, tags
from run_notebooks import read

CHECK = re.compile(r"^check::(\w+)\(\w+\)$")
HEADING = re.compile(r"^## (\d) · ((" + "|".join(KINDS) + r"): .+) (★{1,4})$", re.MULTILINE)
TOKEN = re.compile(r"[A-Za-z_]\w*|\d[\w.]*|[^\w\s]")
HINT = re.compile(r"<summary>(Hint.*?)</summary>(.*?)</details>", re.DOTALL)


def tokens(code: str) -> list[str]:
    return TOKEN.findall(re.sub(r"//.*", "", code))


def shared(part: list[str], whole: list[str]) -> float:
    """The share of a part's tokens that stand in the whole, at least five in a row and in the same order."""
    blocks = difflib.SequenceMatcher(None, part, whole, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size >= min(5, len(part))) / len(part)


def checks(notebook: NotebookNode) -> list[tuple[str, str]]:
    """The name of each check and what it shows, in order; a task that is solved in two ways has two."""
    found = []
    for cell in notebook.cells:
        last = cell.source.strip().splitlines()[-1] if cell.cell_type == "code" else ""
        if match := CHECK.match(last):
            found.append((match.group(1), shown(cell.outputs).get("text/plain", "")))
    return found


class Skeletons(unittest.TestCase):
    def test_a_marked_region_becomes_a_todo(self) -> None:
        source = "fn f(x: f64) -> f64 {\n    let y = x;\n    // solution\n    let z = y;\n\n    z\n    // end\n}"
        self.assertEqual(skeleton(source), "fn f(x: f64) -> f64 {\n    let y = x;\n    todo!()\n}")

    def test_each_region_is_its_own(self) -> None:
        source = "// solution\na\n// end\nkept\n    // solution\n    b\n    // end"
        self.assertEqual(skeleton(source), "todo!()\nkept\n    todo!()")

    def test_a_bug_to_be_found_stands_in_place_of_the_solution(self) -> None:
        source = "fn f() {\n    // solution\n    right()\n    // instead\n    // if true {\n    //     wrong()\n    // }\n    // end\n}"
        self.assertEqual(skeleton(source), "fn f() {\n    if true {\n        wrong()\n    }\n}")

    def test_a_marker_without_its_partner_is_an_error(self) -> None:
        for source in ["// solution\na", "a\n// end", "// solution\na\n    // end", "a\n// instead\nb"]:
            with self.subTest(source=source), self.assertRaisesRegex(ValueError, "without its partner"):
                skeleton(source)

    def test_reasons_are_left_out_and_outputs_cleared(self) -> None:
        why = new_markdown_cell("because", metadata={"tags": [SOLUTION]})
        code = new_code_cell("x", outputs=[new_output("stream", text="5")], execution_count=1)
        made = exercise(new_notebook(cells=[new_markdown_cell("# 01 · Data: solutions\n"), code, why]))
        self.assertEqual([cell.source for cell in made.cells], ["# 01 · Data: exercises\n", "x"])
        self.assertEqual((made.cells[1].outputs, made.cells[1].execution_count), ([], None))

    def test_what_shows_a_prediction_is_not_run_for_the_reader(self) -> None:
        made = exercise(new_notebook(cells=[new_markdown_cell("#"), new_code_cell("x", metadata={"tags": [SHOWS]})]))
        self.assertEqual(tags(made.cells[1]), [SKIP])

    def test_outputs_of_unchanged_cells_are_kept(self) -> None:
        stored = new_code_cell("x", outputs=[new_output("stream", text="5")], execution_count=1)
        for source, count in [("x", 1), ("y", None)]:
            made = with_outputs(
                new_notebook(cells=[new_code_cell(source, id=stored.id)]), new_notebook(cells=[stored])
            )
            self.assertEqual((len(made.cells[0].outputs), made.cells[0].execution_count), (count or 0, count))


class Gate(unittest.TestCase):
    def test_every_lesson_has_exercises(self) -> None:
        lessons = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")} - {"00-start-here.ipynb"}
        self.assertEqual({path.name for path in notebooks("solutions")}, lessons)

    def test_exercises_are_up_to_date(self) -> None:
        self.assertEqual(exercises.out_of_date(), [], "run: .venv/bin/python scripts/exercises.py")

    def test_exercises_as_shipped_fail_with_a_friendly_message(self) -> None:
        for path in notebooks("exercises"):
            verdicts = checks(read(path))
            for name, verdict in verdicts:
                with self.subTest(notebook=path.name, task=name):
                    self.assertTrue(verdict.startswith((f"{name}: not solved yet.", f"✗ {name}: wrong in case ")), verdict)

    def test_every_solution_passes(self) -> None:
        for path in notebooks("solutions"):
            for name, verdict in checks(read(path)):
                with self.subTest(notebook=path.name, task=name):
                    self.assertTrue(verdict.startswith("✓ "), verdict)

    def test_each_notebook_has_three_to_five_tasks_from_easy_to_hard_and_one_warm_up_at_most(self) -> None:
        kinds: Counter[str] = Counter()
        for path in notebooks("solutions"):
            with self.subTest(notebook=path.name):
                text = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
                tasks = HEADING.findall(text)
                self.assertEqual([number for number, *_ in tasks], list("12345")[: text.count("\n## ") + text.startswith("## ")])
                self.assertTrue(3 <= len(tasks) <= 5)
                stars = [len(stars) for *_, stars in tasks]
                self.assertEqual(stars, sorted(stars))
                self.assertGreater(stars[-1], stars[0])
                self.assertLessEqual([kind for *_, kind, _ in tasks].count("Warm-up"), 1)
                kinds.update(kind for *_, kind, _ in tasks)
                lesson = [cell.source for cell in read(ROOT / "notebooks" / path.name).cells if "## Try it" in cell.source]
                for _, title, *_ in tasks:
                    self.assertIn(f"*{title}*", "".join(lesson))
        for kind in KINDS[1:]:
            self.assertGreaterEqual(kinds[kind], 4, kind)

    def test_every_header_says_what_a_compile_error_leaves(self) -> None:
        for path in notebooks("exercises"):
            with self.subTest(notebook=path.name):
                self.assertIn("After a compile error the check still judges your last version that compiled.", read(path).cells[0].source)

    def test_at_most_one_task_of_a_notebook_is_answered_by_a_cell_of_its_lesson(self) -> None:
        for path in notebooks("solutions"):
            lesson = [tokens(cell.source) for cell in read(ROOT / "notebooks" / path.name).cells if cell.cell_type == "code"]
            cells = [cell.source for cell in read(path).cells if cell.cell_type == "code" and SOLUTION not in tags(cell)]
            regions = [region[2] for source in cells for region in REGION.finditer(source) if not region[3]]
            copies = [region for region in regions if any(shared(tokens(region), cell) >= 0.9 for cell in lesson)]
            with self.subTest(notebook=path.name):
                self.assertLessEqual(len(copies), 1, "\n".join(copies))

    def test_a_hint_asks_and_is_not_the_solution(self) -> None:
        for path in notebooks("solutions"):
            cells = read(path).cells
            solution = {
                "".join(tokens(line))
                for cell in cells
                if cell.cell_type == "code" and SOLUTION not in tags(cell)
                for region in REGION.finditer(cell.source)
                for line in region[2].splitlines()
                if len(tokens(line)) > 8
            }
            for cell in cells:
                for summary, told in HINT.findall(cell.source):
                    with self.subTest(notebook=path.name, hint=summary):
                        self.assertIn("?", summary)
                        code = ["".join(tokens(code)).rstrip(";") for code in re.findall(r"`([^`]+)`", told)]
                        given = [line for line in solution if line.rstrip(";") in code]
                        self.assertEqual(given, [])

    def test_a_task_and_a_check_belong_to_each_other(self) -> None:
        asked = [name for path in notebooks("solutions") for name in dict(checks(read(path)))]
        there = [
            name
            for path in (ROOT / "nnlib" / "checks" / "src").glob("*.rs")
            for name in re.findall(r"^pub fn (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        ]
        self.assertEqual(sorted(asked), sorted(there))


if __name__ == "__main__":
    unittest.main()
