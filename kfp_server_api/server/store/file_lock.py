# SPDX-License-Identifier: Apache-2.0
"""What keeps other servers off a database file, since each would end the other's runs as left over."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import IO


class FileLock:
    """Two locked files, which the system frees at the end of this process, however that comes.

    The one beside the database is seen by other users, too, and by containers that share the folder. The other is named
    by the database itself, its device and inode, and stands in a folder of the user's: it keeps off who comes by a
    symbolic or hard link, or has deleted the first.

    Args:
        database: made, empty, where it is missing.

    Raises:
        BlockingIOError: another server has the database.
        OSError: it cannot be used.
    """

    def __init__(self, database: Path) -> None:
        self._held: list[tuple[Path, IO[bytes]]] = []
        try:
            self._hold(beside(database))
            if not database.exists():
                database.touch(0o600)
            found, folder = database.stat(), _folder()
            _remove_unused(folder)
            self._hold(folder / f"{found.st_dev}-{found.st_ino}.lock")
        except BaseException:
            self.release()
            raise

    def _hold(self, file: Path) -> None:
        held = locked(file)
        if held:
            self._held.append((file, held))

    def release(self) -> None:
        """Let others have the database."""
        while self._held:
            file, held = self._held.pop()
            _remove(file, held)

    def descriptors(self) -> list[int]:
        """Return the descriptors of the locked files."""
        return [held.fileno() for _, held in self._held]


def beside(database: Path) -> Path:
    """Return the path of the lock that stands beside a database."""
    return database.with_name(f"{database.name}.lock")


def locked(file: Path) -> IO[bytes] | None:
    """Open a file, made where it is missing, and lock it; None on Windows, where there are no such locks.

    Raises:
        BlockingIOError: another process has locked it.
    """
    try:
        import fcntl
    except ImportError:
        return None
    while True:
        opened = open(file, "ab", opener=lambda path, flags: os.open(path, flags, 0o600))  # noqa: SIM115
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(opened, file):
                return opened
        except BaseException:
            opened.close()
            raise
        opened.close()  # who had it before has removed it: another file, or none, is there now


def _is_at(opened: IO[bytes], file: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(opened.fileno()), file.stat())
    except FileNotFoundError:
        return False


def _remove(file: Path, held: IO[bytes]) -> None:
    """Remove a locked file; unlocked at last, so that nobody else has locked the one that goes."""
    import fcntl

    with contextlib.suppress(OSError):
        file.unlink()
    # A child that is just being started has the descriptor too, until it executes its program.
    fcntl.flock(held, fcntl.LOCK_UN)
    held.close()


def _remove_unused(folder: Path) -> None:
    """Remove the locks of servers that were killed."""
    for file in folder.glob("*.lock"):
        with contextlib.suppress(OSError):
            held = locked(file)
            if held:
                _remove(file, held)


def _folder() -> Path:
    """Return the user's folder of locks, which no variable names: those differ from one start to the next."""
    for parent in (_home() / ".cache", Path(tempfile.gettempdir())):
        folder = parent / f"kfp-server-api-{user()}"
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.stat().st_uid == user() and os.access(folder, os.W_OK):
                return folder
    raise OSError(f"neither {_home()} nor {tempfile.gettempdir()} takes a folder of this user's")


def user() -> int:
    """Return the number of this process's user; 0 on Windows, as with files there."""
    return os.getuid() if hasattr(os, "getuid") else 0


def _home() -> Path:
    try:
        import pwd

        return Path(pwd.getpwuid(user()).pw_dir)
    except (ImportError, KeyError):  # Windows, or a container's user without an entry
        return Path.home()
