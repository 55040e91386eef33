# SPDX-License-Identifier: Apache-2.0
"""A server that is killed at any moment: the next one on the same file goes on where it stood.

`KILLS` says how often it is killed, `KILLS_SEED` which moments they are.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from fixtures.calling import Caller, pipeline
from fixtures.running import until
from urllib3.exceptions import HTTPError

from kfp_server_api.server import LocalServer
from kfp_server_api.server.orchestration.recorder import SERVER_ENDED

pytest.importorskip("kfp")
KILLS = int(os.environ.get("KILLS", "2"))
SEED = int(os.environ.get("KILLS_SEED", "1"))
LONGEST = 4.0
"""Seconds within which a server is killed: the first runs have ended then, and others begin."""


@contextmanager
def started(file: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a server in a process and give it and its URL."""
    command = [sys.executable, "-m", "kfp_server_api.server", "--port", "0", "--db", str(file), "--parallel-runs", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def create_until_refused(url: str, marks: Path, acknowledged: list[str], deleted: list[str]) -> None:
    """Create runs that each leave a mark, and delete some; list what the server has acknowledged of both."""
    call = Caller(url)
    with contextlib.suppress(HTTPError):
        for number in range(8):
            spec = pipeline(f"echo x >> {marks}/r{number}", "sleep 0.4")
            reply = call("POST", "/runs", {"display_name": f"r{number}", "pipeline_spec": spec})
            acknowledged.append(reply.json["run_id"])
            time.sleep(0.15)
            if number % 4 == 3:
                run_id = acknowledged.pop()  # whether it is there is not known until the reply comes
                if call("DELETE", f"/runs/{run_id}").status == 200:
                    deleted.append(run_id)


def states(file: Path) -> dict[str, str]:
    """Return the states of runs in a file that no server has open."""
    with closing(sqlite3.connect(file)) as connection:
        return dict(connection.execute("SELECT run_id, state FROM runs"))


def processes_in(folder: Path) -> list[str]:
    """Return the command lines of the processes that work below a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if Path(os.readlink(process / "cwd")).is_relative_to(folder):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:  # it is gone, or not ours to look at
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="needs /proc to see the processes that are left")
@pytest.mark.parametrize("number", range(KILLS))
def test_a_killed_server_loses_nothing_and_leaves_nothing(tmp_path: Path, number: int) -> None:
    file, marks = tmp_path / "kfp.db", tmp_path / "marks"
    marks.mkdir()
    acknowledged: list[str] = []
    deleted: list[str] = []
    with started(file) as (process, url):
        creating = threading.Thread(target=create_until_refused, args=(url, marks, acknowledged, deleted))
        creating.start()
        time.sleep(random.Random(SEED * 1000 + number).uniform(0, LONGEST))
        process.kill()
        creating.join(30)
    until(lambda: not processes_in(tmp_path / "kfp.db.runs"))
    before = states(file)
    assert set(acknowledged) <= set(before)
    assert not set(deleted) & set(before)
    with LocalServer(db=file) as server:
        call = Caller(server.url)
        after = {run_id: call.wait(run_id) for run_id in before}
        folders = {folder.name for folder in (tmp_path / "kfp.db.runs").glob("[!.]*")}
        assert folders <= set(before)
    for run_id, state in before.items():
        check(state, after[run_id], marks)


def check(state: str, run: dict[str, Any], marks: Path) -> None:
    """Check what became of a run that was in a state when its server was killed."""
    mark = marks / run["display_name"]
    executed = len(mark.read_text().splitlines()) if mark.exists() else 0
    if state == "RUNNING":
        assert (run["state"], run["error"]["message"]) == ("FAILED", SERVER_ENDED)
        assert executed <= 1
    else:
        assert (run["state"], executed) == ("SUCCEEDED", 1), (state, run)


def test_runs_that_wait_when_a_server_stops_are_run_by_the_next(tmp_path: Path) -> None:
    file = tmp_path / "kfp.db"
    with LocalServer(db=file, parallel_runs=0) as server:
        reply = Caller(server.url)("POST", "/runs", {"display_name": "r", "pipeline_spec": pipeline("true")})
        assert reply.json["state"] == "PENDING"
    with LocalServer(db=file) as server:
        assert Caller(server.url).wait(reply.json["run_id"])["state"] == "SUCCEEDED"


def test_a_run_waits_for_the_version_it_was_made_of_though_that_is_deleted(tmp_path: Path) -> None:
    file = tmp_path / "kfp.db"
    with LocalServer(db=file, parallel_runs=0) as server:
        call = Caller(server.url)
        made = call.upload(json.dumps(pipeline("true")).encode(), "p.json", name="p").json
        body = {"display_name": "r", "pipeline_version_reference": {"pipeline_id": made["pipeline_id"]}}
        run_id = call("POST", "/runs", body).json["run_id"]
        assert call("DELETE", f"/pipelines/{made['pipeline_id']}", cascade="true").status == 200
    with LocalServer(db=file) as server:
        assert Caller(server.url).wait(run_id)["state"] == "SUCCEEDED"
