"""JupyterLab as a reader has it, started by scripts/lab.sh on copies of notebooks, and a page of it in a browser."""

import base64
import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chromium import chromium
from playwright.sync_api import Browser, Locator, Page, Route

ROOT = Path(__file__).resolve().parent.parent.parent
RESULTS = ROOT / "target" / "browser"
COURSE = RESULTS / "course"  # the copies: JupyterLab saves what it has run
RUN_SECONDS = 600  # for all cells of a notebook, the kernel's start included

Notebook = dict[str, Any]


def source(cell: Notebook) -> str:
    return "".join(cell["source"])


def copy_of(name: str) -> str:
    """Put a lesson among the copies, without its outputs, and say what it is called there."""
    notebook = json.loads((ROOT / "notebooks" / name).read_text())
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
            # Relative to the notebook's folder, and the copy is in another.
            cell["source"] = source(cell).replace('"../nnlib"', json.dumps(str(ROOT / "nnlib")))
    return save(name, notebook["cells"])


def save(name: str, cells: list[Notebook]) -> str:
    for number, cell in enumerate(cells):
        cell.setdefault("id", f"cell-{number}")
    kernel = {"kernelspec": {"display_name": "Rust", "language": "rust", "name": "rust"}}
    notebook = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (COURSE / name).write_text(json.dumps(notebook))
    return name


def picture_size(output: Notebook) -> tuple[int, int] | None:
    """Width and height in pixels that the file itself states."""
    for kind, place, form in (("image/png", 16, ">II"), ("image/gif", 6, "<HH")):
        if kind in output.get("data", {}):
            width, height = struct.unpack_from(form, base64.b64decode("".join(output["data"][kind])), place)
            return width, height
    return None


