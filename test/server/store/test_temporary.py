# SPDX-License-Identifier: Apache-2.0
"""Folders of servers without a file: those that are left over go, those in use stay."""

from __future__ import annotations

import os
import time
from contextlib import closing
from pathlib import Path

import pytest

from kfp_server_api.server.store.database import Store
from kfp_server_api.server.store.file_lock import beside
from kfp_server_api.server.store.temporary import DATABASE, temporary_folder


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have temporary folders made in the test's own."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def test_a_folder_that_a_killed_server_left_is_removed(tmp_path: Path) -> None:
    left = tmp_path / "kfp-server-left"
    (left / "kfp.db.runs").mkdir(parents=True)
    (left / DATABASE).touch()
    beside(left / DATABASE).touch()
    folder = temporary_folder()
    assert list(tmp_path.iterdir()) == [folder]


def test_a_folder_that_another_server_is_about_to_lock_stays(tmp_path: Path) -> None:
    being_made = tmp_path / "kfp-server-new"
    being_made.mkdir()
    beside(being_made / DATABASE).touch()
    temporary_folder()
    assert beside(being_made / DATABASE).exists()


def test_a_folder_in_use_stays() -> None:
    first = temporary_folder()
    with closing(Store(first / DATABASE)):
        temporary_folder()
        assert (first / DATABASE).exists()


def test_a_folder_without_a_lock_goes_when_it_is_old_and_empty(tmp_path: Path) -> None:
    names = ["kfp-server-new", "kfp-server-old", "kfp-server-not-ours"]
    new, old, full = [tmp_path / name for name in names]
    for folder in (new, old, full):
        folder.mkdir()
    (full / "file").touch()
    for folder in (old, full):
        os.utime(folder, (time.time() - 3600,) * 2)
    temporary_folder()
    assert (new.exists(), old.exists(), full.exists()) == (True, False, True)


def test_a_link_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    beside(tmp_path / "kept" / DATABASE).touch()
    (tmp_path / "kfp-server-link").symlink_to(tmp_path / "kept")
    temporary_folder()
    assert (tmp_path / "kept").exists()
