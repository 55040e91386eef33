# SPDX-License-Identifier: Apache-2.0
"""The process that forks those of runs."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("kfp")

from fixtures.calling import pipeline
from fixtures.running import LIMIT, alive, until

from kfp_server_api.server.orchestration.run_process import RunProcess
from kfp_server_api.server.orchestration.warm_engine import ForkedProcess, WarmEngine

if os.name == "nt":
    pytest.skip("runs need a POSIX system", allow_module_level=True)


@pytest.fixture
def engine() -> Iterator[WarmEngine]:
    """An engine of its own."""
    with closing(WarmEngine()) as engine:
        yield engine


def forker(engine: WarmEngine) -> int:
    """Return the process that forks."""
    assert engine._process
    return engine._process.pid


def run(engine: WarmEngine, folder: Path, script: str = "true") -> dict[str, Any]:
    """Run a shell script as a pipeline and return the last event."""
    events: list[Any] = []
    process = RunProcess(spec=pipeline(script), parameters={}, directory=folder, on_event=events.append, engine=engine)
    process.start()
    assert process.wait(LIMIT)
    last: dict[str, Any] = events[-1]
    return last


def test_one_process_forks_all_runs(engine: WarmEngine, tmp_path: Path) -> None:
    pids = []
    for number in range(2):
        assert run(engine, tmp_path / str(number))["state"] == "SUCCEEDED"
        pids.append(forker(engine))
    assert pids[0] == pids[1]


def test_what_stands_in_the_folder_of_the_server_is_no_module_of_the_engine(
    engine: WarmEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json", "kfp_server_api"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not this one')\n")
    monkeypatch.chdir(tmp_path)
    assert run(engine, tmp_path / "run")["state"] == "SUCCEEDED"


def test_one_that_was_killed_is_started_again(engine: WarmEngine, tmp_path: Path) -> None:
    run(engine, tmp_path / "1")
    first = forker(engine)
    os.kill(first, signal.SIGKILL)
    assert run(engine, tmp_path / "2")["state"] == "SUCCEEDED"
    assert forker(engine) != first


def test_runs_that_start_at_one_time_all_start_where_it_was_killed(engine: WarmEngine, tmp_path: Path) -> None:
    run(engine, tmp_path / "1")
    os.kill(forker(engine), signal.SIGKILL)
    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(lambda number: run(engine, tmp_path / f"at-once-{number}"), range(4)))
    assert [last["state"] for last in ended] == ["SUCCEEDED"] * 4


def test_a_run_goes_on_where_what_forked_it_is_killed(engine: WarmEngine, tmp_path: Path) -> None:
    events: list[Any] = []
    script = f"touch {tmp_path}/began; while [ ! -e {tmp_path}/go ]; do sleep 0.05; done"
    process = RunProcess(
        spec=pipeline(script), parameters={}, directory=tmp_path / "1", on_event=events.append, engine=engine
    )
    process.start()
    until((tmp_path / "began").exists)
    os.kill(forker(engine), signal.SIGKILL)
    (tmp_path / "go").touch()
    assert process.wait(LIMIT)
    assert events[-1]["state"] == "SUCCEEDED"


def test_closing_ends_it(tmp_path: Path) -> None:
    engine = WarmEngine()
    engine.warm_up(dict(os.environ))
    pid = forker(engine)
    engine.close()
    assert not alive(pid)


def test_it_goes_on_where_the_folder_of_a_run_is_gone(engine: WarmEngine, tmp_path: Path) -> None:
    run(engine, tmp_path / "1")
    before = forker(engine)
    request: Any = {"directory": str(tmp_path / "gone"), "file": "request.json", "environment": {}}
    with (tmp_path / "log").open("wb") as log:
        process = engine.fork(request, [log.fileno()] * 3, dict(os.environ))
    assert process.wait(LIMIT)
    assert (process.code, forker(engine)) == (1, before)


def test_it_ends_where_its_server_was_killed_in_the_middle_of_a_request(engine: WarmEngine) -> None:
    engine.warm_up(dict(os.environ))
    assert engine._process
    assert engine._control
    with open(os.devnull) as lock:
        socket.send_fds(engine._control, [(100).to_bytes(8, "big"), b"{"], [lock.fileno()])
    engine._control.close()
    assert engine._process.wait(LIMIT) == 0


def test_what_keeps_it_from_starting_is_the_reason(engine: WarmEngine, tmp_path: Path) -> None:
    request: Any = {"directory": str(tmp_path), "file": "request.json", "environment": {}}
    with (tmp_path / "log").open("wb") as log, pytest.raises(RuntimeError, match="has ended; its last output: "):
        engine.fork(request, [log.fileno()] * 3, {"PYTHONHOME": str(tmp_path / "none")})


def test_how_a_process_ended_is_known(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        process = ForkedProcess(os.getpid(), ours, b"")
        assert not process.wait(0.01)
        theirs.sendall(b"-9")
    assert process.wait(5)
    assert process._ended == "was killed by signal SIGKILL"
