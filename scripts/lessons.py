"""Copies the course's notebooks to a folder of a learner's own, and brings corrected ones later, never over their work.

    python scripts/lessons.py FOLDER/notebooks

Of each notebook lessons.json there keeps what was given. A notebook that is as it was given is brought up to date; where
the learner has changed one that has been corrected since, the correction goes beside it, as 06-training.corrected.ipynb, and
CORRECTIONS.md says so. A notebook that the learner has removed stays away. Links keep the crate and the data in reach.
"""

import datetime
import hashlib
import json
import sys
from pathlib import Path

from course import NOTEBOOKS, ROOT, notebooks
from files import write


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def bring(folder: Path) -> list[str]:
    """Bring what is new, and say what a reader should know of."""
    record = folder / "lessons.json"
    given: dict[str, str] = json.loads(record.read_text()) if record.exists() else {}
    told = []
    for source in [*notebooks(), NOTEBOOKS / "glossary.md"]:
        name = str(source.relative_to(NOTEBOOKS))
        content, own = source.read_bytes(), folder / name
        if given.get(name) == digest(content):
            continue  # they have it, or have had it
        if not own.exists() and name not in given:
            write(own, content)
        elif own.exists() and digest(own.read_bytes()) == given.get(name):
            write(own, content)
            told.append(f"{name} has been corrected, and yours, which was as it came, is the new one")
        elif own.exists():
            number, beside = 1, own.with_name(f"{own.stem}.corrected{own.suffix}")
            while beside.exists() and beside.read_bytes() != content:
                number += 1
                beside = own.with_name(f"{own.stem}.corrected-{number}{own.suffix}")
            write(beside, content)
            told.append(f"{name} has been corrected: the new one is {beside.name}, and yours is as it was")
        given[name] = digest(content)
    link = folder.parent / "nnlib"  # where the first cells look for it
    if not link.is_symlink() and not link.exists():
        link.symlink_to(ROOT / "nnlib")
    write(record, json.dumps(given, indent=1) + "\n")
    return told


def main() -> None:
    folder = Path(sys.argv[1]).absolute()
    told = bring(folder)
    if told:
        notes = folder / "CORRECTIONS.md"
        before = notes.read_text() if notes.exists() else "# Corrections\n"
        write(notes, before + f"\n{datetime.date.today()}\n\n" + "".join(f"- {line}\n" for line in told))
        print("\n".join(f"lessons: {line}" for line in told))


if __name__ == "__main__":
    main()
