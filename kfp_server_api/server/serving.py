# SPDX-License-Identifier: Apache-2.0
"""Serves an application on a socket, in a thread: which connections are taken, and when they end.

httptools and uvloop are used where they are installed.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import math
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from kfp_server_api.server.descriptors import are_free, most

_log = logging.getLogger(__name__)

_LARGEST_HEAD = 1024 * 1024
_RUSH = 5.0
"""Seconds for the last bytes to a client that does not read them."""
_LATE = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"

_RESERVE = 256
"""Descriptors that are kept for other things than connections, or half of all where there are few."""
_LEAST_IDLE = 1.0
"""Seconds after which an idle connection may be closed in favour of another."""
_POLL = 0.1
_SHORTAGE = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_QUIET = 60.0
"""Seconds between two lines in the log about the same shortage."""

_START = 30.0
_LINGER = 3
"""Seconds that requests in flight may take at the end."""


class Patience(NamedTuple):
    """How long clients are waited for, in seconds.

    Attributes:
        head: for the whole head of a request, from its first byte.
        body: for the next part of a body, and for a client to take some more of its reply.
        idle: for the next request; longer than the pools of clients keep a connection.
    """

    head: float = 10.0
    body: float = 60.0
    idle: float = 75.0


_USUAL = Patience()


@contextmanager
def serving(
    app: Callable[..., Any], listener: socket.socket, patience: Patience = _USUAL
) -> Iterator[Callable[[], list[int]]]:
    """Serve in a thread while the block runs; give what returns the descriptors of the open connections."""
    config = uvicorn.Config(
        app,
        http=_protocol(patience),
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        timeout_keep_alive=math.ceil(patience.idle),
        timeout_graceful_shutdown=_LINGER,
        h11_max_incomplete_event_size=_LARGEST_HEAD,
    )
    server = _Server(config)
    thread = threading.Thread(target=_run, args=(server, listener), name="kfp-server", daemon=True)
    thread.start()
    try:
        _await_start(server, thread)
        yield lambda: [_descriptor(connection) for connection in list(server.server_state.connections)]
    finally:
        server.should_exit = True
        thread.join(_LINGER + 2)
        server.force_exit = True
        thread.join(2)


def _descriptor(connection: Any) -> int:
    """Return the descriptor of a connection, -1 once it is closed."""
    open_socket = connection.transport.get_extra_info("socket")
    return int(open_socket.fileno()) if open_socket else -1


def _await_start(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _START
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the server did not start")
        time.sleep(0.005)


def _run(server: uvicorn.Server, listener: socket.socket) -> None:
    loop = _new_event_loop()
    try:
        loop.run_until_complete(server.serve([listener]))
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def _new_event_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


def _protocol(patience: Patience) -> type[asyncio.Protocol]:
    return type("Connection", (_Timed, AutoHTTPProtocol), {"patience": patience})


class _Timed:
    """Says until when a connection may stay as it is; mixed into uvicorn's protocols, which say when what happens.

    Attributes:
        deadline: on the clock of the event loop; infinite while the server has all that it needs to answer.
        idle_since: infinite while a request is under way.
    """

    patience: Patience
    cycle: Any
    flow: Any
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    deadline = idle_since = math.inf
    _head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)  # type: ignore[misc]
        self._settle()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)  # type: ignore[misc]
        if self._is_working():
            self._settle()
            return
        if not self._head:
            self._wait(self.patience.head)
            self.idle_since = math.inf
        self._head += len(data)
        if self._head > _LARGEST_HEAD:
            self.end()

    def on_response_complete(self) -> None:
        super().on_response_complete()  # type: ignore[misc]
        self._settle()  # the next request may have come together with the last one

    def pause_writing(self) -> None:
        super().pause_writing()  # type: ignore[misc]
        self.deadline = self.loop.time() + self.patience.body

    def resume_writing(self) -> None:
        super().resume_writing()  # type: ignore[misc]
        self._settle()

    def _is_working(self) -> bool:
        """Tell whether the head of a request has come, and not all of its reply is sent."""
        return self.cycle is not None and not self.cycle.response_complete

    def _settle(self) -> None:
        """Wait for what comes next: some more of a body, nothing while a reply is made, or the next request."""
        self._head = 0
        if self._is_working():
            self.idle_since = math.inf
            self._wait(self.patience.body if self.cycle.more_body else math.inf)
        else:
            self.idle_since = self.loop.time()
            self._wait(self.patience.idle)

    def _wait(self, seconds: float) -> None:
        if not self.flow.write_paused:  # else it is the client who takes nothing
            self.deadline = self.loop.time() + seconds

    def end(self) -> None:
        """Close the connection, which says so first where a request was begun."""
        late = self._head or (self.cycle is not None and not self.cycle.response_started)
        if self.transport.is_closing() or self.flow.write_paused:
            self.transport.abort()
            return
        if late:
            self.transport.write(_LATE)
        self.transport.close()
        self.deadline = self.loop.time() + _RUSH


class _Server(uvicorn.Server):
    """uvicorn that accepts as many connections as there is room for, and ends those that are late."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept connections."""
        assert sockets
        make = _maker(self.config, self.server_state)
        self.servers: list[Any] = [_Door(listener, make, self.server_state.connections) for listener in sockets]
        self.started = True


def _maker(config: uvicorn.Config, state: Any) -> Callable[[], asyncio.Protocol]:
    loop = asyncio.get_running_loop()
    make: Any = config.http_protocol_class
    return lambda: make(config=config, server_state=state, app_state={}, _loop=loop)


class _Door:
    """Accepts the connections of one listener; where descriptors run out, they wait until others have ended.

    Args:
        listener: what clients connect to.
        make: makes the protocol of a connection.
        connections: those that there are.
    """

    def __init__(self, listener: socket.socket, make: Callable[[], asyncio.Protocol], connections: set[Any]) -> None:
        listener.setblocking(False)
        self._listener = listener
        self._make = make
        self._connections = connections
        self._reserve = min(_RESERVE, most() // 2)
        self._said = -math.inf
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._accept_all()), loop.create_task(self._end_late())]

    def close(self) -> None:
        """Accept no more."""
        for task in self._tasks:
            task.cancel()

    async def wait_closed(self) -> None:
        """Wait until nothing is done any more."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept_all(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(self._listener)
            except OSError as cause:
                await (self._make_room(cause) if cause.errno in _SHORTAGE else asyncio.sleep(_POLL))
                continue
            while not self._has_room():
                await self._make_room(None)
            try:
                await loop.connect_accepted_socket(self._make, connection)
            except OSError:  # the client is gone
                connection.close()

    def _has_room(self) -> bool:
        """Tell whether there are more descriptors than what is kept for other things."""
        return are_free(self._reserve) or not self._connections

    async def _make_room(self, cause: OSError | None) -> None:
        """Close the connection that has been idle for longest, if there is one, and give others time to end."""
        now = asyncio.get_running_loop().time()
        if now > self._said + _QUIET:
            self._said = now
            _log.warning("connections wait for descriptors; see ulimit -n%s", f": {cause}" if cause else "")
        idlest = min(self._connections, key=lambda each: each.idle_since, default=None)
        if idlest is None or idlest.idle_since + _LEAST_IDLE > now or idlest.transport.is_closing():
            await asyncio.sleep(_POLL)
        else:
            idlest.end()
            await asyncio.sleep(0)

    async def _end_late(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(1.0)
            now = loop.time()
            for connection in [each for each in self._connections if each.deadline < now]:
                if connection.flow.read_paused and not connection.flow.write_paused:
                    connection.deadline = now + connection.patience.body  # it is the server that does not read
                else:
                    connection.end()