class Lab:
    """A JupyterLab of its own: its port, token, settings and log, and nothing of the user's."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address, self.token = f"http://127.0.0.1:{port}", secrets.token_hex(16)
        state = RESULTS / "state"
        for folder in (state, COURSE):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        folders = {"CONFIG_DIR": "config", "DATA_DIR": "data", "RUNTIME_DIR": "runtime"}
        environment = os.environ | {f"JUPYTER_{name}": str(state / folder) for name, folder in folders.items()}
        environment |= {"JUPYTERLAB_SETTINGS_DIR": str(state), "JUPYTERLAB_WORKSPACES_DIR": str(state / "workspaces")}
        options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
        options += [f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={COURSE}"]
        with (RESULTS / "lab.log").open("w") as log:
            self.process = subprocess.Popen(
                [ROOT / "scripts" / "lab.sh", *options], env=environment, stdout=log, stderr=log, start_new_session=True
            )

    def ask(self, path: str, method: str = "GET") -> Any:
        """The server's answer. While a kernel starts or ends, it may have none: then it is asked again."""
        request = urllib.request.Request(
            self.address + path, method=method, headers={"Authorization": f"token {self.token}"}
        )
        for seconds in (0.5, 1, 2, 4, 0):
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return json.loads(answer.read() or "null")
            except urllib.error.HTTPError as error:
                if method == "DELETE" and error.code == 404:
                    return None  # it has ended meanwhile
                if error.code < 500 or not seconds:
                    raise
                time.sleep(seconds)

    def wait(self, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.ask("/api/status")
                return
            except (urllib.error.URLError, ConnectionError):
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("JupyterLab did not start:\n" + (RESULTS / "lab.log").read_text()) from None
                time.sleep(0.2)

    def is_idle(self) -> bool:
        """Whether a kernel runs, and none is at work. (The page can miss the first word of a kernel that starts.)"""
        kernels = self.ask("/api/kernels")
        return bool(kernels) and all(kernel["execution_state"] == "idle" for kernel in kernels)

    def end_kernels(self) -> None:
        for kernel in self.ask("/api/kernels"):
            self.ask(f"/api/kernels/{kernel['id']}", "DELETE")

    def stop(self) -> None:
        self.process.terminate()  # it ends its kernels
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@contextlib.contextmanager
def running() -> Iterator[tuple[Lab, Browser]]:
    lab = Lab()
    try:
        lab.wait()
        with chromium() as browser:
            yield lab, browser
    finally:
        lab.stop()


class Opened:
    """A notebook in JupyterLab in a browser tab that cannot reach anything but this machine."""

    def __init__(self, lab: Lab, browser: Browser, name: str) -> None:
        self.name, self.outside = name, set[str]()
        self.cells: list[Notebook] = json.loads((COURSE / name).read_text())["cells"]
        context = browser.new_context(viewport={"width": 1280, "height": 1400}, service_workers="block")
        self.page: Page = context.new_page()
        context.route("**/*", self._let_through)
        self.page.on("websocket", lambda socket: self._note(socket.url))
        self.page.goto(f"{lab.address}/lab/tree/{name}?token={lab.token}&reset")
        self.panel = self.page.locator(".jp-NotebookPanel:visible")
        self.shown = self.panel.locator(".jp-Notebook .jp-Cell")
        self.page.wait_for_function(
            "n => document.querySelectorAll('.jp-Notebook .jp-Cell').length == n", arg=len(self.cells)
        )
        self.wait("the kernel was not idle", lab.is_idle)

    def _note(self, url: str) -> bool:
        """Whether the address is on this machine; others are remembered."""
        inside = urlsplit(url).hostname == "127.0.0.1" or urlsplit(url).scheme in ("data", "blob")
        if not inside:
            self.outside.add(url)
        return inside

    def _let_through(self, route: Route) -> None:
        if self._note(route.request.url):
            route.continue_()
        else:
            route.abort()

    def command(self, menu: str, command: str) -> None:
        """Choose from the menu bar."""
        self.page.locator(".lm-MenuBar-itemLabel", has_text=re.compile(f"^{menu}$")).click()
        self.page.locator(f'.lm-Menu-item[data-command="{command}"]').click()

    def run_all(self) -> None:
        self.command("Run", "runmenu:run-all")
        self.wait_until_run()

    def restart_and_run_all(self) -> None:
        self.command("Run", "runmenu:restart-and-run-all")
        self.page.locator(".jp-Dialog button.jp-mod-accept").click()
        self.wait("no cell ran again", lambda: any("*" in prompt for prompt in self.prompts()), 60)
        self.wait_until_run()

    def run_cell(self, number: int) -> None:
        """Shift+Enter in one cell."""
        self.shown.nth(number).locator(".cm-content").click()
        self.page.keyboard.press("Shift+Enter")

    def prompts(self) -> list[str]:
        return self.shown.locator(".jp-InputPrompt").all_inner_texts()

    def prompt(self, number: int) -> str:
        return self.shown.nth(number).locator(".jp-InputPrompt").inner_text()

    def count(self, number: int) -> int:
        return int(self.prompt(number).strip("[]:"))

    def output(self, number: int) -> str:
        return "\n".join(self.shown.nth(number).locator(".jp-OutputArea-output").all_inner_texts())

    def wait(self, failure: str, done: Callable[[], bool], seconds: float = RUN_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.name}: {failure} in {seconds} s")
            self.page.wait_for_timeout(100)

    def wait_until_run(self) -> None:
        """Until no cell waits, and the page shows a kernel at rest: to the server it rests between two cells as well."""
        self.wait("cells were still waiting", lambda: not any("*" in prompt for prompt in self.prompts()))
        idle = self.panel.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
        self.wait("the kernel was not idle", lambda: idle.count() == 1)

    def screenshot(self, name: str, of: Locator | None = None) -> None:
        (of or self.page).screenshot(path=RESULTS / f"{Path(self.name).stem}-{name}.png")

    def complaints(self, stored: list[Notebook]) -> list[str]:
        """What is wrong with what can be seen, given the lesson's cells as they are stored."""
        found = [f"asked for {url}" for url in sorted(self.outside)]
        before = Shown()
        for number, (cell, expected) in enumerate(zip(self.cells, stored, strict=True)):
            shown = self.shown.nth(number)
            shown.scroll_into_view_if_needed()
            if cell["cell_type"] == "markdown":
                wrong = formulas(cell, shown)
            elif cell["cell_type"] == "code" and source(cell).strip():
                wrong = result(shown, expected, before)
            else:
                continue
            found += [f"cell {number + 1}: {problem}" for problem in wrong]
        if before.owes_error:
            found.append("a cell that is there to show an error shows none")
        return found


@dataclass
class Shown:
    """What the cells so far have shown, as far as the next one depends on it."""

    count: int | None = None
    owes_error: bool = False
    source: str = ""  # of the last cell that was to show an error


def result(shown: Locator, expected: Notebook, before: Shown) -> Iterator[str]:
    """What is wrong with a code cell."""
    prompt = shown.locator(".jp-InputPrompt").inner_text()
    count = int(prompt.strip("[]:")) if re.fullmatch(r"\[\d+\]:", prompt) else None
    # JupyterLab asks the kernel something before the first cell, and evcxr counts it.
    if count is None or before.count is not None and count != before.count + 1:
        yield f"its prompt is {prompt}"
    before.count = count
    errors = shown.locator('[data-mime-type$=".error"], [data-mime-type$=".stderr"]')
    meant = "raises-exception" in expected["metadata"].get("tags", [])
    # evcxr sends the text of a `?` by another thread than the word that the cell has ended: the next cell may show it.
    # A panic's text stays in its cell, for which the kernel's prelude takes care.
    late = before.owes_error and "?" in before.source
    if errors.count() and not meant and not late:
        yield f"it shows an error: {errors.first.inner_text().strip()}"
    before.owes_error = (meant or before.owes_error) and not errors.count()
    if meant:
        before.source = source(expected)
    sizes = [size for output in expected["outputs"] if (size := picture_size(output))]
    pictures = shown.locator(".jp-OutputArea-output img").all()
    if len(pictures) != len(sizes):
        yield f"it shows {len(pictures)} pictures, and {len(sizes)} are stored"
        return
    for picture, size in zip(pictures, sizes, strict=True):
        picture.scroll_into_view_if_needed()
        yield from figure(picture, size)


def figure(picture: Locator, size: tuple[int, int]) -> Iterator[str]:
    """What is wrong with a picture that should be of this size, or smaller where the page is."""
    if not picture.is_visible():
        yield "its picture is not visible"
        return
    # `decode` waits, and says no to a file that is no picture.
    natural = picture.evaluate("i => i.decode().then(() => [i.naturalWidth, i.naturalHeight], () => [0, 0])")
    if tuple(natural) != size:
        yield f"its picture has {natural[0]} × {natural[1]} pixels, and the stored one {size[0]} × {size[1]}"
    box = picture.bounding_box()
    assert box
    width, height = box["width"], box["height"]
    if width > size[0] + 1 or width < min(size[0], 400) - 1 or abs(height - width * size[1] / size[0]) > 1:
        yield f"its picture is shown as {width:.0f} × {height:.0f}"


FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$]+\$", re.DOTALL)
CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)


def formulas(cell: Notebook, shown: Locator) -> Iterator[str]:
    """What is wrong with the formulas of a text."""
    expected = len(FORMULA.findall(CODE.sub("", source(cell))))
    typeset = shown.locator("mjx-container:has(svg, mjx-math)").count()
    if typeset != expected:
        yield f"{typeset} of {expected} formulas are typeset"
    refused = shown.locator("mjx-merror, [data-mjx-error]")
    if refused.count():
        yield f"a formula has an error: {refused.first.get_attribute('data-mjx-error')}"
    raw = shown.locator(".jp-RenderedMarkdown").evaluate(
        """text => {
            const copy = text.cloneNode(true);
            copy.querySelectorAll("code, mjx-container").forEach(e => e.remove());
            return copy.textContent.includes("$");
        }"""
    )
    if raw:
        yield "a dollar sign stands in its text, as of a formula that is not typeset"
