"""Executes notebooks and says whether they are right; scripts/run_all.sh prepares the environment and calls this.

The kernel answers "ok" to a cell that panicked: its message comes as text on stderr and nothing else. So stderr is
what is judged here, beside the error messages that Jupyter knows; execution.py makes sure that it is heard.
"""

import argparse
import asyncio
import contextlib
import copy
import math
import os
import signal
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import nbformat
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from course import NOTEBOOKS, ROOT, notebooks
from execution import Run, execute, is_executed
from files import write
from outputs import ERRORS, RAISES, VARIES, clean, differences, keep, shown, tags, tidy


def judge(run: Run, stored: NotebookNode, notebook: NotebookNode, save: bool) -> None:
    """Find every cell that went wrong or, unless its outputs are to be saved, shows something else than stored."""
    number, unstored = 0, False
    never_saved = not any(cell.get("outputs") for cell in stored.cells)
    for old, cell in zip(stored.cells, notebook.cells):
        if not is_executed(cell):
            continue
        number += 1
        if number > run.done:
            break
        cell.outputs, old.outputs = tidy(cell.outputs, number), tidy(old.outputs, number)
        text = shown(cell.outputs)
        if RAISES in tags(cell):
            wrong = [] if text.keys() & ERRORS else [f"the cell is tagged {RAISES}, and shows no error"]
        else:
            wrong = [f"{ERRORS[kind]}: {text[kind].strip()}" for kind in ERRORS if kind in text]
        if not wrong and not save and VARIES not in tags(cell):
            wrong = differences(old.outputs, cell.outputs)
            if never_saved:
                unstored, wrong = unstored or bool(wrong), []
        for message in wrong:
            run.fail(message, cell, number)
    if unstored:
        run.fail("no outputs are stored in the notebook; store them with --save")


def read(path: Path) -> NotebookNode:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def text_of(notebook: NotebookNode) -> str:
    return str(nbformat.writes(notebook)) + "\n"


async def run_notebook(run: Run, results: Path, timeout: int, save: bool) -> None:
    run.began = time.monotonic()
    try:
        stored = read(run.path)
    except Exception as error:  # nbformat lets many kinds through, and any of them means the same
        run.fail(
            f"the file is not a readable notebook: {' '.join([type(error).__name__, *str(error).splitlines()[:1]])}"
        )
        return
    notebook = copy.deepcopy(stored)
    run.cells = sum(map(is_executed, notebook.cells))
    for cell in notebook.cells:
        if is_executed(cell):
            cell.outputs, cell.execution_count = [], None
    clean(notebook)
    result = results / run.name.lstrip("/")
    result.parent.mkdir(parents=True, exist_ok=True)
    await execute(run, notebook, timeout, Path(f"{result}.log"))
    judge(run, stored, notebook, save)
    html, _ = await asyncio.to_thread(HTMLExporter().from_notebook_node, notebook)
    write(Path(f"{result}.html"), html)
    write(Path(f"{result}.ipynb"), text_of(notebook))
    if save and not run.failures:
        for old, cell in zip(stored.cells, notebook.cells):
            if is_executed(cell):
                keep(cell, old.outputs)
        text = text_of(notebook)
        run.saved = text != run.path.read_text(encoding="utf-8")
        if run.saved:
            write(run.path, text)


def report(run: Run) -> None:
    state = "FAIL" if run.failures else "save" if run.saved else "pass"
    say(f"{state}  {run.name}: {run.done} of {run.cells} cells, {run.seconds:.1f} s")
    for failure in run.failures:
        say("\n".join(f"      {line}" for line in str(failure).splitlines()))


def say(text: str) -> None:
    print(text, flush=True)


def junit(runs: list[Run]) -> str:
    suite = ElementTree.Element(
        "testsuite",
        name="notebooks",
        tests=str(len(runs)),
        failures=str(sum(bool(run.failures) for run in runs)),
        time=f"{sum(run.seconds for run in runs):.3f}",
    )
    for run in runs:
        case = ElementTree.SubElement(
            suite, "testcase", classname="notebooks", name=run.name, time=f"{run.seconds:.3f}"
        )
        for failure in run.failures:
            ElementTree.SubElement(case, "failure", message=failure.message.splitlines()[0]).text = str(failure)
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


