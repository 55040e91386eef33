# SPDX-License-Identifier: Apache-2.0
"""Folders of runs: all that a run writes stands in one, named by its id."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import threading
import uuid
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from kfp_server_api.server.process_exit import end_marked

_ASIDE = ".removed"
"""The folder of those that are only still to be removed; no run has this id."""

_AT_ONCE = 500


def is_run_id(text: str) -> bool:
    """Tell whether a text can be a run's id, which is a part of addresses and names a folder too."""
    return bool(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", text))


class RunFiles:
    """The folders of one server's runs.

    Args:
        root: the folder that they stand in; made when the first run starts.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def folder(self, run_id: str) -> Path:
        """Return the folder of a run, which may not be there yet.

        Raises:
            ValueError: the id cannot name a folder.
        """
        if not is_run_id(run_id):  # of a file that another program wrote
            raise ValueError(f"{run_id!r} cannot be the name of a folder")
        return self._root / run_id

    def inside(self, run_id: str, path: str | None) -> str:
        """Return a path as it is seen from its run's folder, "" for none."""
        return Path(path).relative_to(self.folder(run_id)).as_posix() if path else ""

    def end_processes(self) -> None:
        """End the processes of runs of an earlier server that outlived it."""
        if self._root.exists():
            end_marked(self._root)

    def set_aside_unknown(self, known: Callable[[Collection[str]], Collection[str]]) -> None:
        """Set aside the folders of runs that are gone, since an earlier server ended before it could.

        Args:
            known: returns those of some ids that are of runs.
        """
        with contextlib.suppress(FileNotFoundError):
            names = [name for name in os.listdir(self._root) if is_run_id(name)]
            for start in range(0, len(names), _AT_ONCE):
                some = names[start : start + _AT_ONCE]
                for name in set(some).difference(known(some)):
                    self.set_aside(name)

    def set_aside(self, run_id: str) -> None:
        """Free the name of a run's folder at once, for a new run with the same id; `remove_set_aside` does the rest."""
        if is_run_id(run_id) and self.folder(run_id).exists():
            aside = self._root / _ASIDE
            aside.mkdir(mode=0o700, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):  # another thread was faster
                self.folder(run_id).rename(aside / str(uuid.uuid4()))

    def remove_set_aside(self) -> None:
        """Remove in the background the folders that were set aside, by an earlier server too."""
        folders = list((self._root / _ASIDE).glob("*"))
        if folders:
            threading.Thread(target=_remove, args=(folders,), name="remove-runs", daemon=True).start()


def _remove(folders: Iterable[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
