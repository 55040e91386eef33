# SPDX-License-Identifier: Apache-2.0
"""HTTP servers on loopback that answer as a test tells them, down to the byte."""

from __future__ import annotations

import hashlib
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

KEPT = 4 << 20
"""Bytes of a request's body that are kept; the rest is only counted."""


class Request(NamedTuple):
    """A request as it came in."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes = b""
    size: int = 0
    digest: str = ""

    def header(self, name: str) -> str | None:
        """Return a header, None without it; all of them when it came more than once."""
        values = [value for each, value in self.headers if each.lower() == name.lower()]
        return ", ".join(values) if values else None

    @property
    def path(self) -> str:
        """The target without its query, still escaped."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, list[str]]:
        """The decoded query."""
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


Answer = Callable[[Request, "Peer"], bool]
"""Answers a request; True keeps the connection open."""


class Peer:
    """A client's connection, seen from the server."""

    def __init__(self, connection: socket.socket, stopping: threading.Event) -> None:
        self.connection, self.stopping = connection, stopping

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.connection.sendall(data)

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


class Server:
    """A server that gives its answers in order, then the last one again and again.

    Attributes:
        requests: what came in, oldest first.
        connections: how many connections were accepted.
    """

    def __init__(self, *answers: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.answers = list(answers) or [reply()]
        self.tls = tls
        self.requests: list[Request] = []
        self.connections = 0
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.url_by_name = self.url.replace("127.0.0.1", "localhost")
        self._threads = [threading.Thread(target=self._accept, name="server", daemon=True)]
        self._threads[0].start()

    def stop(self) -> None:
        """Close every connection and end every thread."""
        self._stopping.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.add(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), name="server", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        plain = connection
        try:
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
                with self._lock:
                    self._open.add(connection)
            with connection.makefile("rb") as stream:
                self._talk(connection, stream)
        except (OSError, ValueError):
            pass  # the client went away, or spoke no HTTP or TLS: what tests look at is its side
        finally:
            with self._lock:
                self._open -= {plain, connection}
            connection.close()
            plain.close()

    def _talk(self, connection: socket.socket, stream: Any) -> None:
        peer = Peer(connection, self._stopping)
        while not self._stopping.is_set():
            if stream.peek(1)[:1] == b"\x16":  # a TLS handshake
                peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                return
            request = _read(stream)
            if request is None:
                return
            with self._lock:
                self.requests.append(request)
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if not answer(request, peer):
                return


@contextmanager
def serving(*answers: Answer, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Run a `Server` for the length of a with block."""
    server = Server(*answers, tls=tls)
    try:
        yield server
    finally:
        server.stop()


def _read(stream: Any) -> Request | None:
    start = stream.readline(1 << 16).decode("latin-1").rstrip("\r\n")
    if not start:
        return None
    method, target, _ = start.split(" ", 2)
    headers = []
    for line in iter(lambda: stream.readline(1 << 16).decode("latin-1").rstrip("\r\n"), ""):
        name, _, value = line.partition(":")
        headers.append((name, value.strip()))
    return Request(method, target, headers, *_read_body(stream, Request(method, target, headers)))


def _read_body(stream: Any, head: Request) -> tuple[bytes, int, str]:
    kept, size, digest = bytearray(), 0, hashlib.sha256()
    for chunk in _chunks(stream, head):
        size += len(chunk)
        digest.update(chunk)
        kept += chunk[: max(0, KEPT - len(kept))]
    return bytes(kept), size, digest.hexdigest()


def _chunks(stream: Any, head: Request) -> Iterator[bytes]:
    if head.header("Transfer-Encoding") == "chunked":
        for line in iter(stream.readline, b""):
            length = int(line, 16)
            yield stream.read(length)
            stream.readline()
            if not length:
                return
    left = int(head.header("Content-Length") or 0)
    while left > 0:
        chunk = stream.read(min(left, 1 << 16))
        if not chunk:
            raise ValueError("the body ended early")
        left -= len(chunk)
        yield chunk


def head(status: int = 200, *headers: tuple[str, str], reason: str = "Because") -> bytes:
    """Return a status line and headers."""
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def reply(data: Any = None, status: int = 200, *headers: tuple[str, str], type: str = "application/json") -> Answer:
    """Answer with bytes or text as they are, anything else as JSON; `{}` for None."""
    body = data if isinstance(data, bytes) else data.encode() if isinstance(data, str) else None
    if body is None:
        body = json.dumps({} if data is None else data).encode()
    start = head(status, ("Content-Type", type), ("Content-Length", str(len(body))), *headers)

    def answer(request: Request, peer: Peer) -> bool:
        peer.send(start if request.method == "HEAD" else start + body)
        return True

    return answer


def page(text: str = "<!DOCTYPE html><title>Log in</title>", status: int = 200) -> Answer:
    """Answer with a page for people."""
    return reply(text, status, type="text/html; charset=utf-8")


def redirect(url: str, status: int = 302) -> Answer:
    """Send the client elsewhere."""
    return reply(b"", status, ("Location", url), type="text/plain")


def raw(data: bytes) -> Answer:
    """Answer with bytes that need not be HTTP, then close."""

    def answer(request: Request, peer: Peer) -> bool:
        peer.send(data)
        return False

    return answer


def reset_after(data: bytes = b"") -> Answer:
    """Send bytes, then break the connection off."""

    def answer(request: Request, peer: Peer) -> bool:
        if data:
            peer.send(data)
            peer.stopping.wait(0.1)  # lets the bytes arrive: RST makes the other side drop what it has not read
        peer.reset()
        return False

    return answer


def silence_after(data: bytes = b"") -> Answer:
    """Send bytes, then nothing for as long as the server lives."""

    def answer(request: Request, peer: Peer) -> bool:
        if data:
            peer.send(data)
        peer.stopping.wait(60)
        return False

    return answer


def later(seconds: float, answer: Answer) -> Answer:
    """Answer after a while."""

    def answer_later(request: Request, peer: Peer) -> bool:
        return not peer.stopping.wait(seconds) and answer(request, peer)

    return answer_later


def stream(size: int, *headers: tuple[str, str], block: bytes = bytes(1 << 16)) -> Answer:
    """Answer with `size` bytes that are made while they are sent."""
    start = head(200, ("Content-Type", "application/octet-stream"), ("Content-Length", str(size)), *headers)

    def answer(request: Request, peer: Peer) -> bool:
        peer.send(start)
        for at in range(0, size, len(block)):
            peer.send(block[: min(len(block), size - at)])
        return True

    return answer


def echo_id(request: Request, peer: Peer) -> bool:
    """Answer with an object whose `run_id` is the last part of the path."""
    return reply({"run_id": request.path.rsplit("/", 1)[-1]})(request, peer)
