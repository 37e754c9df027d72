"""What a notebook's cells show: made comparable, and made fit to be stored."""

import hashlib
import math
import re

from nbformat import NotebookNode

from course import ROOT

# Tags of cells
RAISES = "raises-exception"
SKIP = "skip-execution"
VARIES = "varies"

ERRORS = {"error": "error", "stderr": "text on stderr"}  # kinds of output that no other cell may have, and their names

# Spaces before a number belong to it, since a digit more or less shifts a right-aligned column.
NUMBER = re.compile(r"[ \t]*([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)")
MEASUREMENT = re.compile(NUMBER.pattern + r"(?: ?(?:ns|us|µs|ms|s)\b)?")
ROUNDING = 1e-15  # below what the sixteen digits of a number of order one can show: another processor rounds otherwise
ANSI = re.compile(r"\x1b\[[0-9;]*m")

METADATA = {
    "kernelspec": {"display_name": "Rust", "language": "rust", "name": "rust"},
    "language_info": {"file_extension": ".rs", "mimetype": "text/rust", "name": "rust", "pygments_lexer": "rust"},
}
STORED_FROM = "stored_from"  # of a cell that varies: a hash of the source that its stored outputs are of
CELL_METADATA = {"jupyter", "slideshow", "tags", STORED_FROM}


def tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def tidy(outputs: list[NotebookNode], count: int) -> list[NotebookNode]:
    """Each stream as one output, and nothing in an error that differs from run to run or from machine to machine."""
    tidied: list[NotebookNode] = []
    streams: dict[str, NotebookNode] = {}
    for output in outputs:
        if output.output_type == "stream":
            if output.name in streams:
                streams[output.name].text += output.text
                continue
            streams[output.name] = output
        elif output.output_type == "execute_result":
            output.execution_count = count
        elif output.output_type == "error":
            output.traceback = [line.replace(f"{ROOT}/", "") for line in output.traceback]
        tidied.append(output)
    return tidied


def shown(outputs: list[NotebookNode]) -> dict[str, str]:
    """The text that the outputs show, by kind (a stream's name, "error" or a MIME type); a picture counts as empty text."""
    parts: dict[str, list[str]] = {}
    for output in outputs:
        if output.output_type == "stream":
            parts.setdefault(output.name, []).append(output.text)
        elif output.output_type == "error":
            traceback = ANSI.sub("", re.sub(r"command_\d+", "command", "\n".join(output.traceback)))
            text = traceback if output.evalue in traceback else f"{output.evalue}\n{traceback}"
            parts.setdefault("error", []).append(text)
        else:
            for kind, data in output.data.items():
                is_text = isinstance(data, str) and not kind.startswith("image/")
                parts.setdefault(kind, []).append(data if is_text else "")
    return {kind: "\n".join(texts) for kind, texts in parts.items()}


def same_number(stored: str, now: str) -> bool:
    if stored == now:
        return True
    if stored.lstrip("+-").isdigit() and now.lstrip("+-").isdigit():
        return False  # counts are exact
    one, other = float(stored), float(now)
    return math.isclose(one, other, rel_tol=1e-6) or max(abs(one), abs(other)) < ROUNDING


def same_text(stored: str, now: str) -> bool:
    """Equal but for numbers, and the numbers equal to six digits; whole numbers exactly."""
    numbers = NUMBER.findall(stored), NUMBER.findall(now)
    return same_words(stored, now) and all(map(same_number, *numbers))


def same_words(stored: str, now: str, number: re.Pattern[str] = NUMBER) -> bool:
    return number.sub("#", stored) == number.sub("#", now)


def differences(stored: list[NotebookNode], now: list[NotebookNode]) -> list[str]:
    """What the outputs show otherwise than the stored ones did, a message for each kind."""
    old, new = shown(stored), shown(now)
    messages = []
    for kind in sorted(old.keys() | new.keys()):
        name = f"the picture ({kind})" if kind.startswith("image/") else kind
        if kind not in new:
            messages.append(f"{name} is stored but missing now{quote(old[kind])}")
        elif kind not in old:
            messages.append(f"{name} is there now but not stored{quote(new[kind])} (store it with --save)")
        elif not same_text(old[kind], new[kind]):
            messages.append(f"{name} differs, {first_difference(old[kind], new[kind])}")
    return messages


def quote(text: str) -> str:
    lines = text.strip().splitlines()
    return f": {lines[0].strip()!r}" if lines else ""


def first_difference(stored: str, now: str) -> str:
    old, new = stored.splitlines(), now.splitlines()
    for number, (line, other) in enumerate(zip(old, new), 1):
        if not same_text(line, other):
            return f"line {number}: stored {line.strip()!r}, now {other.strip()!r}"
    return f"stored {len(old)} lines, now {len(new)}"


def keep(cell: NotebookNode, stored: list[NotebookNode]) -> None:
    """Put the stored outputs back where the new ones say the same, so that a save changes nothing.

    Of a cell that varies and whose source has not changed, "the same" is the same words around whatever numbers and
    times, and whatever pictures.
    """
    old, new = shown(stored), shown(cell.outputs)
    if VARIES in tags(cell):
        source = hashlib.sha256(cell.source.encode()).hexdigest()[:16]
        same = cell.metadata.get(STORED_FROM, source) == source and old.keys() == new.keys()
        same = same and all(same_words(old[kind], new[kind], MEASUREMENT) for kind in old)
        cell.metadata[STORED_FROM] = source
    else:
        same = not differences(stored, cell.outputs) and pictures(stored) == pictures(cell.outputs)
    if same:
        cell.outputs = stored


def pictures(outputs: list[NotebookNode]) -> list[str]:
    return [
        str(data)
        for output in outputs
        if "data" in output
        for kind, data in output.data.items()
        if kind.startswith("image/")
    ]


def clean(notebook: NotebookNode) -> None:
    """Leave only the metadata that a reader or a tool needs, so that files change only when their content does."""
    notebook.metadata = NotebookNode(METADATA)
    for cell in notebook.cells:
        cell.metadata = NotebookNode({key: cell.metadata[key] for key in CELL_METADATA & cell.metadata.keys()})
