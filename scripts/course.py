"""Which notebooks are the course's own: a reader may have others beside them."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
FOLDERS = (".", "experiments", "exercises", "solutions")
# Without git: the lessons are numbered, the experiments are words. JupyterLab names a duplicate with -Copy.
NAMED = re.compile(r"(\d\d-)?[a-z0-9]+(-[a-z0-9]+)*\.ipynb")


def is_named(path: Path) -> bool:
    numbered = path.name[:2].isdigit()
    return bool(NAMED.fullmatch(path.name)) and numbered != (path.parent.name == "experiments")


def notebooks(*folders: str) -> list[Path]:
    """The course's notebooks in these folders below notebooks/: those that git knows, or those with such a name, without git."""
    found = [path for folder in folders or FOLDERS for path in sorted((NOTEBOOKS / folder).glob("*.ipynb"))]
    try:
        # Also where the checkout is somebody else's.
        command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--", "notebooks"]
        listed = subprocess.check_output(command, cwd=ROOT, stderr=subprocess.DEVNULL).decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        listed = []
    known = {ROOT / name for name in listed if name}
    return [path for path in found if (path in known if known else is_named(path))]
