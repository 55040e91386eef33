# SPDX-License-Identifier: Apache-2.0
"""Short paths to folders of a run, whose own are too long for the sockets that programs make in them."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import tempfile
from pathlib import Path

_SHORTEST = "/tmp"
_TRIES = 10


def short_path(folder: Path) -> Path:
    """Return a symbolic link to a folder, of some 20 characters, which `remove` takes away.

    Links that processes left which were killed go, once their runs are gone.
    """
    shortest = Path(_SHORTEST if os.access(_SHORTEST, os.W_OK) else tempfile.gettempdir())
    for _ in range(_TRIES):
        parent = _own_folder(shortest)
        link = parent / secrets.token_hex(4)
        with contextlib.suppress(FileNotFoundError):  # another process has just removed the last one
            link.symlink_to(folder, target_is_directory=True)
            break
    for other in parent.iterdir():
        if not os.path.exists(other):
            with contextlib.suppress(OSError):
                other.unlink()
    return link


def remove(link: Path) -> None:
    """Take a link away, and the folder that it was the last in."""
    with contextlib.suppress(OSError):
        link.unlink()
        link.parent.rmdir()


def _own_folder(parent: Path) -> Path:
    """Return a folder that nobody else can write to, the same one each time unless its name is taken."""
    folder = parent / f"kfp-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022:
        return folder
    return Path(tempfile.mkdtemp(prefix="kfp-", dir=parent))
