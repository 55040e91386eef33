# SPDX-License-Identifier: Apache-2.0
"""One server a database, by whatever name it is opened."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from kfp_server_api.server.store.database import Store, StoreError
from kfp_server_api.server.store.file_lock import FileLock, beside

if os.name == "nt":
    pytest.skip("Windows has no such locks", allow_module_level=True)


def by_symbolic_link(file: Path) -> Path:
    link = file.with_name("symbolic.db")
    link.symlink_to(file)
    return link


def by_hard_link(file: Path) -> Path:
    link = file.with_name("hard.db")
    link.hardlink_to(file)
    return link


def without_its_lock_file(file: Path) -> Path:
    beside(file).unlink()
    return file


def moved(file: Path) -> Path:
    return file.rename(file.with_name("moved.db"))


@pytest.mark.parametrize("other", [by_symbolic_link, by_hard_link, without_its_lock_file, moved])
def test_a_database_in_use_is_in_use_by_any_name(tmp_path: Path, other: Callable[[Path], Path]) -> None:
    with closing(Store(tmp_path / "kfp.db")), pytest.raises(StoreError, match="in use by another server"):
        Store(other(tmp_path / "kfp.db"))


def test_a_database_that_was_let_go_can_be_taken_and_no_lock_is_left(tmp_path: Path) -> None:
    for _ in range(2):
        lock = FileLock(tmp_path / "kfp.db")
        names = [Path(f"/proc/self/fd/{each}") for each in lock.descriptors()]
        files = [Path(os.readlink(name)) for name in names if name.exists()]
        lock.release()
        assert not any(file.exists() for file in files)
    assert [file.name for file in tmp_path.iterdir()] == ["kfp.db"]


def test_a_database_of_a_process_that_was_killed_can_be_taken(tmp_path: Path) -> None:
    file = tmp_path / "kfp.db"
    code = (
        "import os, sys; from pathlib import Path; from kfp_server_api.server.store.file_lock import FileLock\n"
        "lock = FileLock(Path(sys.argv[1])); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(file)], timeout=60).returncode == -9
    assert beside(file).exists()
    FileLock(file).release()
    assert not beside(file).exists()


def test_two_databases_of_one_folder_are_two(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "one.db")), closing(Store(tmp_path / "other.db")):
        pass
