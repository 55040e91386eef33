# SPDX-License-Identifier: Apache-2.0
"""Folders of runs that are removed by several threads at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fixtures.running import until

from kfp_server_api.server.orchestration.run_files import RunFiles


def test_a_folder_is_set_aside_by_any_number_of_threads(tmp_path: Path) -> None:
    files, start = RunFiles(tmp_path), threading.Barrier(8)

    def set_aside(turn: int) -> None:
        start.wait(30)
        files.set_aside(f"r{turn}")

    with ThreadPoolExecutor(8) as pool:
        for turn in range(300):
            (tmp_path / f"r{turn}").mkdir()
            list(pool.map(set_aside, [turn] * 8))
    assert [folder.name for folder in tmp_path.iterdir()] == [".removed"]


def test_what_was_set_aside_by_an_earlier_server_is_removed(tmp_path: Path) -> None:
    (tmp_path / "r" / "tasks").mkdir(parents=True)
    RunFiles(tmp_path).set_aside("r")
    RunFiles(tmp_path).remove_set_aside()
    until(lambda: not list((tmp_path / ".removed").iterdir()))
