# SPDX-License-Identifier: Apache-2.0
"""The server's own life: start, stop, data on disk, many callers at once, the command line."""

from __future__ import annotations

import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fixtures.calling import Caller, pipeline
from fixtures.running import until

from kfp_server_api.server import LocalServer
from kfp_server_api.server.store.database import StoreError

COMMAND = [sys.executable, "-m", "kfp_server_api.server"]


def test_context_manager_serves_and_stops() -> None:
    with LocalServer() as server:
        url = server.url
        assert Caller(url)("GET", "/healthz").status == 200
    assert server.url == ""
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])), timeout=5)


def test_stopped_server_starts_again() -> None:
    server = LocalServer()
    for _ in range(2):
        server.start()
        assert Caller(server.url)("GET", "/healthz").status == 200
        server.stop()
    server.stop()


def test_running_server_is_not_started_twice() -> None:
    with LocalServer() as server, pytest.raises(RuntimeError, match="already running"):
        server.start()


def test_servers_beside_one_another_share_nothing() -> None:
    with LocalServer(parallel_runs=0) as one, LocalServer(parallel_runs=0) as other:
        Caller(one.url)("POST", "/experiments", {"display_name": "mine"})
        assert Caller(one.url)("GET", "/experiments").json["total_size"] == 2
        assert Caller(other.url)("GET", "/experiments").json["total_size"] == 1


def test_data_outlive_the_server_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "kfp.db"
    with LocalServer(db=file) as server:
        made = Caller(server.url)("POST", "/experiments", {"display_name": "kept"}).json
        before = Caller(server.url)("GET", "/experiments").json
    with LocalServer(db=str(file)) as server:
        assert Caller(server.url)("GET", f"/experiments/{made['experiment_id']}").json == made
        assert Caller(server.url)("GET", "/experiments").json == before


def test_temporary_data_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with LocalServer() as server:
        Caller(server.url)("POST", "/runs", {"display_name": "r", "pipeline_spec": pipeline("true")})
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


def test_taken_port_is_an_error() -> None:
    with LocalServer(parallel_runs=0) as server, pytest.raises(OSError):
        LocalServer(port=int(server.url.rsplit(":", 1)[1])).start()


def test_file_in_use_is_an_error(tmp_path: Path) -> None:
    with LocalServer(db=tmp_path / "kfp.db"), pytest.raises(StoreError, match="in use by another server"):
        LocalServer(db=tmp_path / "kfp.db").start()


def test_file_that_is_no_database_is_an_error_and_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "kfp.db"
    file.write_bytes(b"something else, long enough to be taken for a header" * 20)
    with pytest.raises(StoreError, match=r"cannot use .*kfp\.db as database"):
        LocalServer(db=file).start()
    assert file.read_bytes().startswith(b"something else")


def test_file_of_another_layout_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "kfp.db"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(StoreError, match="table layout 999"):
        LocalServer(db=file).start()


def test_stop_ends_runs_and_says_so(tmp_path: Path) -> None:
    pytest.importorskip("kfp")
    marker = tmp_path / "pid"
    with LocalServer(db=tmp_path / "kfp.db") as server:
        call = Caller(server.url)
        body = {"display_name": "r", "pipeline_spec": pipeline(f"echo $$ > {marker}", "sleep 60")}
        run_id = call("POST", "/runs", body).json["run_id"]
        pid = _number_in(marker)
        began = time.monotonic()
    assert time.monotonic() - began < 15
    assert not _lives(pid)
    with LocalServer(db=tmp_path / "kfp.db") as server:
        run = Caller(server.url)("GET", f"/runs/{run_id}").json
    assert run["state"] == "FAILED"
    assert run["error"]["message"] == "the server was stopped before the run ended"


def test_run_of_a_killed_server_ends_with_it_and_is_failed_at_the_next_start(tmp_path: Path) -> None:
    pytest.importorskip("kfp")
    marker, file = tmp_path / "pid", tmp_path / "kfp.db"
    with _command("--port", "0", "--db", str(file)) as process:
        call = Caller(_url(process))
        body = {"display_name": "r", "pipeline_spec": pipeline(f"echo $$ > {marker}", "sleep 60")}
        run_id = call("POST", "/runs", body).json["run_id"]
        pid = _number_in(marker)
        until(lambda: "run_details" in call("GET", f"/runs/{run_id}").json)
        process.kill()
        process.wait(10)
    deadline = time.monotonic() + 20
    while _lives(pid):
        assert time.monotonic() < deadline, "the run's process outlived its server"
        time.sleep(0.05)
    with LocalServer(db=file) as server:
        run = Caller(server.url)("GET", f"/runs/{run_id}").json
    assert run["state"] == "FAILED"
    assert run["error"]["message"].startswith("the server ended before the run did")
    assert {task["state"] for task in run["run_details"]["task_details"]} == {"FAILED"}


