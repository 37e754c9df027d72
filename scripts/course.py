"""Which notebooks are the course's own: a reader may have others beside them."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
FOLDERS = (".", "experiments", "exercises", "solutions")
NUMBERED = re.compile(r"\d\d-(?!.*-Copy\d)")  # JupyterLab names a duplicate so


def notebooks(*folders: str) -> list[Path]:
    """The course's notebooks in these folders below notebooks/: those that git knows, or numbered ones without git."""
    found = [path for folder in folders or FOLDERS for path in sorted((NOTEBOOKS / folder).glob("*.ipynb"))]
    try:
        command = ["git", "ls-files", "-z", "--", "notebooks"]
        listed = subprocess.check_output(command, cwd=ROOT, stderr=subprocess.DEVNULL).decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        listed = []
    known = {ROOT / name for name in listed if name}
    return [path for path in found if (path in known if known else NUMBERED.match(path.name))]
