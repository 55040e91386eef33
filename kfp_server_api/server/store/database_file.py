# SPDX-License-Identifier: Apache-2.0
"""The file of a database as the system sees it: whose it is, and whether it is still there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from kfp_server_api.server.store.file_lock import FileLock
from kfp_server_api.server.store.schema import StoreError

_APPLICATION_ID = slice(68, 72)
"""Where SQLite's header has what `schema.prepare` has set, a number of this database's own."""


class StoreUnavailable(StoreError):
    """The file cannot be read or written now; nothing was changed, and nothing will be."""


class DatabaseFile:
    """The file of one database, which no other server has meanwhile.

    It stays open as long as the database: to close it takes all locks off it that this process has, SQLite's own too.

    Args:
        path: made, empty, where it is missing.

    Raises:
        StoreError: it is a folder, cannot be used, or another server has it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock, self._opened = _taken(path)
        self._id = b""

    def remember(self, application_id: int) -> None:
        """Watch the header of the file, too, if it has come to the file from SQLite's log."""
        wanted = application_id.to_bytes(4, "big", signed=True)
        self._id = wanted if self._header_id() == wanted else b""

    def check(self) -> None:
        """See that the file is still the one that was opened.

        Raises:
            StoreUnavailable: it was deleted, or another one has taken its place, or its bytes.
        """
        try:
            same = os.path.samestat(os.fstat(self._opened.fileno()), os.stat(self._path))
        except OSError:
            raise StoreUnavailable(_gone("was deleted")) from None
        if not same or (self._id and self._header_id() != self._id):
            raise StoreUnavailable(_gone("was replaced by another file"))

    def _header_id(self) -> bytes:
        if not hasattr(os, "pread"):  # Windows, where nobody can replace a file in use
            return self._id
        return os.pread(self._opened.fileno(), _APPLICATION_ID.stop, 0)[_APPLICATION_ID]

    def close(self) -> None:
        """Let others have the file; SQLite must have closed it before."""
        self._opened.close()
        self._lock.release()

    def descriptors(self) -> list[int]:
        """Return the descriptors that keep other servers off the file."""
        return self._lock.descriptors()


def _taken(path: Path) -> tuple[FileLock, IO[bytes]]:
    if path.is_dir():
        raise StoreError(f"cannot use {path} as database: it is a folder")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(path)
    except BlockingIOError as cause:
        raise StoreError(f"{path} is in use by another server") from cause
    except OSError as cause:
        raise StoreError(f"cannot use {path} as database: {cause}") from cause
    try:
        return lock, open(path, "rb", buffering=0)
    except OSError as cause:
        lock.release()
        raise StoreError(f"cannot use {path} as database: {cause}") from cause


def _gone(what: str) -> str:
    return f"The database file {what} while the server was running; restart the server"
