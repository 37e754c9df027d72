"""JupyterLab's saving: whatever happens in between, the old file or the new one is there, whole."""

import os
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from course import ROOT

SAVE = """
import os, sys
sys.path.insert(0, sys.argv[1])
from whole_files import WholeFiles
manager = WholeFiles(root_dir=os.getcwd())
with manager.atomic_writing(os.path.abspath("lesson.ipynb")) as file:
    file.write("new")
    {}
"""


class Saving(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "lesson.ipynb"
        self.file.write_text("old")

    def save(self, then: str = "pass") -> int:
        command = [sys.executable, "-c", SAVE.format(then), str(ROOT / "scripts" / "lab")]
        return subprocess.run(command, cwd=self.file.parent, stderr=subprocess.DEVNULL, check=False).returncode

    def test_the_new_one_with_the_old_one_s_permissions(self) -> None:
        self.file.chmod(0o640)
        self.assertEqual(self.save(), 0)
        self.assertEqual(self.file.read_text(), "new")
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o640)
        self.assertEqual(os.listdir(self.file.parent), ["lesson.ipynb"])

    def test_the_old_one_after_an_error_and_after_a_kill(self) -> None:
        self.assertEqual(self.save("raise OSError"), 1)
        self.assertEqual((self.file.read_text(), os.listdir(self.file.parent)), ("old", ["lesson.ipynb"]))
        self.assertEqual(self.save("file.flush(); os.kill(os.getpid(), 9)"), -9)
        self.assertEqual(self.file.read_text(), "old")

    def test_a_link_is_followed(self) -> None:
        target = self.file.with_name("target.ipynb")
        self.file.rename(target)
        self.file.symlink_to(target)
        self.save()
        self.assertTrue(self.file.is_symlink())
        self.assertEqual(target.read_text(), "new")


if __name__ == "__main__":
    unittest.main()
