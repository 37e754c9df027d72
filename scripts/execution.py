"""Executes one notebook in a kernel of its own, and keeps account of how far it came and what was wrong.

The kernel answers "ok" to a cell that panicked: its message comes as text on stderr, if it comes. So behind each cell a
sign of life is asked for: the process that runs the cells panics in a thread of its own (prelude.rs), and that has to be
heard. Since one way carries all lines in their order, all that the cell itself has said is then there as well. At the
end a cell of the runner's own prints and panics, and both must arrive before the kernel says that it has ended.
"""

import asyncio
import os
import queue
import secrets
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, output_from_msg

from kernel import PRELUDE
from outputs import ANSI, ERRORS, RAISES, SKIP, shown, tags

KERNELS = Path(sys.prefix) / "share" / "jupyter" / "kernels"
START_SECONDS = 300
SIGN_SECONDS = 20  # a sign takes milliseconds; this long one is waited for on a machine that is busy with other things
THREAD_SECONDS = 5  # so long a thread that a cell leaves behind may take to end, or to panic, before the next cell runs

UNHEARD = "after this cell a panic is not heard: the kernel's stderr, or the panic hook, is no longer what it was"
UNTIMELY = "the kernel said that this cell had ended when it had not, or says so twice: what follows is a cell late"


@dataclass
class Failure:
    message: str
    cell: int | None = None  # as Jupyter numbers it: the first code cell is 1
    line: str = ""

    def __str__(self) -> str:
        where = f"cell {self.cell}: {self.line}\n" if self.cell else ""
        return where + "\n".join(f"    {line}" for line in self.message.splitlines())


@dataclass
class Run:
    """One notebook on its way through: what has been done, and what was wrong."""

    path: Path
    name: str
    cells: int = 0
    done: int = 0
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    saved: bool = False
    failures: list[Failure] = field(default_factory=list)

    def fail(self, message: str, cell: NotebookNode | None = None, number: int | None = None) -> None:
        line = next((line for line in cell.source.splitlines() if line.strip()), "") if cell else ""
        text = "".join(
            character for character in ANSI.sub("", message) if character.isprintable() or character in "\t\n"
        )
        self.failures.append(Failure(text.strip("\n"), number, line.strip()))


class Wrong(Exception):
    """The notebook cannot go on; the message says why."""


