# SPDX-License-Identifier: Apache-2.0
"""A process that is forked from a server's leaves the server, its runs and its files alone, however it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("kfp")
if not hasattr(os, "fork"):
    pytest.skip("there are no forks here", allow_module_level=True)

CODES = {"works": 0, "fails": 1, "leaves": 4, "exits": 5, "stops": 0, "serves": 0}
BY_MULTIPROCESSING = {"fork works": 0, "fork fails": 1, "spawn fails": 1}


def test_a_child_touches_nothing_of_the_server_it_was_forked_beside(tmp_path: Path) -> None:
    path = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "fixtures.forking"],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": path, "TMPDIR": str(tmp_path)},
    )
    said = [json.loads(line) for line in done.stdout.splitlines()]
    wanted = [[how, code, "RUNNING", 200] for how, code in {**CODES, **BY_MULTIPROCESSING}.items()]
    assert said == [*wanted, ["stopped", True, True]], done.stderr
    assert list(tmp_path.iterdir()) == []
