# SPDX-License-Identifier: Apache-2.0
"""A loopback HTTP server that keeps raw requests and answers from a script."""

from __future__ import annotations

import re
import socket
import socketserver
import threading
import time
from typing import Any, NamedTuple

TLS_HANDSHAKE = b"\x16"


class Reply(NamedTuple):
    """What the server answers to one request."""

    status: int = 200
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    reason: str = "Said So"
    delay: float = 0.0
    hang_up: bool = False

    def encode(self) -> bytes:
        """Return the bytes on the wire; the length header is added."""
        lines = [f"HTTP/1.1 {self.status} {self.reason}"]
        lines += ["{}: {}".format(*header) for header in self.headers]
        body = b"" if self.status in (204, 304) else self.body
        if self.status != 204:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


class Request(NamedTuple):
    """One request as it was on the wire; text is latin-1, so no byte is lost."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: str


class Recorder:
    """Serve on a free port until closed; each request takes the next scripted reply, else `default`."""

    def __init__(self, default: Reply | None = None) -> None:
        self.default = default or Reply()
        self.script: list[Reply] = []
        self.rules: list[tuple[str, str, Reply]] = []
        self.requests: list[Request] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.recorder = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Recorder:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        """Return host and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        """Return the base URL."""
        return "http://" + self.address

    def take(self) -> list[Any]:
        """Return the requests since the last call in comparable form and forget them."""
        seen, self.requests = self.requests, []
        return [comparable(request, self.address) for request in seen]

    def answer(self, request: Request) -> Reply:
        """Choose the reply to a request."""
        if self.script:
            return self.script.pop(0)
        for method, pattern, reply in self.rules:
            if method == request.method and re.search(pattern, request.target):
                return reply
        return self.default


def comparable(request: Request, address: str) -> dict[str, Any]:
    """Blank what differs between any two runs: own address, User-Agent, multipart boundary, header order."""
    head = dict(request.headers)
    boundary = re.search(r"boundary=([^;\s]+)", head.get("Content-Type", ""))
    blank = [address, *([boundary.group(1)] if boundary else [])]

    def clean(value: str) -> str:
        for index, each in enumerate(blank):
            value = value.replace(each, ("ADDRESS", "BOUNDARY")[index])
        return value

    headers = sorted([name, clean(value)] for name, value in request.headers if name.lower() != "user-agent")
    if boundary:
        headers = [pair for pair in headers if pair[0].lower() != "content-length"]
    return {
        "method": request.method,
        "target": clean(request.target),
        "headers": headers,
        "body": clean(request.body),
    }


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64
    recorder: Recorder


class _Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    timeout = 60
    server: _Server

    def handle(self) -> None:
        try:
            while self._one():
                pass
        except OSError:
            return

    def _one(self) -> bool:
        if self.connection.recv(1, socket.MSG_PEEK) == TLS_HANDSHAKE:
            return False
        line = self.rfile.readline(1 << 20)
        if not line.strip():
            return False
        method, target = [*line.decode("latin-1").rstrip("\r\n").split(" "), ""][:2]
        request = Request(method, target, *self._rest())
        recorder = self.server.recorder
        recorder.requests.append(request)
        reply = recorder.answer(request)
        time.sleep(reply.delay)
        if not reply.hang_up:
            self.wfile.write(reply.encode())
        return not reply.hang_up

    def _rest(self) -> tuple[list[tuple[str, str]], str]:
        headers = []
        for raw in iter(self.rfile.readline, b"\r\n"):
            if not raw:
                break
            name, _, value = raw.decode("latin-1").rstrip("\r\n").partition(":")
            headers.append((name, value.lstrip(" ")))
        return headers, self._body({name.lower(): value for name, value in headers}).decode("latin-1")

    def _body(self, headers: dict[str, str]) -> bytes:
        if "chunked" not in headers.get("transfer-encoding", ""):
            return self.rfile.read(int(headers.get("content-length", 0)))
        parts = []
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            parts.append(self.rfile.read(size))
            self.rfile.readline()
            if not size:
                return b"".join(parts)
