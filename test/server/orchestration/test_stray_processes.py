# SPDX-License-Identifier: Apache-2.0
"""Processes of a run that left its process group end with it, and with its server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fixtures.calling import Caller, pipeline
from fixtures.running import alive, until

from kfp_server_api.server import LocalServer
from kfp_server_api.server.process_exit import MARK, end_marked, mark

pytest.importorskip("kfp")
pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")

LEAVE = (
    "import os, pathlib, subprocess, sys, time\n"
    "if os.fork(): os._exit(0)\n"
    "os.setsid()\n"
    "if os.fork(): os._exit(0)\n"
    "pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))\n"
    "time.sleep(300)\n"
)
"""A daemon, as daemons are made."""
KILL = "kill -9 $PPID; sleep 300"


def leaving(folder: Path, then: str = "true") -> dict[str, object]:
    """Return a pipeline that starts a daemon, and one that has no environment, and goes on when they run."""
    (folder / "daemon.py").write_text(LEAVE)
    start = f"python3 {folder}/daemon.py"
    wait = f"while [ ! -s {folder}/daemon -o ! -s {folder}/bare ]; do sleep 0.02; done"
    python = sys.executable
    return pipeline(f"{start} {folder}/daemon", f"env -i {python} {folder}/daemon.py {folder}/bare", wait, then)


def pids(folder: Path) -> list[int]:
    """Return the processes of the daemons when they run."""
    files = [folder / "daemon", folder / "bare"]
    until(lambda: all(file.exists() and file.read_text() for file in files))
    return [int(file.read_text()) for file in files]


def test_daemons_of_a_run_end_with_it(tmp_path: Path) -> None:
    with LocalServer() as server:
        call = Caller(server.url)
        run = {"display_name": "r", "pipeline_spec": leaving(tmp_path)}
        assert call.wait(call("POST", "/runs", run).json["run_id"])["state"] == "SUCCEEDED"
        assert [alive(pid) for pid in pids(tmp_path)] == [False, False]


def test_daemons_of_a_run_end_when_it_is_terminated(tmp_path: Path) -> None:
    with LocalServer() as server:
        call = Caller(server.url)
        run = {"display_name": "r", "pipeline_spec": leaving(tmp_path, "sleep 300")}
        run_id = call("POST", "/runs", run).json["run_id"]
        daemons = pids(tmp_path)
        call("POST", f"/runs/{run_id}:terminate")
        call.wait(run_id)
        assert [alive(pid) for pid in daemons] == [False, False]


@contextmanager
def started(file: Path) -> Iterator[tuple[subprocess.Popen[str], Caller]]:
    """Start a server in a process."""
    command = [sys.executable, "-m", "kfp_server_api.server", "--port", "0", "--db", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout
            yield process, Caller(process.stdout.readline().strip())
        finally:
            process.kill()


def test_daemons_of_a_run_end_when_its_server_is_killed(tmp_path: Path) -> None:
    with started(tmp_path / "kfp.db") as (process, call):
        call("POST", "/runs", {"display_name": "r", "pipeline_spec": leaving(tmp_path, "sleep 300")})
        daemons = pids(tmp_path)
        process.kill()
    until(lambda: not any(map(alive, daemons)))


def test_what_outlived_a_server_and_its_runs_is_ended_by_the_next(tmp_path: Path) -> None:
    runs = tmp_path / "kfp.db.runs"
    runs.mkdir()
    left = subprocess.Popen(["sleep", "300"], env={**os.environ, MARK: mark(runs / "r")}, start_new_session=True)
    with LocalServer(db=tmp_path / "kfp.db"):
        assert left.wait(20) == -signal.SIGKILL


def test_processes_of_other_runs_are_left_alone(tmp_path: Path) -> None:
    others = [
        subprocess.Popen(["sleep", "300"], env={**os.environ, **env})
        for env in ({}, {MARK: mark(tmp_path / "r10")}, {MARK: mark(tmp_path)})
    ]
    end_marked(tmp_path / "r1")
    time.sleep(0.1)
    assert [other.poll() for other in others] == [None] * 3
    for other in others:
        other.kill()
        other.wait()


def test_daemons_of_a_run_end_when_its_process_is_killed(tmp_path: Path) -> None:
    spec = pipeline(
        f"python3 {tmp_path}/daemon.py {tmp_path}/daemon", f"until [ -s {tmp_path}/daemon ]; do :; done", KILL
    )
    (tmp_path / "daemon.py").write_text(LEAVE)
    with LocalServer() as server:
        call = Caller(server.url)
        run = call.wait(call("POST", "/runs", {"display_name": "r", "pipeline_spec": spec}).json["run_id"])
        assert "was killed by signal SIGKILL" in run["error"]["message"]
        assert not alive(int((tmp_path / "daemon").read_text()))
