# SPDX-License-Identifier: Apache-2.0
"""Folders for data that nobody keeps."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from pathlib import Path

from kfp_server_api.server.store.file_lock import beside, locked, user

DATABASE = "kfp.db"
"""Name of the database in such a folder."""

_PREFIX = "kfp-server-"
_NEW = 60.0
"""Seconds after which a folder without a database is none that a server is just making it in."""


def temporary_folder() -> Path:
    """Make a new folder; those of servers that could not remove theirs, since they were killed, are removed now."""
    _remove_left()
    return Path(tempfile.mkdtemp(prefix=_PREFIX))


def _remove_left() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if _is_own(folder):
                _remove_unless_used(folder)


def _is_own(folder: Path) -> bool:
    return not folder.is_symlink() and folder.is_dir() and folder.stat().st_uid == user()


def _remove_unless_used(folder: Path) -> None:
    database = folder / DATABASE
    if not database.exists() and folder.stat().st_mtime > time.time() - _NEW:
        return  # its server may be about to lock it
    lock = beside(database)
    if lock.exists():
        held = locked(lock)
        if held:
            with held:
                shutil.rmtree(folder, ignore_errors=True)
    else:
        folder.rmdir()  # where it is empty: nothing else is known to be a server's
