# SPDX-License-Identifier: Apache-2.0
"""The folder of one run, as the server uses it: its files are for this user alone, and one process works in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from kfp_server_api.server.process_exit import tail

_LOG = "run.log"
_LOCK = "lock"
_TAIL = 2000
_LOCKED = 30.0
"""Seconds to wait for the end of what an earlier server started in the same folder."""
_POLL = 0.02


class RunFolder:
    """The folder of one run.

    Args:
        directory: its path.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def make(self) -> None:
        """Make the folder, and that of all runs, where they are missing."""
        for folder in (self._directory.parent, self._directory):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        self._private(name).write_text(text, encoding="utf-8")

    def log(self) -> IO[bytes]:
        """Open the log of the run's process for more."""
        return self._private(_LOG).open("ab")

    def said(self) -> str:
        """Return what the run's process has said last."""
        return tail(self._directory / _LOG, _TAIL).strip()

    @contextmanager
    def locked(self, ends: Callable[[], bool]) -> Iterator[IO[bytes]]:
        """Give the locked file of the folder, which stays locked as long as a process has it open.

        Args:
            ends: whether there is nothing to wait for any more.

        Raises:
            RuntimeError: a process of an earlier server has it.
        """
        import fcntl  # not on Windows, where nothing is started

        deadline = time.monotonic() + _LOCKED
        with self._private(_LOCK).open("wb") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    if ends() or time.monotonic() > deadline:
                        raise RuntimeError("a process of an earlier server still runs in its folder") from None
                    time.sleep(_POLL)
                else:
                    break
            yield file

    def _private(self, name: str) -> Path:
        """Return a file of the folder, made for this user alone where it is missing."""
        file = self._directory / name
        file.touch(0o600)
        return file
