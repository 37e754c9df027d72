"""One installation, many accounts: somebody who cannot write to the checkout, and has no name and no home."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

import kernel
from course import NOTEBOOKS, ROOT

USER = 54321  # as a platform may choose it: with group 0 and no entry in the list of users

CELLS = """
import sys
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

manager = KernelManager(kernel_name="rust", kernel_spec_manager=KernelSpecManager(kernel_dirs=[sys.argv[1]]))
manager.start_kernel(cwd=sys.argv[2])
client = manager.blocking_client()
client.start_channels()
client.wait_for_ready(timeout=300)
for code in (':dep nnlib = { path = "../nnlib" }', "nnlib::RandomState::new(0).randint(0, 100)?"):
    client.execute_interactive(code, timeout=600)
manager.shutdown_kernel(now=True)
"""


def is_reached_by_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in [path, *path.parents])


class AnAccountOfNoOne(unittest.TestCase):
    def setUp(self) -> None:
        installed = json.loads(kernel.INSTALLED.read_text())
        program = Path(kernel.registered())
        needed = [ROOT, program, *map(Path, installed.values()), Path(sys.base_prefix)]
        if os.getuid() != 0 or not all(is_reached_by_all(path) for path in needed):
            self.skipTest("it needs root, and a checkout, Rust and Python where everybody can read them")
        self.own = Path(tempfile.mkdtemp(prefix="account-"))
        self.addCleanup(shutil.rmtree, self.own)
        os.chown(self.own, USER, 0)
        self.environment = {"HOME": "/", "TMPDIR": str(self.own), "PATH": "/usr/bin:/bin"}

    def start(self, *command: str | Path) -> subprocess.Popen:
        log = (self.own / "log").open("w")
        self.addCleanup(log.close)
        return subprocess.Popen(
            command, env=self.environment, cwd="/", user=USER, group=0, extra_groups=[], stdout=log, stderr=log, start_new_session=True
        )

    def said(self) -> str:
        return (self.own / "log").read_text()

    def test_the_lab_opens_on_copies(self) -> None:
        port = 20_000 + os.getpid() % 10_000
        options = ["--no-browser", "--ip=127.0.0.1", f"--port={port}", "--IdentityProvider.token=secret"]
        lab = self.start(ROOT / "scripts" / "lab.sh", *options)
        self.addCleanup(lab.wait)
        self.addCleanup(os.killpg, lab.pid, signal.SIGKILL)
        deadline = time.monotonic() + 120
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/contents?token=secret") as answer:
                    names = {entry["name"] for entry in json.load(answer)["content"]}
                break
            except urllib.error.URLError:
                self.assertLess(time.monotonic(), deadline, self.said())
                time.sleep(0.5)
        self.assertLessEqual({path.name for path in NOTEBOOKS.glob("*.ipynb")}, names)
        lessons = self.own / f"home-{USER}" / "neural-networks" / "notebooks"
        self.assertEqual((lessons / "00-start-here.ipynb").stat().st_uid, USER)

    def test_a_first_cell_compiles_nothing_anew(self) -> None:
        lessons = self.own / "course" / "notebooks"
        lessons.mkdir(parents=True)
        (lessons.parent / "nnlib").symlink_to(ROOT / "nnlib")
        cells = self.start(sys.executable, "-c", CELLS, str(kernel.SPEC.parent), str(lessons))
        self.assertEqual(cells.wait(600), 0, self.said())
        self.assertNotIn("Compiling", self.said())
        self.assertIn("44", self.said())  # numpy.random.RandomState(0).randint(0, 100)
        pool = next(self.own.glob("rust-kernels-*"))
        self.assertEqual((pool.stat().st_uid, pool.stat().st_mode & 0o777), (USER, 0o700))


if __name__ == "__main__":
    unittest.main()
