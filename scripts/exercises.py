"""Makes the exercises from their solutions: notebooks/solutions is the one source, notebooks/exercises is generated.

    python scripts/exercises.py            write the exercises
    python scripts/exercises.py --check    say which are out of date (the runner's tests do it, too)

A solution is a notebook for one lesson, with the lesson's name. Of it an exercise is made so:

- in a code cell, what stands between the lines `// solution` and `// end` becomes `todo!()`; or, where a bug is to be
  found, the code that follows a line `// instead` in it, written as comments;
- a cell tagged `solution` (the reasons, another way) is left out;
- a cell tagged `shows` (what was to be predicted) is there to be run by the reader, and has no output;
- the title says "exercises" in place of "solutions";
- all else stays as it is. Outputs of cells that have not changed are kept.

To add a task or change one:

1. Its check is a function in nnlib/checks/src, in the lesson's file: a right answer, cases from simple to extreme, and
   the known mistakes, each with the hint that names it. Add the check to the list in audit.rs: with it every right
   answer must pass, and every mistake must fail with its own hint and no other.
2. Its cells are in notebooks/solutions/NN-….ipynb (scripts/lab.sh opens it): statement with formula and shapes, under a
   heading such as "## 2 · Find the bug: a split ★★" (one of the KINDS, and how hard it is); the function with its solution marked; a cell `check::name(name)`; hints in <details> that ask before they tell; and,
   tagged `solution`, why it is so. Nothing but a check may call the reader's function, or the unsolved notebook panics.
3. .venv/bin/python scripts/exercises.py
4. scripts/run_all.sh --save --results target/solutions notebooks/solutions/NN-….ipynb, and the same for exercises
"""

import argparse
import copy
import re
import sys
from pathlib import Path

from nbformat import NotebookNode

from course import NOTEBOOKS, ROOT, notebooks
from outputs import SKIP, tags
from files import write
from run_notebooks import read, text_of

EXERCISES = NOTEBOOKS / "exercises"
SOLUTION, SHOWS = "solution", "shows"  # tags
KINDS = "Warm-up", "Predict", "Find the bug", "Derive", "Build", "Train"

REGION = re.compile(r"^([ \t]*)// solution\n((?:.*\n)*?)(?:\1// instead\n((?:.*\n)*?))?\1// end$", re.MULTILINE)
MARKER = re.compile(r"^\s*// (solution|instead|end)$", re.MULTILINE)
COMMENT = re.compile(r"^([ \t]*)// ?", re.MULTILINE)


def skeleton(source: str) -> str:
    """A cell's code with `todo!()`, or with a bug, in place of what a reader is to write."""

    def replacement(region: re.Match[str]) -> str:
        return f"{region[1]}todo!()" if region[3] is None else COMMENT.sub(r"\1", region[3]).rstrip("\n")

    code = REGION.sub(replacement, source)
    if marker := MARKER.search(code):
        raise ValueError(f"a marker without its partner, or at another depth: {marker.group().strip()!r}")
    return code


def exercise(solution: NotebookNode) -> NotebookNode:
    """The notebook to be solved, without outputs."""
    notebook = copy.deepcopy(solution)
    notebook.cells = [cell for cell in notebook.cells if SOLUTION not in tags(cell)]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = skeleton(cell.source)
            cell.outputs, cell.execution_count = [], None
            if SHOWS in tags(cell):
                cell.metadata["tags"] = [SKIP]
    title = notebook.cells[0]
    title.source = title.source.replace(": solutions\n", ": exercises\n", 1)
    return notebook


def with_outputs(notebook: NotebookNode, stored: NotebookNode) -> NotebookNode:
    """The notebook with the stored outputs of the cells that it shares with another."""
    old = {(cell.id, cell.source): cell for cell in stored.cells if cell.cell_type == "code"}
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if before := old.get((cell.id, cell.source)):
            cell.outputs, cell.execution_count = before.outputs, before.execution_count
    return notebook


def generated() -> dict[Path, str]:
    """What each file of exercises should hold."""
    texts = {}
    for path in notebooks("solutions"):
        notebook = exercise(read(path))
        target = EXERCISES / path.name
        if target.exists():
            notebook = with_outputs(notebook, read(target))
        texts[target] = text_of(notebook)
    return texts


def out_of_date() -> list[Path]:
    """The exercises that differ from what their solutions make of them, are missing, or have no solution."""
    texts = generated()
    stale = [path for path, text in texts.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    return stale + [path for path in notebooks("exercises") if path not in texts]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing, and fail when something is out of date")
    check = parser.parse_args().check
    EXERCISES.mkdir(exist_ok=True)
    texts = generated()
    for path in out_of_date():
        print(f"{'out of date' if check else 'written'}: {path.relative_to(ROOT)}")
        if check:
            continue
        if path in texts:
            write(path, texts[path])
        else:
            path.unlink()
    return 1 if check and out_of_date() else 0


if __name__ == "__main__":
    sys.exit(main())
