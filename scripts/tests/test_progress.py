"""What counts as solved."""

import json
import tempfile
import unittest
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

import progress
from course import NOTEBOOKS


def cell(source: str, count: int | None, said: str = "", kind: str = "execute_result") -> NotebookNode:
    if not said:
        outputs = []
    elif kind == "stream":
        outputs = [new_output("stream", name="stdout", text=said)]
    else:
        outputs = [new_output(kind, data={"text/plain": said})]
    return new_code_cell(source, execution_count=count, outputs=outputs)


FUNCTION, CHECK, RIGHT = "fn softmax(z: f64) -> f64 {\n    z\n}", "check::softmax(softmax)", "✓ softmax: right in all 7 cases."


class Solved(unittest.TestCase):
    def of(self, *cells: NotebookNode) -> set[str]:
        return progress.solved(new_notebook(cells=list(cells)))

    def test_a_good_verdict_below_the_function(self) -> None:
        self.assertEqual(self.of(cell(FUNCTION, 2), cell(CHECK, 3, RIGHT)), {"softmax"})

    def test_nothing_else_counts(self) -> None:
        for cells in (
            (cell(FUNCTION, 2),),  # the check was deleted
            (cell(FUNCTION, 2), cell(CHECK, None)),
            (cell(FUNCTION, 2), cell(CHECK, 3, "✗ softmax: wrong in case 1 of 7")),
            (cell(FUNCTION, 4), cell(CHECK, 3, RIGHT)),  # the function was run again behind it
            (cell(FUNCTION, None), cell(CHECK, 3, RIGHT)),
            (cell(CHECK, 3, RIGHT),),  # the function is gone
            (cell(FUNCTION, 2), cell(CHECK, 3, RIGHT.replace("softmax", "relu"))),
            (cell(FUNCTION, 2), cell(CHECK, 3, RIGHT, kind="stream")),
            (cell(FUNCTION, 2), cell(f'println!("{RIGHT}")', 3, RIGHT)),
        ):
            self.assertEqual(self.of(*cells), set(), cells)


class Folders(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "exercises").mkdir()
        self.wanted = [task for task in progress.tasks() if task.lesson.startswith("0")]

    def copy(self, kind: str, name: str) -> None:
        (self.folder / "exercises" / name).write_text((NOTEBOOKS / kind / name).read_text())

    def test_tasks_are_those_of_the_solutions(self) -> None:
        self.assertEqual({task.lesson for task in progress.tasks()}, {path.name for path in (NOTEBOOKS / "solutions").glob("*.ipynb")})
        self.assertTrue(all(task.title for task in progress.tasks()))

    def test_what_is_stored_is_read(self) -> None:
        self.copy("solutions", "01-data.ipynb")
        self.copy("exercises", "02-logistic-regression.ipynb")
        (self.folder / "exercises" / "03-neurons-and-activations.ipynb").write_text("{")
        done = progress.results(self.folder, self.wanted, check=False)
        self.assertEqual(done, {task for task in self.wanted if task.lesson == "01-data.ipynb"})
        said = progress.one(self.wanted, done)
        self.assertIn("next: 02-logistic-regression.ipynb, 1 · ", said)
        table = progress.several(self.wanted, {self.folder: done, Path("nobody"): set()})
        self.assertEqual([line.split()[-1] for line in table.splitlines()], ["all", str(len(done)), "0"])

    def test_what_is_executed_afresh_is_judged_by_that(self) -> None:
        """The stored verdicts say the opposite, and one cell does not compile."""
        self.copy("solutions", "01-data.ipynb")
        path = self.folder / "exercises" / "01-data.ipynb"
        notebook = nbformat.read(path, as_version=4)
        checks = [i for i, c in enumerate(notebook.cells) if progress.CHECK.match(c.source)]
        for c in notebook.cells:
            if c.cell_type == "code":
                c.outputs = []
        notebook.cells.insert(checks[0], new_code_cell("let broken: usize = 0.5;"))
        last = max(i for i, c in enumerate(notebook.cells[: checks[-1] + 1]) if c.cell_type == "code" and "fn " in c.source)
        notebook.cells[last].source = "fn nothing() {}"
        nbformat.write(notebook, path)
        own = [task for task in self.wanted if task.lesson == "01-data.ipynb"]
        self.assertEqual(progress.results(self.folder, own, check=True), set(own[:-1]))
        self.assertEqual(json.loads(path.read_text())["cells"][last]["source"], ["fn nothing() {}"])


if __name__ == "__main__":
    unittest.main()