def test_readers_beside_writers_see_all_and_lose_nothing() -> None:
    with LocalServer(parallel_runs=0) as server:
        call = Caller(server.url)

        def work(number: int) -> list[tuple[int, int, int]]:
            """Write and read in turn; return for each turn both statuses and how many experiments were seen."""
            turns = []
            for turn in range(10):
                written = call("POST", "/experiments", {"display_name": f"{number}-{turn}"})
                read = call("GET", "/experiments", page_size=1)
                turns.append((written.status, read.status, read.json["total_size"]))
            return turns

        with ThreadPoolExecutor(32) as pool:
            turns = [turn for some in pool.map(work, range(32)) for turn in some]
        assert {(written, read) for written, read, _ in turns} == {(200, 200)}
        assert max(seen for *_, seen in turns) == call("GET", "/experiments").json["total_size"] == 321


def test_one_name_taken_by_many_at_once_is_given_once() -> None:
    with LocalServer(parallel_runs=0) as server:
        call = Caller(server.url)
        with ThreadPoolExecutor(16) as pool:
            replies = list(pool.map(lambda _: call("POST", "/experiments", {"display_name": "one"}), range(16)))
    assert sorted(reply.status for reply in replies) == [200] + [409] * 15


def test_stop_does_not_wait_for_a_caller_that_never_ends() -> None:
    with LocalServer(parallel_runs=0) as server:
        port = int(server.url.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as caller:
            caller.sendall(b"POST /apis/v2beta1/experiments HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
            began = time.monotonic()
            server.stop()
            assert time.monotonic() - began < 10


def test_server_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    with LocalServer(parallel_runs=0) as server:
        Caller(server.url)("GET", "/experiments")
    deadline = time.monotonic() + 10
    while set(threading.enumerate()) - before:
        assert time.monotonic() < deadline, set(threading.enumerate()) - before
        time.sleep(0.05)


def test_command_on_a_taken_port_says_so_in_one_line() -> None:
    with LocalServer(parallel_runs=0) as server:
        port = server.url.rsplit(":", 1)[1]
        done = subprocess.run([*COMMAND, "--port", port], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert re.fullmatch(rf"kfp_server_api.server: cannot serve on 127.0.0.1:{port}: .+\n", done.stderr)


def test_command_without_the_extra_says_what_to_install() -> None:
    hide = "import sys; sys.modules['starlette'] = None; sys.argv = ['x']; import runpy; "
    code = hide + "runpy.run_module('kfp_server_api.server', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert 'install this package with its extra "server"' in done.stderr


def test_package_is_imported_without_its_dependencies() -> None:
    code = "import sys, kfp_server_api.server; print({'starlette', 'uvicorn', 'sqlalchemy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    assert done.stdout == "set()\n"


def test_without_kfp_starting_a_run_is_a_clear_error() -> None:
    code = (
        "import importlib.util as u; find = u.find_spec; "
        "u.find_spec = lambda name, *rest: None if name == 'kfp' else find(name, *rest)\n"
        "import json, urllib3\n"
        "from kfp_server_api.server import LocalServer\n"
        "with LocalServer() as server:\n"
        "    url = server.url + '/apis/v2beta1/runs'\n"
        "    reply = urllib3.PoolManager().request('POST', url, body=json.dumps({'display_name': 'r'}))\n"
        "    print(reply.status, json.loads(reply.data)['details'][0]['message'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("400 This server cannot execute pipelines because the package kfp is not installed")


def _command(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _url(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def _number_in(file: Path) -> int:
    deadline = time.monotonic() + 30
    while not file.exists() or not file.read_text().strip():
        assert time.monotonic() < deadline, "the run's process did not start"
        time.sleep(0.05)
    return int(file.read_text())


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/status")
    return not (status.exists() and "State:\tZ" in status.read_text())
