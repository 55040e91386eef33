# SPDX-License-Identifier: Apache-2.0
"""The command: what it says, what it leaves behind, and what ends it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fixtures.calling import Caller, pipeline
from fixtures.running import alive, until

from kfp_server_api.server import LocalServer
from kfp_server_api.server.__main__ import main

COMMAND = [sys.executable, "-m", "kfp_server_api.server", "--port", "0"]


@contextmanager
def started(
    *arguments: str, folder: Path, hangup: signal.Handlers = signal.SIG_DFL, umask: int = -1
) -> Iterator[subprocess.Popen[str]]:
    """Start the command with a folder of its own for temporary files and a way to take SIGHUP, and end it."""
    of_tests = signal.signal(signal.SIGHUP, hangup)
    try:
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(folder)},
            umask=umask,
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


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT], ids=lambda each: each.name)
def test_it_serves_until_a_signal_ends_it_and_nothing_is_left(tmp_path: Path, number: signal.Signals) -> None:
    with started(folder=tmp_path) as process:
        assert process.stdout
        assert Caller(process.stdout.readline().strip())("GET", "/healthz").status == 200
        assert [file.name.startswith("kfp-server-") for file in tmp_path.iterdir()] == [True]
        process.send_signal(number)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 0
    assert re.fullmatch(r"Data: .+ \(removed at the end\)\. Ctrl-C stops the server\.\n", said)
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


def test_what_programs_left_that_were_ended_by_signals_is_removed_by_the_next(tmp_path: Path) -> None:
    code = "import os, signal; from kfp_server_api.server import LocalServer; server = LocalServer().start(); "
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    seen = []
    for number in (signal.SIGKILL, signal.SIGTERM):
        program = [sys.executable, "-c", f"{code} os.kill(os.getpid(), {int(number)})"]
        assert subprocess.run(program, env=env, timeout=60).returncode == -number
        seen.append([folder.name for folder in tmp_path.iterdir()])
    assert [len(names) for names in seen] == [1, 1]
    assert seen[0] != seen[1]
    subprocess.run([sys.executable, "-c", code], env=env, timeout=60, check=True)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Caller, Path]]:
    """Call a server with a token, `abc`, and variables for components; with the folder of its database."""
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "token").write_text("abc\n")
    options = ["--db", str(folder / "data" / "kfp.db"), "--token", str(folder / "token")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIRST", "the server's")
        patch.setenv("SECRET", "not theirs")
        with started(*options, "--env", "FIRST", "--env", "SECOND=a=b", folder=folder, umask=0) as process:
            assert process.stdout
            yield Caller(process.stdout.readline().strip()), folder / "data"


def test_a_token_file_is_asked_for(guarded: tuple[Caller, Path]) -> None:
    call, _ = guarded
    call.http.headers.pop("Authorization", None)
    assert call("GET", "/experiments").status == 401
    call.http.headers["Authorization"] = "Bearer abc"
    assert call("GET", "/experiments").status == 200


def ran(call: Caller, *script: str) -> None:
    """Run a script as a component of a server with the token `abc`."""
    call.http.headers["Authorization"] = "Bearer abc"
    run_id = call("POST", "/runs", {"display_name": "r", "pipeline_spec": pipeline(*script)}).json["run_id"]
    assert call.wait(run_id)["state"] == "SUCCEEDED"


def test_components_get_the_variables_that_are_named(guarded: tuple[Caller, Path], tmp_path: Path) -> None:
    pytest.importorskip("kfp")
    ran(guarded[0], f'echo "$FIRST,$SECOND,$SECRET" > {tmp_path}/said')
    assert (tmp_path / "said").read_text() == "the server's,a=b,\n"


def test_what_is_written_is_for_the_user_alone(guarded: tuple[Caller, Path]) -> None:
    pytest.importorskip("kfp")
    call, folder = guarded
    ran(call, "echo x > file", "mkdir folder", "env > folder/env")
    found = [folder, *(file for file in folder.rglob("*") if not file.is_symlink())]
    written = [file for file in found if "environment" not in file.parts]  # of Python's own making
    assert {"kfp.db", "kfp.db-wal", "kfp.db.runs", "log.txt", "env"} <= {file.name for file in written}
    assert {str(file): oct(file.stat().st_mode) for file in written if file.stat().st_mode & 0o077} == {}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--token", "missing"], "argument --token: cannot read missing"),
        (["--token", "empty"], "argument --token: empty is empty"),
        (["--token", "bad"], "token has characters that no Authorization header can have"),
        (["--env", "NOT_SET_ANYWHERE"], "env NOT_SET_ANYWHERE has no value"),
        (["--env", "=x"], "env '' cannot be the name of a variable"),
    ],
)
def test_a_token_or_variable_that_cannot_be_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    reason: str,
) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "bad").write_text("two words")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    said = capsys.readouterr().err
    assert reason in said
    assert "two words" not in said


@pytest.mark.parametrize(
    ("token", "who"), [("", "who can reach it, since it asks for no token"), ("abc", "who has its token")]
)
def test_it_says_what_it_opens_to_the_network(caplog: pytest.LogCaptureFixture, token: str, who: str) -> None:
    with LocalServer(host="0.0.0.0", token=token):
        (said,) = caplog.messages
    assert f"is open to the network: {who}" in said
    assert "can run any command as this user" in said


def test_folders_of_runs_that_are_gone_are_removed_at_the_next_start(tmp_path: Path) -> None:
    file = tmp_path / "kfp.db"
    runs = tmp_path / "kfp.db.runs"
    with LocalServer(db=file, parallel_runs=0) as server:
        run = {"display_name": "r", "pipeline_spec": pipeline("true")}
        kept = Caller(server.url)("POST", "/runs", run).json["run_id"]
    for name in (kept, "deleted", "with.dot"):
        (runs / name / "tasks").mkdir(parents=True)
    with LocalServer(db=file, parallel_runs=0):
        until(lambda: {folder.name for folder in runs.iterdir()} == {kept, "with.dot", ".removed"})
        until(lambda: not list((runs / ".removed").iterdir()))
