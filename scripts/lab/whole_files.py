"""Saving that leaves the old file or the new one, whole, whenever the server is killed.

Jupyter's own way writes over the file, with a copy of the old one beside it: a server that is killed in between leaves an
empty notebook.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from typing import IO, Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager


class WholeFiles(AsyncLargeFileManager):
    @contextlib.contextmanager
    def atomic_writing(self, os_path: str, text: bool = True, encoding: str = "utf-8", **options: Any) -> Iterator[IO[Any]]:
        with self.perm_to_403(os_path):
            path = os.path.realpath(os_path)
            folder, name = os.path.split(path)
            beside = os.path.join(folder, f".{name[:200]}.{os.getpid()}.new")
            how = {"mode": "w", "encoding": encoding, "newline": "\n"} if text else {"mode": "wb"}
            try:
                with open(beside, **how, **options) as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                if os.path.exists(path):
                    shutil.copymode(path, beside)
                os.replace(beside, path)
            finally:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(beside)
