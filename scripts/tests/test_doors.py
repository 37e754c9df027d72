"""What opens the course elsewhere, as far as it can be checked without building an image."""

import json
import os
import re
import subprocess
import unittest

from course import ROOT


class Doors(unittest.TestCase):
    def test_the_dev_container_says_what_it_needs(self) -> None:
        container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
        self.assertIn("scripts/setup.sh", container["onCreateCommand"])
        for file in container["customizations"]["codespaces"]["openFiles"]:
            self.assertTrue((ROOT / file).is_file(), file)

    def test_the_image_for_hubs_runs_the_set_up(self) -> None:
        script = ROOT / ".binder" / "postBuild"
        self.assertTrue(os.access(script, os.X_OK))
        self.assertIn("scripts/setup.sh\n", script.read_text())
        subprocess.run(["bash", "-n", script], check=True)
        self.assertRegex((ROOT / ".binder" / "runtime.txt").read_text(), r"^python-3\.\d+\n$")
        for package in (ROOT / ".binder" / "apt.txt").read_text().split():
            self.assertTrue(re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", package), package)
