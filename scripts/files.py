"""Files that are whole at any moment."""

import os
from pathlib import Path


def write(path: Path, content: str | bytes) -> None:
    """Write beside and rename; text as UTF-8."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content.encode() if isinstance(content, str) else content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
