# SPDX-License-Identifier: Apache-2.0
"""Replies that a handler writes piece by piece, and clients that go away."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
import urllib3
from fixtures.running import until

from kfp_server_api.server import LocalServer
from kfp_server_api.server.errors import not_found
from kfp_server_api.server.http.app import make_app
from kfp_server_api.server.local_server import _listen
from kfp_server_api.server.resources.call import Call, Handler, Stream
from kfp_server_api.server.serving import serving

PATH = "/apis/v2beta1/runs/x"


@contextmanager
def served(handler: Handler) -> Iterator[tuple[str, int]]:
    """Serve one handler, of GET run, and give the address."""
    app = make_app(cast("Any", None), handlers={"run_service_get_run": handler})
    with _listen("127.0.0.1", 0) as listener, serving(app, listener):
        yield listener.getsockname()


def test_what_fails_before_the_first_piece_has_a_status_of_its_own() -> None:
    def handler(call: Call) -> Stream:
        def pieces() -> Iterator[bytes]:
            raise not_found("Run", "x")
            yield b""

        return Stream(pieces(), "text/plain")

    with served(handler) as (host, port):
        assert urllib3.request("GET", f"http://{host}:{port}{PATH}", retries=False).status == 404


def test_a_stream_that_fails_later_is_no_whole_reply() -> None:
    def handler(call: Call) -> Stream:
        def pieces() -> Iterator[bytes]:
            yield b"first"
            raise OSError("gone")

        return Stream(pieces(), "text/plain")

    with served(handler) as (host, port), pytest.raises(urllib3.exceptions.ProtocolError):
        urllib3.request("GET", f"http://{host}:{port}{PATH}", retries=False)


def test_an_empty_stream_is_an_empty_reply() -> None:
    with served(lambda call: Stream([], "text/plain")) as (host, port):
        assert urllib3.request("GET", f"http://{host}:{port}{PATH}", retries=False).data == b""


def test_a_stream_is_closed_when_its_client_has_gone_away() -> None:
    closed = threading.Event()

    def handler(call: Call) -> Stream:
        def pieces() -> Iterator[bytes]:
            try:
                while True:
                    yield bytes(100_000)
            finally:
                closed.set()

        return Stream(pieces(), "text/plain")

    with served(handler) as address:
        with socket.create_connection(address, timeout=20) as client:
            client.sendall(f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert client.recv(1000)
        assert closed.wait(20)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to count descriptors")
def test_an_upload_that_breaks_off_leaves_nothing_open(server: LocalServer) -> None:
    port = int(server.url.rsplit(":", 1)[1])
    part = b'--B\r\nContent-Disposition: form-data; name="uploadfile"; filename="p.yaml"\r\n\r\n'
    head = "POST /apis/v2beta1/pipelines/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n"
    urllib3.request("GET", server.url)  # an event loop may keep a descriptor from its first connection on
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            client.sendall(f"{head}Content-Type: multipart/form-data; boundary=B\r\n\r\n".encode() + part)
            client.sendall(bytes(2_000_000))
    until(lambda: len(os.listdir("/proc/self/fd")) <= before)
