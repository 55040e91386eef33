# SPDX-License-Identifier: Apache-2.0
"""Connections whose clients keep the server waiting, and more connections than there are descriptors."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from fixtures.calling import Caller, pipeline
from fixtures.processes import written

from kfp_server_api.server.local_server import _listen
from kfp_server_api.server.serving import Patience, serving

SOON = 0.2
PATIENT = Patience(60, 60, 60)
HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"
FEW = 80


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Read the whole body, then answer with it."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    reply = b"0" * 20_000_000 if scope["path"] == "/long" else body
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(reply))]})
    await send({"type": "http.response.body", "body": reply})


@contextmanager
def connected(patience: Patience) -> Iterator[socket.socket]:
    """Serve and connect."""
    with (
        _listen("127.0.0.1", 0) as listener,
        serving(app, listener, patience),
        socket.create_connection(listener.getsockname(), timeout=30) as connection,
    ):
        yield connection


def rest(connection: socket.socket) -> bytes:
    """Return what comes until the connection is closed."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("sent", [b"G", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 5000])
def test_half_a_head_is_answered_408(sent: bytes) -> None:
    with connected(PATIENT._replace(head=SOON)) as connection:
        connection.sendall(sent)
        assert rest(connection).startswith(b"HTTP/1.1 408 ")


def test_a_head_that_drips_is_answered_408() -> None:
    with connected(PATIENT._replace(head=SOON)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: ")
        connection.settimeout(0.05)
        found = b""
        while not found:
            connection.sendall(b"x")
            with suppress(TimeoutError):
                found = connection.recv(100)
        assert found.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("sent", [HEAD, HEAD + b"01234", HEAD.replace(b"Host", b"Expect: 100-continue\r\nHost")])
def test_half_a_body_is_answered_408(sent: bytes) -> None:
    with connected(PATIENT._replace(body=SOON)) as connection:
        connection.sendall(sent)
        assert b"HTTP/1.1 408 " in rest(connection)


def test_a_body_in_parts_is_waited_for() -> None:
    with connected(PATIENT) as connection:
        connection.sendall(HEAD + b"01234")
        connection.sendall(b"56789")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_a_connection_without_a_request_is_closed() -> None:
    with connected(PATIENT._replace(idle=SOON)) as connection:
        assert rest(connection) == b""


def test_a_connection_is_used_again_after_its_reply() -> None:
    with connected(Patience(SOON, SOON, 60)) as connection:
        for _ in range(2):
            connection.sendall(HEAD + b"0123456789")
            found = b""
            while not found.endswith(b"0123456789"):
                found += connection.recv(1000)
            time.sleep(2.5)  # longer than heads and bodies may take, and looked for


def test_a_head_without_end_is_ended() -> None:
    with connected(PATIENT) as connection, pytest.raises(OSError, match=r".*"):
        connection.sendall(b"GET / HTTP/1.1\r\nX: ")
        for _ in range(100):
            connection.sendall(b"x" * 65536)
        rest(connection)
        raise OSError("closed")


def test_a_client_that_does_not_read_is_ended() -> None:
    with connected(PATIENT._replace(body=SOON)) as connection:
        connection.sendall(b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(ConnectionError):
            while True:  # a write fails when the other end has broken off
                connection.sendall(b"\r\n")
                time.sleep(0.1)


@pytest.fixture
def starved(tmp_path: Path) -> Iterator[tuple[Caller, Path]]:
    """A server with few descriptors, and its log."""
    log = tmp_path / "log"
    limited = f"import resource as r, runpy; r.setrlimit(r.RLIMIT_NOFILE, ({FEW}, {FEW})); "
    command = limited + "runpy.run_module('kfp_server_api.server', run_name='__main__', alter_sys=True)"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-c", command, "--port", "0", "--db", str(tmp_path / "x.db")], stdout=output, stderr=output
        ) as process,
    ):
        try:
            yield Caller(written(process, log, r"http://\S+")), log
        finally:
            process.terminate()


def test_clients_are_answered_where_idle_connections_take_all_descriptors(starved: tuple[Caller, Path]) -> None:
    call, log = starved
    host, port = call.url.removeprefix("http://").split(":")
    with ExitStack() as stack:
        for _ in range(2 * FEW):
            stack.enter_context(socket.create_connection((host, int(port))))
        made = call("POST", "/runs", {"display_name": "r", "pipeline_spec": pipeline("true")})
        assert call.wait(made.json["run_id"])["state"] == "SUCCEEDED"
    assert call("GET", "/runs").status == 200
    assert len(log.read_text().splitlines()) < 10, log.read_text()
