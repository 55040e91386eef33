# SPDX-License-Identifier: Apache-2.0
"""The command: what it says, what it leaves behind, and what ends it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fixtures.calling import pipeline
from fixtures.running import alive

COMMAND = [sys.executable, "-m", "kfp_server_api.server", "--port", "0"]


@contextmanager
def started(*arguments: str, folder: Path, hangup: signal.Handlers = signal.SIG_DFL) -> Iterator[subprocess.Popen[str]]:
    """Start the command with a folder of its own for temporary files and a way to take SIGHUP, and end it."""
    of_tests = signal.signal(signal.SIGHUP, hangup)
    try:
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(folder)},
        )
    finally:
        signal.signal(signal.SIGHUP, of_tests)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_it_says_where_the_data_are_and_how_to_stop_it(tmp_path: Path) -> None:
    file = tmp_path / "my.db"
    with started("--db", str(file), folder=tmp_path) as process:
        assert process.stdout and process.stderr
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        said = process.stderr.readline()
    assert said == f"Data: {file}, logs of runs: {file}.runs. Ctrl-C stops the server.\n"


def test_it_says_that_data_without_a_file_are_removed(tmp_path: Path) -> None:
    with started(folder=tmp_path) as process:
        assert process.stderr
        assert "(removed at the end)" in process.stderr.readline()


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT], ids=lambda each: each.name)
def test_a_signal_ends_it_and_nothing_is_left(tmp_path: Path, number: signal.Signals) -> None:
    with started(folder=tmp_path) as process:
        assert process.stdout and process.stdout.readline()
        assert [file.name.startswith("kfp-server-") for file in tmp_path.iterdir()] == [True]
        process.send_signal(number)
        assert process.wait(20) == 0
    assert list(tmp_path.iterdir()) == []


def test_it_outlives_its_terminal_under_nohup(tmp_path: Path) -> None:
    with started(folder=tmp_path, hangup=signal.SIG_IGN) as process:
        assert process.stdout and process.stdout.readline()
        process.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)


def test_help_names_the_default_of_parallel_runs() -> None:
    said = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, timeout=30).stdout
    assert f"default: one for each processor, here {os.cpu_count()}" in " ".join(said.split())


@pytest.mark.parametrize("name", ["folder", "other.db", "other.db/kfp.db"])
def test_a_refused_file_gets_no_lock(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "other.db").write_bytes(b"x" * 5000)
    said = subprocess.run([*COMMAND, "--db", str(tmp_path / name)], capture_output=True, text=True, timeout=30)
    assert said.returncode == 1
    assert f"cannot use {tmp_path / name} as database" in said.stderr
    assert {file.name for file in tmp_path.iterdir()} == {"folder", "other.db"}


def test_a_server_that_nobody_stops_leaves_no_folder(tmp_path: Path) -> None:
    code = "from kfp_server_api.server import LocalServer; server = LocalServer().start(); print(server.db)"
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env=env)
    assert said.stdout.startswith(str(tmp_path)), said
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_nobody_stops_ends_its_runs(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    spec = pipeline(f"echo $$ > {pid}; exec sleep 300")
    code = (
        "import json, pathlib, time, urllib3\n"
        "from kfp_server_api.server import LocalServer\n"
        "server = LocalServer().start()\n"
        f"run = {{'display_name': 'r', 'pipeline_spec': json.loads({json.dumps(spec)!r})}}\n"
        "urllib3.PoolManager().request('POST', server.url + '/apis/v2beta1/runs', json=run)\n"
        "deadline = time.monotonic() + 30\n"
        f"while not pathlib.Path({str(pid)!r}).exists() and time.monotonic() < deadline: time.sleep(0.05)\n"
    )
    (tmp_path / "temporary").mkdir()
    env = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=90, env=env)
    assert (said.returncode, said.stderr) == (0, "")
    assert not alive(int(pid.read_text()))
    assert list((tmp_path / "temporary").iterdir()) == []
