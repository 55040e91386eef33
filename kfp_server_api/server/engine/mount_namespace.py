# SPDX-License-Identifier: Apache-2.0
"""Runs a command that sees folders at other paths: `python mount_namespace.py DESCRIPTOR COMMAND...`.

Run as a file, with nothing but the standard library. The command and what it starts have a mount namespace of their
own, so nothing is changed for anybody else; where a path does not exist, its parent is laid out anew in memory, with
all that it holds, and the path beside it. Needs Linux, and the right to make such a namespace, as root or as a user.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import sys
from typing import Any

NOT_ALLOWED = 125
"""Exit code where the namespace could not be made."""

_NEW_MOUNTS, _NEW_USER = 0x00020000, 0x10000000
_BIND, _RECURSIVE, _PRIVATE = 4096, 16384, 1 << 18


def main() -> None:
    """Read a plan from a descriptor, make its mounts and become the command.

    The plan is JSON: `mounts`, each with a `target` and either a `source` to be seen there or the texts of its
    `files`; and `staging`, a folder that nobody else uses.
    """
    with os.fdopen(int(sys.argv[1]), encoding="utf-8") as file:
        plan = json.load(file)
    folder = os.getcwd()
    try:
        Namespace(plan["staging"]).enter(plan["mounts"])
        os.chdir(folder)
    except OSError as error:
        print(error.strerror, flush=True)
        sys.exit(NOT_ALLOWED)
    os.execvpe(sys.argv[2], sys.argv[2:], os.environ)


class Namespace:
    """The mounts of this process.

    Args:
        staging: a folder to build in.
    """

    def __init__(self, staging: str) -> None:
        self._staging = staging
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._in_memory: set[int] = set()

    def enter(self, mounts: list[dict[str, Any]]) -> None:
        """Leave the namespace of others and make the mounts."""
        self._leave()
        self._mount("none", "/", "", _RECURSIVE | _PRIVATE)
        for mount in mounts:
            target = os.path.realpath(mount["target"])
            self._make_place(target)
            if "source" in mount:
                self._mount(mount["source"], target, "", _BIND)
            else:
                self._mount("tmpfs", target, "tmpfs", 0)
                for name, text in mount["files"].items():
                    with open(os.path.join(target, name), "w", encoding="utf-8") as file:
                        file.write(text)

    def _leave(self) -> None:
        user, group = os.getuid(), os.getgid()
        try:
            self._call("unshare", _NEW_MOUNTS)
        except PermissionError:
            self._call("unshare", _NEW_MOUNTS | _NEW_USER)
            for name, text in (
                ("setgroups", "deny"),
                ("uid_map", f"{user} {user} 1"),
                ("gid_map", f"{group} {group} 1"),
            ):
                with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                    file.write(text)

    def _make_place(self, target: str) -> None:
        """Have a folder at a path, without making one on a disk."""
        above = target
        while not os.path.lexists(above):
            above = os.path.dirname(above)
        if not os.path.isdir(above):
            raise NotADirectoryError(errno.ENOTDIR, f"{above} is a file")
        if above == target:
            return
        if os.stat(above).st_dev not in self._in_memory:
            self._lay_out_anew(above)
        os.makedirs(target)

    def _lay_out_anew(self, folder: str) -> None:
        self._mount("tmpfs", self._staging, "tmpfs", 0)
        os.chmod(self._staging, os.stat(folder).st_mode & 0o7777)
        self._in_memory.add(os.stat(self._staging).st_dev)
        for entry in os.scandir(folder):
            copy = os.path.join(self._staging, entry.name)
            if entry.is_symlink():
                os.symlink(os.readlink(entry.path), copy)
                continue
            if entry.is_dir():
                os.mkdir(copy)
            else:
                os.close(os.open(copy, os.O_CREAT | os.O_WRONLY, 0o600))
            with contextlib.suppress(OSError):  # what cannot be seen here is empty there
                self._mount(entry.path, copy, "", _BIND | _RECURSIVE)
        if folder == "/":
            os.chroot(self._staging)
        else:
            self._mount(self._staging, folder, "", _BIND | _RECURSIVE)

    def _mount(self, source: str, target: str, system: str, flags: int) -> None:
        self._call("mount", *(os.fsencode(text) for text in (source, target, system)), ctypes.c_ulong(flags), None)

    def _call(self, name: str, *arguments: Any) -> None:
        if getattr(self._libc, name)(*arguments):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    main()