class Kernel:
    """A kernel of one's own in a notebook's folder; what it says outside the notebook goes to the log."""

    manager: AsyncKernelManager
    client: AsyncKernelClient

    def __init__(self, folder: Path, log: Path, timeout: float) -> None:
        self.folder, self.log, self.timeout = folder, log, timeout
        self.threads = 0
        self.requests: dict[str, NotebookNode] = {}  # which cell each was for

    async def __aenter__(self) -> "Kernel":
        self.own = tempfile.TemporaryDirectory(prefix="kernel-")
        self.questions = Path(self.own.name) / "questions"
        os.mkfifo(self.questions)
        self.asking = os.open(self.questions, os.O_RDWR)  # also reading, or it would wait for a reader
        try:
            await self.start()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Kill the kernel with all its children, whatever they are doing."""
        os.close(self.asking)
        await self.stop()
        self.own.cleanup()

    async def start(self) -> None:
        specs = KernelSpecManager(kernel_dirs=[str(KERNELS)])
        for attempt in (1, 2):  # two runs at once may, rarely, be given the same port
            self.manager = AsyncKernelManager(kernel_name="rust", kernel_spec_manager=specs)
            environment = os.environ | {"KERNEL_SIGNS": str(self.questions)}
            with self.log.open("w") as file:
                await self.manager.start_kernel(cwd=str(self.folder), stdout=file, stderr=file, env=environment)
            self.client = self.manager.client()
            self.client.start_channels()
            try:
                await self.client.wait_for_ready(timeout=START_SECONDS)
                break
            except RuntimeError as error:
                if attempt == 2 or await self.manager.is_alive():
                    said = "\n".join(self.log.read_text(errors="replace").splitlines()[:10])
                    raise Wrong(f"the kernel did not start: {error}\n{said}") from None
                await self.stop()
        self.process = psutil.Process(self.manager.provisioner.pid)
        self.child = self.find_child()
        self.threads = self.child.num_threads() if self.child else 0

    async def stop(self) -> None:
        if self.manager.has_kernel:
            self.client.stop_channels()
            await self.manager.shutdown_kernel(now=True)

    def find_child(self) -> psutil.Process | None:
        """The process that runs the cells: the kernel's own program once more."""
        return next((child for child in self.process.children() if child.name() == self.process.name()), None)

    async def next_message(self) -> dict | None:
        """What the kernel says next, if it does so within a second."""
        try:
            return await self.client.get_iopub_msg(timeout=1)
        except queue.Empty:
            if not await self.manager.is_alive():
                raise Wrong("the kernel died") from None
            return None

    def collect(self, message: dict) -> None:
        """Give what a message shows to the cell that it is for, also when that has ended."""
        cell = self.requests.get(message["parent_header"].get("msg_id", ""))
        if cell and message["msg_type"] in ("stream", "execute_result", "display_data", "error"):
            cell.outputs.append(output_from_msg(message))

    async def execute(self, cell: NotebookNode) -> None:
        """Execute a cell and collect its outputs, until the kernel says that it has ended."""
        deadline = time.monotonic() + self.timeout
        request = self.client.execute(cell.source, allow_stdin=False)
        self.requests[request] = cell
        while True:
            if message := await self.next_message():
                self.collect(message)
                state = message["content"].get("execution_state")
                if state == "idle" and message["parent_header"].get("msg_id") == request:
                    return
            elif time.monotonic() > deadline:
                raise Wrong(f"the cell is over its time limit of {self.timeout} s (--timeout)")

    async def sign(self) -> bool:
        """Whether a panic is heard now. What the last cell said has arrived by then, too."""
        child = self.find_child()
        if child != self.child:  # another process runs the cells now, without the prelude
            await self.execute(new_code_cell(PRELUDE.read_text()))
            self.child, self.threads = child, child.num_threads() if child else 0
        await self.threads_end()
        nonce = secrets.token_hex(8)
        os.write(self.asking, f"{nonce}\n".encode())
        deadline, begun, panicked = time.monotonic() + SIGN_SECONDS, False, False
        while time.monotonic() < deadline:
            message = await self.next_message()
            if not message:
                continue
            text = message["content"].get("text", "")
            if text == f"{nonce} ends\n":
                return panicked
            begun |= text == f"{nonce} begins\n"
            panicked |= "panicked" in text and nonce in text
            if not begun:
                self.collect(message)
        return False

    async def is_in_step(self) -> bool:
        """Whether a cell's output and its panic arrive before the kernel says that the cell has ended."""
        nonce = secrets.token_hex(8)
        cell = new_code_cell(f'{{ ::std::println!("{nonce}"); ::std::panic!("{nonce}"); }}')
        await self.execute(cell)
        printed = nonce in shown(cell.outputs).get("stdout", "")
        return await self.sign() and printed and nonce in shown(cell.outputs).get("stderr", "")

    async def threads_end(self) -> None:
        """Give the threads that the cell has started the time to end; those that do not are there to stay."""
        deadline = time.monotonic() + THREAD_SECONDS
        try:
            while self.child and (now := self.child.num_threads()) > self.threads and time.monotonic() < deadline:
                await asyncio.sleep(0.02)
            self.threads = now
        except psutil.Error:
            pass


async def execute(run: Run, notebook: NotebookNode, timeout: int, log: Path) -> None:
    """Execute the notebook's cells in a fresh kernel, up to the first that fails."""
    if not await attempt(run, notebook, timeout, log, careful=False):
        # The kernel was out of step at the end. A second time it is asked behind each cell, to name the one.
        run.failures.clear()
        if not await attempt(run, notebook, timeout, log, careful=True):
            run.fail("the kernel was out of step at the end of one run and not in another")


async def attempt(run: Run, notebook: NotebookNode, timeout: int, log: Path, careful: bool) -> bool:
    """Whether that says where the notebook fails, if it does."""
    cells = list(filter(is_executed, notebook.cells))
    number, cell = 0, None
    try:
        async with Kernel(run.path.parent, log, timeout) as kernel:
            for number, cell in enumerate(cells, 1):
                cell.outputs, cell.execution_count = [], number
                await kernel.execute(cell)
                heard = await kernel.sign()
                run.done = number
                if not heard:
                    run.fail(UNHEARD, cell, number)
                    return True
                failed = RAISES not in tags(cell) and bool(shown(cell.outputs).keys() & ERRORS)
                if (failed or careful or number == len(cells)) and not await kernel.is_in_step():
                    if careful:
                        run.fail(UNTIMELY, cell, number)
                    return careful
                if failed:
                    return True
    except Wrong as error:
        run.fail(str(error), cell, number)
    return True


def is_executed(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip()) and SKIP not in tags(cell)
