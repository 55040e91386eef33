# SPDX-License-Identifier: Apache-2.0
"""urllib3's connections, whose every wait ends with the deadline of the call that waits.

A socket's own timeout starts anew with every byte, so that a server which sends one a second is never late. Here each
operation on a socket gets the time that the call has left. The classes have the names of urllib3's, which its messages
show.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any

import urllib3
from urllib3 import connection, connectionpool
from urllib3.exceptions import ConnectTimeoutError

from kfp_server_api._deadline import Deadline, current
from kfp_server_api._headers import begin


@contextlib.contextmanager
def _within_deadline(sock: Any) -> Iterator[None]:
    deadline = current.get()
    if deadline is None:
        yield
        return
    before, left = sock.gettimeout(), deadline.left()
    if left <= 0:
        raise TimeoutError("timed out")
    sock.settimeout(left if before is None else min(before, left))
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # it was closed meanwhile
            sock.settimeout(before)


class _Socket(socket.socket):
    __slots__ = ()

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        with _within_deadline(self):
            return super().recv_into(buffer, nbytes, flags)

    def sendall(self, data: Any, flags: int = 0) -> None:
        with _within_deadline(self):
            super().sendall(data, flags)


class _TLSSocket(ssl.SSLSocket):
    def read(self, len: int = 1024, buffer: Any = None) -> Any:  # which `recv` and `recv_into` call
        with _within_deadline(self):
            return super().read(len, buffer)

    def send(self, data: Any, flags: int = 0) -> int:  # which `sendall` calls
        with _within_deadline(self):
            return super().send(data, flags)


def _end_handshake_in_time(sock: Any, deadline: Deadline) -> None:
    """Give a socket the time that is left, which a TLS handshake takes from it."""
    before, left = sock.gettimeout(), max(deadline.left(), 0.001)
    sock.settimeout(left if before is None else min(before, left))


_CLASSES = {socket.socket: _Socket, ssl.SSLSocket: _TLSSocket}


def watched(sock: Any) -> Any:
    """Have a socket look at deadlines; one of a class that is not the standard library's keeps its own timeouts."""
    if type(sock) in _CLASSES:
        sock.__class__ = _CLASSES[type(sock)]
    return sock


class _Response(http.client.HTTPResponse):
    def begin(self) -> None:
        begin(self)
        deadline = current.get()
        if deadline is not None:
            deadline.doing = "reading the reply"


class HTTPConnection(connection.HTTPConnection):
    response_class = _Response

    def _new_conn(self) -> Any:
        deadline = current.get()
        if deadline is None:
            return super()._new_conn()
        deadline.doing = "connecting"
        sock = watched(self._connect_to_one(deadline))
        _end_handshake_in_time(sock, deadline)
        return sock

    def _connect_to_one(self, deadline: Deadline) -> Any:
        name, timeout, error = self._dns_host, self.timeout, None
        try:
            for address in _addresses(name, self.port, deadline):
                left = deadline.left()
                if left <= 0:
                    break
                self._dns_host = address
                self.timeout = min(timeout, left) if isinstance(timeout, (int, float)) else left
                try:
                    return super()._new_conn()
                except urllib3.exceptions.HTTPError as cause:
                    error = cause
        finally:
            self._dns_host, self.timeout = name, timeout
        raise error or ConnectTimeoutError(self, f"Connection to {self.host} timed out.")

    def _tunnel(self) -> None:
        deadline = current.get()
        if deadline is not None:
            watched(self.sock)
        try:
            super()._tunnel()
        except OSError as error:
            # Without the frames in which Pythons before 3.12 keep the proxy's reply, and with it the socket, open.
            raise error.with_traceback(None) from None
        if deadline is not None:
            _end_handshake_in_time(self.sock, deadline)

    def connect(self) -> None:
        super().connect()
        deadline = current.get()
        if deadline is not None:
            watched(self.sock)
            deadline.doing = "sending the request"

    def request(self, *args: Any, **options: Any) -> None:
        deadline = current.get()
        if deadline is None:
            return super().request(*args, **options)
        watched(self.sock)
        deadline.doing = "sending the request"
        super().request(*args, **options)
        deadline.doing = "waiting for the reply"
        return None


class HTTPSConnection(HTTPConnection, connection.HTTPSConnection):
    pass


def _addresses(host: str, port: int | None, deadline: Deadline) -> list[str]:
    """Return the addresses of a host; the name itself where there is none, for the error that follows."""
    found: list[str] = []

    def resolve() -> None:
        with contextlib.suppress(OSError):
            found.extend(
                str(each[4][0]) for each in socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
            )

    # In a thread: nothing else ends the wait for a name server.
    thread = threading.Thread(target=resolve, name="kfp-resolve", daemon=True)
    thread.start()
    thread.join(max(deadline.left(), 0))
    return [] if thread.is_alive() else found or [host]


class HTTPConnectionPool(connectionpool.HTTPConnectionPool):
    @property
    def ConnectionCls(self) -> Any:  # type: ignore[override]
        """The class of connections; somebody else's where one stands in the place of urllib3's, as recorders do."""
        theirs = connectionpool.HTTPConnectionPool.ConnectionCls
        return HTTPConnection if theirs is connection.HTTPConnection else theirs


class HTTPSConnectionPool(connectionpool.HTTPSConnectionPool):
    @property
    def ConnectionCls(self) -> Any:  # type: ignore[override]
        """As of `HTTPConnectionPool`."""
        theirs = connectionpool.HTTPSConnectionPool.ConnectionCls
        return HTTPSConnection if theirs is connection.HTTPSConnection else theirs


POOLS = {"http": HTTPConnectionPool, "https": HTTPSConnectionPool}
"""For `PoolManager.pool_classes_by_scheme`."""
