"""Puts together what Sphinx reads: the executed notebooks, their figures' alternative text, and the front page."""

import json
import re
import shutil
import sys
from pathlib import Path

BOOK = Path(__file__).resolve().parent
ROOT = BOOK.parent.parent


def with_alternative_text(notebook: dict, name: str) -> dict:
    """Hand each figure's text, which the kernel can only store beside it, to the <img> that myst-nb makes."""
    for number, cell in enumerate(notebook["cells"], 1):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if any(kind.startswith("image/") for kind in data):
                text = " ".join("".join(data.get("text/plain", "")).split())
                if not text:
                    sys.exit(f"{name}, cell {number}: a figure has no alternative text (store its outputs with --save)")
                cell["metadata"]["mystnb"] = {"image": {"alt": text}}
    return notebook


def contents() -> str:
    """The README's table of lessons, with links that hold from the front page."""
    section = re.search(r"^## The course\n+(.*?)^## ", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    assert section, "README.md has no section 'The course'"
    return section[1].replace("](notebooks/", "](")


def main() -> None:
    sources = Path(sys.argv[1])
    shutil.rmtree(sources, ignore_errors=True)
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        name = path.relative_to(ROOT / "notebooks")
        if ".ipynb_checkpoints" in name.parts:
            continue
        notebook = with_alternative_text(json.loads(path.read_text()), str(name))
        (sources / name).parent.mkdir(parents=True, exist_ok=True)
        (sources / name).write_text(json.dumps(notebook))
    shutil.copy(ROOT / "nnlib" / "assets" / "moons.png", sources)
    front = (BOOK / "index.md").read_text()
    (sources / "index.md").write_text(front.replace("CONTENTS", contents()))


if __name__ == "__main__":
    main()