async def run_all(paths: list[Path], results: Path, jobs: int, timeout: int, save: bool) -> list[Run]:
    """Run the notebooks, so many at a time, in order; print a line as each goes on and ends."""
    results.mkdir(parents=True, exist_ok=True)
    gate = asyncio.Semaphore(jobs)
    active: list[Run] = []

    async def one(run: Run) -> None:
        async with gate:
            say(f"      {run.name}: started")
            active.append(run)
            try:
                await run_notebook(run, results, timeout, save)
            except Exception as error:  # a file that cannot be written, say: the other notebooks go on
                run.fail(f"{type(error).__name__}: {error}")
            active.remove(run)
            run.seconds = time.monotonic() - run.began
            report(run)

    async def progress() -> None:
        while True:
            await asyncio.sleep(10)
            for run in active:
                say(f"      {run.name}: {run.done} of {run.cells} cells, {time.monotonic() - run.began:.0f} s")

    all_runs = [Run(path, name_of(path)) for path in paths]
    tasks = [asyncio.create_task(one(run)) for run in all_runs]
    ticker = asyncio.create_task(progress())
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in (*tasks, ticker):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)  # until each has ended its kernel
    write(results / "junit.xml", junit(all_runs))
    return all_runs


def name_of(path: Path) -> str:
    """What a notebook is called in the report: its path, as short as it is unmistakable, without the ending."""
    for folder in (NOTEBOOKS, Path.cwd()):
        if path.is_relative_to(folder):
            path = path.relative_to(folder)
    return str(path.with_suffix(""))


def chosen(names: list[str]) -> list[Path]:
    """The notebooks that the arguments name: each a file, or the beginning of a name below notebooks/."""
    course = {name_of(path): path for path in notebooks()}
    paths = []
    for name in names:
        matches = [path for known, path in course.items() if known.startswith(name)]
        if not matches and name.endswith(".ipynb"):
            matches = [Path(name).resolve()]
        if not matches:
            sys.exit(f"no notebook begins with {name!r}; there are: {', '.join(course)}")
        paths += [path for path in matches if path not in paths]
    # The last lessons take longest: they go first, so that no core waits for one of them at the end.
    return paths if names else notebooks(".", "experiments")[::-1]


def cores(system: Path = Path("/")) -> int:
    """How many cores this process may use: by its affinity, and by the quotas of its control groups."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        groups = (system / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        groups = []
    for group in groups:
        _, controllers, path = group.split(":", 2)
        tree = system / "sys/fs/cgroup" / ("cpu" if "cpu" in controllers.split(",") else "")
        own = tree / path.lstrip("/")
        for folder in [own, *own.parents]:
            with contextlib.suppress(OSError, ValueError):  # "max" is no number: no quota
                if tree.name == "cpu":
                    words = [(folder / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period")]
                else:
                    words = (folder / "cpu.max").read_text().split()
                quota, period = map(int, words)
                count = min(count, math.ceil(quota / period)) if quota > 0 else count
            if folder == tree:
                break
    return max(count, 1)


async def interruptible(arguments: argparse.Namespace, paths: list[Path]) -> int:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    try:
        runs = await run_all(paths, arguments.results, arguments.jobs, arguments.timeout, arguments.save)
    except asyncio.CancelledError:
        say("interrupted; every kernel has been ended")
        return 130
    failed = sum(bool(run.failures) for run in runs)
    say(f"executed copies, HTML and junit.xml: {arguments.results}")
    say(f"{len(runs) - failed} passed, {failed} failed")
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="run_all.sh", add_help=False)
    parser.add_argument("names", nargs="*")
    parser.add_argument("-j", "--jobs", type=int, default=cores())
    parser.add_argument("--timeout", type=int, default=600)
    parser.add_argument("--save", action="store_true")
    parser.add_argument("--results", type=Path, default=ROOT / "target" / "notebooks")
    arguments = parser.parse_args()
    if arguments.jobs < 1 or arguments.timeout < 1:
        parser.error("--jobs and --timeout must be at least 1")
    paths = chosen(arguments.names)
    if not paths:
        sys.exit("there is no notebook below notebooks/")
    return asyncio.run(interruptible(arguments, paths))


if __name__ == "__main__":
    sys.exit(main())
