"""Which notebooks are run and bound, how many at a time, and where their results go."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import course
import run_notebooks
from course import NOTEBOOKS


class Folder(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()

    def write(self, name: str, text: str = "") -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text)


class Course(Folder):
    NAMES = ("01-data.ipynb", "02-line.ipynb", "exercises/01-data.ipynb", "experiments/many-seeds.ipynb")
    OWN = ("mine.ipynb", "01-data-Copy1.ipynb", "exercises/Untitled.ipynb", "experiments/many-seeds-Copy1.ipynb", "01-data.corrected.ipynb", ".ipynb_checkpoints/01-data.ipynb")

    def setUp(self) -> None:
        super().setUp()
        for name in self.NAMES + self.OWN:
            self.write(f"notebooks/{name}")
        for target in (course, run_notebooks):
            patch = mock.patch.object(target, "NOTEBOOKS", self.folder / "notebooks")
            patch.start()
            self.addCleanup(patch.stop)
        patch = mock.patch.object(course, "ROOT", self.folder)
        patch.start()
        self.addCleanup(patch.stop)

    def found(self, *folders: str) -> list[str]:
        return [str(path.relative_to(self.folder / "notebooks")) for path in course.notebooks(*folders)]

    def test_without_git_they_are_known_by_their_names(self) -> None:
        self.assertEqual(sorted(self.found()), sorted(self.NAMES))

    def test_with_git_they_are_those_that_it_knows(self) -> None:
        self.write("notebooks/03-of-a-reader.ipynb")
        subprocess.run(["git", "init", "--quiet"], cwd=self.folder, check=True)
        subprocess.run(["git", "add", *(f"notebooks/{name}" for name in self.NAMES)], cwd=self.folder, check=True)
        self.assertEqual(sorted(self.found()), sorted(self.NAMES))
        (self.folder / "notebooks" / "02-line.ipynb").unlink()
        self.assertEqual(self.found("."), ["01-data.ipynb"])
        self.assertEqual(self.found("solutions"), [])

    def test_names_choose_among_them_and_a_path_chooses_any(self) -> None:
        def chosen(*names: str) -> list[str]:
            return [run_notebooks.name_of(path) for path in run_notebooks.chosen(list(names))]

        self.assertEqual(chosen(), ["experiments/many-seeds", "02-line", "01-data"])
        self.assertEqual(chosen("01"), ["01-data"])
        self.assertEqual(chosen("exercises", "02"), ["exercises/01-data", "02-line"])
        self.assertEqual(chosen(str(self.folder / "notebooks" / "mine.ipynb")), ["mine"])
        with self.assertRaises(SystemExit):
            chosen("mine")


class Names(unittest.TestCase):
    def test_the_same_name_in_two_folders_is_two_names(self) -> None:
        paths = NOTEBOOKS / "01-data.ipynb", NOTEBOOKS / "exercises" / "01-data.ipynb", Path("/elsewhere/01-data.ipynb")
        names = [run_notebooks.name_of(path) for path in paths]
        self.assertEqual(names, ["01-data", "exercises/01-data", "/elsewhere/01-data"])


class Cores(Folder):
    def count(self, cpus: int = 8) -> int:
        with mock.patch.object(os, "sched_getaffinity", return_value=set(range(cpus)), create=True):
            return run_notebooks.cores(self.folder)

    def test_affinity_alone(self) -> None:
        self.assertEqual(self.count(3), 3)
        self.write("proc/self/cgroup", "0::/\n")
        self.write("sys/fs/cgroup/cpu.max", "max 100000\n")
        self.assertEqual(self.count(3), 3)

    def test_the_quota_of_a_control_group_and_of_those_above_it(self) -> None:
        self.write("proc/self/cgroup", "0::/course/learner\n")
        self.write("sys/fs/cgroup/course/learner/cpu.max", "max 100000\n")
        self.write("sys/fs/cgroup/course/cpu.max", "150000 100000\n")
        self.assertEqual(self.count(), 2)
        self.write("sys/fs/cgroup/course/learner/cpu.max", "20000 100000\n")
        self.assertEqual(self.count(), 1)

    def test_the_older_control_groups(self) -> None:
        self.write("proc/self/cgroup", "3:cpu,cpuacct:/docker/1\n2:memory:/docker/1\n")
        self.write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "400000\n")
        self.write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n")
        self.assertEqual(self.count(), 4)
        self.write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n")
        self.assertEqual(self.count(), 8)


if __name__ == "__main__":
    unittest.main()
