"""Executes one notebook in a kernel of its own, and keeps account of how far it came and what was wrong."""

import asyncio
import queue
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from outputs import ANSI, ERRORS, RAISES, SKIP, VARIES, differences, shown, tags

KERNELS = Path(sys.prefix) / "share" / "jupyter" / "kernels"
START_SECONDS = 300

# evcxr sends a cell's last lines by another thread than the word that it has ended. On a machine with three busy kernels
# and two cores, 248 of 360 panics came after it, the latest by 21 ms.
# So the end of a cell is waited for: briefly, longer where what it showed before is still missing, and longest for the
# error that it exists to show.
SETTLE_SECONDS = 0.05
MISSING_SECONDS = 0.5
ERROR_SECONDS = 5.0


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
    cells: int = 0
    done: int = 0
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    saved: bool = False
    failures: list[Failure] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.path.stem

    def fail(self, message: str, cell: NotebookNode | None = None, number: int | None = None) -> None:
        line = next((line for line in cell.source.splitlines() if line.strip()), "") if cell else ""
        text = "".join(
            character for character in ANSI.sub("", message) if character.isprintable() or character in "\t\n"
        )
        self.failures.append(Failure(text.strip("\n"), number, line.strip()))


class NotStarted(Exception):
    """The kernel did not start; the message has its last words."""


class Client(NotebookClient):
    """nbclient drops what arrives after its cell has ended; this one gives it to the cell that ran before."""

    previous: tuple[NotebookNode, int] | None = None

    async def _async_poll_output_msg(self, parent_msg_id: str, cell: NotebookNode, cell_index: int) -> None:
        assert self.kc
        while True:
            message = await self.kc.iopub_channel.get_msg(timeout=None)
            if message["parent_header"].get("msg_id") == parent_msg_id:
                try:
                    self.process_message(message, cell, cell_index)
                except CellExecutionComplete:
                    self.previous = cell, cell_index
                    return
            elif message["msg_type"] == "stream" and self.previous:
                self.process_message(message, *self.previous)

    async def settle(self, seconds: float) -> None:
        """Take in what still arrives for the last cell, until nothing has for so long."""
        assert self.kc
        while self.previous:
            try:
                message = await self.kc.iopub_channel.get_msg(timeout=seconds)
            except queue.Empty:
                return
            if message["msg_type"] == "stream":
                self.process_message(message, *self.previous)


async def start_kernel(client: Client, folder: Path, log: Path) -> None:
    """Start the kernel in the notebook's folder; what it says outside the notebook goes to the log."""
    specs = KernelSpecManager(kernel_dirs=[str(KERNELS)])
    for attempt in (1, 2):  # two runs at once may, rarely, be given the same port
        client.km = AsyncKernelManager(kernel_name="rust", kernel_spec_manager=specs)
        with log.open("w") as file:
            await client.km.start_kernel(cwd=str(folder), stdout=file, stderr=file)
        client.kc = client.km.client()
        client.kc.start_channels()
        try:
            await client.kc.wait_for_ready(timeout=START_SECONDS)
            return
        except RuntimeError as error:
            if attempt == 2 or await client.km.is_alive():
                said = "\n".join(log.read_text(errors="replace").splitlines()[:10])
                raise NotStarted(f"the kernel did not start: {error}\n{said}") from None
            await stop_kernel(client)


async def stop_kernel(client: Client) -> None:
    """Kill the kernel with all its children, whatever they are doing."""
    if client.kc:
        client.kc.stop_channels()
    if client.km and client.km.has_kernel:
        await client.km.shutdown_kernel(now=True)


async def execute(run: Run, notebook: NotebookNode, stored: NotebookNode, timeout: int, log: Path) -> None:
    """Execute the notebook's cells in a fresh kernel, up to the first that fails."""
    client = Client(notebook, timeout=timeout, allow_errors=True, iopub_timeout=60, record_timing=False)
    number, cell = 0, None
    try:
        await start_kernel(client, run.path.parent, log)
        for index, cell in enumerate(notebook.cells):
            if not is_executed(cell):
                continue
            number += 1
            await client.async_execute_cell(cell, index, execution_count=number)
            await client.settle(SETTLE_SECONDS)
            if VARIES not in tags(cell) and differences(stored.cells[index].outputs, cell.outputs):
                await client.settle(MISSING_SECONDS)
            if RAISES in tags(cell) and not shown(cell.outputs).keys() & ERRORS:
                await client.settle(ERROR_SECONDS)
            run.done = number
            if RAISES not in tags(cell) and shown(cell.outputs).keys() & ERRORS:
                break
        await client.settle(MISSING_SECONDS)
    except NotStarted as error:
        run.fail(str(error))
    except CellTimeoutError:
        run.fail(f"the cell is over its time limit of {timeout} s (--timeout)", cell, number)
    except DeadKernelError:
        if client.km and client.km.has_kernel and await client.km.is_alive():
            raise asyncio.CancelledError from None  # to nbclient a task that was cancelled is a kernel that died
        run.fail("the kernel died", cell, number)
    finally:
        await stop_kernel(client)


def is_executed(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip()) and SKIP not in tags(cell)
