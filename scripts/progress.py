"""Says which exercises are solved; scripts/progress.sh prepares the environment and calls this."""

import argparse
import asyncio
import copy
import csv
import json
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course import NOTEBOOKS, ROOT, notebooks
from execution import Kernel, Wrong, is_executed

CHECK = re.compile(r"check::(\w+)\((\w+)\)\s*;?\s*$")
TASK = re.compile(r"^## (\d+ · .+)$", re.MULTILINE)
SECONDS = 120  # for a cell; a check has a limit of its own, of a few seconds


@dataclass(frozen=True)
class Task:
    lesson: str  # the notebook's file name
    title: str
    check: str


def tasks() -> list[Task]:
    """Those of the course, in their order: what a copy lacks is not solved in it."""
    found = []
    for path in notebooks("solutions"):
        title = ""
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown" and (heading := TASK.search(cell.source)):
                title = heading[1]
            elif check := CHECK.match(cell.source):
                found.append(Task(path.name, title, check[1]))
    return found


def solved(notebook: NotebookNode) -> set[str]:
    """The checks whose verdict on the function that stands in the notebook is good."""
    right = set()
    written: dict[str, int] = {}  # when each function's cell was run
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        count = cell.get("execution_count") or 0
        for name in re.findall(r"\bfn (\w+)", cell.source):
            written[name] = count
        if check := CHECK.match(cell.source):
            said = "".join("".join(output.get("data", {}).get("text/plain", "")) for output in cell.outputs)
            if said.startswith(f"✓ {check[1]}:") and 0 < written.get(check[2], 0) < count:
                right.add(check[1])
    return right


async def executed(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """The notebook, run from its first cell to its last, whatever goes wrong in between."""
    notebook = copy.deepcopy(notebook)
    cells = list(filter(is_executed, notebook.cells))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    with tempfile.TemporaryDirectory() as own:
        async with Kernel(folder, Path(own) / "log", SECONDS) as kernel:
            for count, cell in enumerate(cells, 1):
                # A copy may stand anywhere: the crates are this checkout's.
                cell.source = re.sub(r'"[^"]*?/(nnlib(?:/checks)?)"', lambda path: json.dumps(str(ROOT / path[1])), cell.source)
                cell.execution_count = count
                try:
                    await kernel.execute(cell)
                    await kernel.sign()
                except Wrong as error:
                    print(f"{folder}: {error}", file=sys.stderr)
                    break
    return notebook


def exercises_in(folder: Path) -> Path:
    found = [place for place in (folder / "notebooks" / "exercises", folder / "exercises", folder) if place.is_dir()]
    if not found:
        sys.exit(f"progress: {folder} is no folder")
    return found[0]


def results(folder: Path, wanted: list[Task], check: bool) -> set[Task]:
    """The solved ones among the tasks."""
    done = set()
    place = exercises_in(folder)
    for lesson in dict.fromkeys(task.lesson for task in wanted):
        try:
            notebook = nbformat.read(place / lesson, as_version=4)
        except FileNotFoundError:
            continue
        except Exception as error:  # nbformat lets many kinds through: one broken file is not to hide the others
            print(f"progress: {place / lesson} cannot be read: {error}", file=sys.stderr)
            continue
        if check:
            notebook = asyncio.run(executed(notebook, place))
        right = solved(notebook)
        done |= {task for task in wanted if task.lesson == lesson and task.check in right}
    return done


def lessons(wanted: list[Task]) -> dict[str, list[Task]]:
    return {lesson: [task for task in wanted if task.lesson == lesson] for lesson in dict.fromkeys(t.lesson for t in wanted)}


def one(wanted: list[Task], done: set[Task]) -> str:
    lines = []
    for lesson, own in lessons(wanted).items():
        marks = "".join("✓" if task in done else "·" for task in own)
        following = next((f"   next: {task.title}" for task in own if task not in done), "")
        lines.append(f"{lesson.removesuffix('.ipynb'):36} {marks:6}{following}")
    following = next((task for task in wanted if task not in done), None)
    lines.append(f"\n{len(done)} of {len(wanted)} tasks solved")
    if following:
        lines.append(f"next: {following.lesson}, {following.title}")
    return "\n".join(lines)


def several(wanted: list[Task], by_folder: dict[Path, set[Task]]) -> str:
    numbers = [lesson[:2] for lesson in lessons(wanted)]
    width = max(len(str(folder)) for folder in by_folder)
    lines = [f"{'':{width}}  " + " ".join(f"{number:>4}" for number in numbers) + "   all"]
    for folder, done in by_folder.items():
        shares = [f"{sum(task in done for task in own)}/{len(own)}" for own in lessons(wanted).values()]
        lines.append(f"{str(folder):{width}}  " + " ".join(f"{share:>4}" for share in shares) + f"  {len(done):>4}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/progress.sh", usage="scripts/progress.sh [--check] [--csv FILE] [FOLDER ...]")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--csv", type=Path, metavar="FILE")
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", default=[NOTEBOOKS])
    arguments = parser.parse_args()
    wanted = tasks()
    by_folder = {folder: results(folder, wanted, arguments.check) for folder in arguments.folders}
    if len(by_folder) == 1:
        print(one(wanted, *by_folder.values()))
    else:
        print(several(wanted, by_folder))
    if arguments.csv:
        with arguments.csv.open("w", newline="") as file:
            table = csv.writer(file)
            table.writerow(["folder", "lesson", "task", "check", "solved"])
            for folder, done in by_folder.items():
                table.writerows([folder, task.lesson, task.title, task.check, int(task in done)] for task in wanted)


if __name__ == "__main__":
    main()
