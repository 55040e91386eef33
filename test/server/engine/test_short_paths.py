# SPDX-License-Identifier: Apache-2.0
"""Short paths to deep folders."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from kfp_server_api.server.engine.short_paths import remove, short_path

if os.name == "nt":
    pytest.skip("sockets with paths are for POSIX systems", allow_module_level=True)


def test_a_deep_folder_has_a_short_path(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-rather-long-name"] * 10)
    deep.mkdir(parents=True)
    short = short_path(deep)
    try:
        (short / "file").touch()
        assert (deep / "file").exists()
        assert len(str(short)) < 40
    finally:
        remove(short)
    assert not short.is_symlink()


def test_paths_to_folders_that_are_gone_go_too(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    there = short_path(tmp_path / "there")
    left = there.with_name("left")
    left.symlink_to(tmp_path / "none")
    remove(short_path(tmp_path))
    assert not left.is_symlink()
    assert there.is_symlink()
    shutil.rmtree(tmp_path / "there")
    remove(short_path(tmp_path))
    assert not there.is_symlink()
