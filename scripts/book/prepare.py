"""Puts together what Sphinx reads: the executed notebooks, their figures' alternative text, and the front page."""

import json
import re
import shutil
import sys
from pathlib import Path

from course import NOTEBOOKS, ROOT, notebooks

BOOK = Path(__file__).resolve().parent

SCENES: dict = json.loads((ROOT / "nnlib" / "playground" / "web" / "scenes.json").read_text())

LINK = re.compile(r"\[([^\]]+)\]\((?:\.\./)+nnlib/([^)]+)\)")


def hand_over_alternative_text(notebook: dict, name: Path) -> None:
    """Give each figure's text, which the kernel can only store beside it, to the <img> that myst-nb makes."""
    for number, cell in enumerate(notebook["cells"], 1):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if any(kind.startswith("image/") for kind in data):
                text = " ".join("".join(data.get("text/plain", "")).split())
                if not text:
                    sys.exit(f"{name}, cell {number}: a figure has no alternative text")
                cell["metadata"]["mystnb"] = {"image": {"alt": text}}


def link_to_reference(notebook: dict, name: Path, sources: Path) -> None:
    """Turn links to the crate's files into links to its reference, and take along what that does not show."""
    up = "../" * (len(name.parts) - 1)

    def turn(link: re.Match[str]) -> str:
        text, path = link.groups()
        if path == "src":
            return f'<a href="{up}api/nnlib/index.html">{text}</a>'
        if path.startswith("src/"):
            return f'<a href="{up}api/src/nnlib/{path.removeprefix("src/")}.html">{text}</a>'
        (sources / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "nnlib" / path, sources / path)
        return f"[{text}]({up}{path})"

    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = LINK.sub(turn, "".join(cell["source"]))


def show_scene(notebook: dict, name: Path) -> None:
    """Let the reader play with what the lesson is about: its scene of the playground, below its introduction."""
    for scene, about in SCENES.items():
        if about["lesson"] == name.stem and name.parent == Path("."):
            frame = f'<iframe class="playground" src="playground.html?scene={scene}&embed" title="Playground: {about["name"]}" loading="lazy"></iframe>'
            notebook["cells"].insert(1, {"cell_type": "markdown", "id": "playground", "metadata": {}, "source": frame})


def contents() -> str:
    """The README's table of lessons, with links that hold from the front page."""
    section = re.search(r"^## The course\n+(.*?)^## ", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    assert section, "README.md has no section 'The course'"
    return section[1].replace("](notebooks/", "](")


def main() -> None:
    sources = Path(sys.argv[1])
    shutil.rmtree(sources, ignore_errors=True)
    for path in notebooks():
        name = path.relative_to(NOTEBOOKS)
        notebook = json.loads(path.read_text())
        hand_over_alternative_text(notebook, name)
        link_to_reference(notebook, name, sources)
        show_scene(notebook, name)
        if name.parts[0] == "solutions":  # whose title is that of the exercises made from them
            title = notebook["cells"][0]
            title["source"] = "".join(title["source"]).replace(": exercises\n", ": solutions\n", 1)
        (sources / name).parent.mkdir(parents=True, exist_ok=True)
        (sources / name).write_text(json.dumps(notebook))
    front = (BOOK / "index.md").read_text()
    if not notebooks("experiments"):  # Sphinx warns of a list without entries
        front = re.sub(r"```\{toctree\}\n[^`]*experiments/\*\n```\n+", "", front)
    shutil.copy(NOTEBOOKS / "glossary.md", sources)
    (sources / "index.md").write_text(front.replace("CONTENTS", contents()))


if __name__ == "__main__":
    main()
