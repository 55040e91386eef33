# SPDX-License-Identifier: Apache-2.0
"""Requests over a caller's `requests.Session`, in the place of urllib3's pool manager."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Mapping
from typing import Any

import urllib3
from urllib3 import exceptions as u3

from kfp_server_api._deadline import Deadline, current
from kfp_server_api._sockets import watched
from kfp_server_api.exceptions import ApiTypeError


class SessionPools:
    """Sends over a session, whose adapters, proxies, certificates, cookies and authentication then count.

    Args:
        session: a `requests.Session`.
        elsewhere: to another server than the one that was asked: without what the session tells that one of who is
            calling, as a session follows redirects itself.
    """

    def __init__(self, session: Any, elsewhere: bool = False) -> None:
        if isinstance(session, type) or not hasattr(session, "request"):
            raise ApiTypeError(f"`session` takes a `requests.Session`, not {session!r:.100}")
        self.session, self._elsewhere = session, elsewhere

    @property
    def elsewhere(self) -> SessionPools:
        """The same for where a redirect leads to another server."""
        return SessionPools(self.session, True)

    def request(
        self,
        method: str,
        url: str,
        *,
        body: Any = None,
        headers: Mapping[str, str],
        timeout: urllib3.Timeout,
        preload_content: bool = True,
        **_: Any,
    ) -> urllib3.HTTPResponse:
        """Send a request once and return urllib3's response; redirects are not followed."""

        def exchange() -> urllib3.HTTPResponse:
            return self._exchange(method, url, body, headers, _limits(timeout), preload_content)

        deadline = current.get()
        return exchange() if deadline is None else _in_time(exchange, deadline)

    def _exchange(
        self, method: str, url: str, body: Any, headers: Mapping[str, Any], timeout: Any, preload: bool
    ) -> urllib3.HTTPResponse:
        import requests

        options = {"data": body, "timeout": timeout, "allow_redirects": False, "stream": True}
        if self._elsewhere:
            headers, options["auth"] = {**dict.fromkeys(_CREDENTIALS), **headers}, _nobody
        try:
            reply = self.session.request(method, url, headers=headers, **options)
            watched(_socket_of(reply.raw))
            if not preload:
                return reply.raw  # type: ignore[no-any-return]
            # Decoded already, so that nobody may decode it a second time.
            whole = urllib3.HTTPResponse(
                reply.content, reply.headers, reply.status_code, reason=reply.reason, decode_content=False
            )
        except requests.RequestException as cause:
            raise _as_urllib3(cause) from cause
        if reply.raw.length_remaining:  # urllib3 1.26 takes a body that ended early for whole
            raise u3.ProtocolError(f"Connection broken: {reply.raw.length_remaining} bytes are missing")
        return whole


_CREDENTIALS = urllib3.Retry.DEFAULT_REMOVE_HEADERS_ON_REDIRECT
"""Headers of a session that stay with the server that was asked."""


def _nobody(request: Any) -> Any:
    """Leave a request as it is, in the place of a session's authentication."""
    return request


def _socket_of(raw: Any) -> Any:
    """Return the socket that a reply of urllib3 is read from; None where there is none.

    Its connection has let go of it by then where the server closes behind the reply.
    """
    stream = getattr(getattr(raw, "_fp", None), "fp", None)
    return getattr(getattr(stream, "raw", None), "_sock", None)


def _limits(timeout: urllib3.Timeout) -> tuple[Any, Any]:
    """Return a timeout as a session takes it."""
    timeout = timeout.clone()
    timeout.start_connect()
    limits = (timeout.connect_timeout, timeout.read_timeout)
    return tuple(each if isinstance(each, (int, float)) else None for each in limits)  # type: ignore[return-value]


def _in_time(exchange: Any, deadline: Deadline) -> Any:
    """Return what a function returns; when the deadline passes first, it is left to itself."""
    ended: list[Any] = []

    def work() -> None:
        try:
            ended.append((exchange(), None))
        except BaseException as error:
            ended.append((None, error))

    deadline.doing = "waiting for the reply"
    thread = threading.Thread(target=contextvars.copy_context().run, args=(work,), name="kfp-session", daemon=True)
    thread.start()
    thread.join(max(deadline.left(), 0))
    if not ended:
        raise u3.TimeoutError("the deadline has passed")
    response, error = ended[0]
    if error is not None:
        raise error
    return response


def _as_urllib3(error: Any) -> u3.HTTPError:
    """Return the error of urllib3 that a session's error stands for, or holds."""
    import requests

    inner = error.args[0] if error.args else None
    if isinstance(inner, u3.HTTPError):
        return inner
    text = str(error)
    for cls, made in (
        (requests.exceptions.SSLError, u3.SSLError),
        (requests.exceptions.ConnectTimeout, u3.ConnectTimeoutError),
        (requests.exceptions.Timeout, u3.TimeoutError),
        (requests.exceptions.ConnectionError, u3.ProtocolError),
        (requests.exceptions.ChunkedEncodingError, u3.ProtocolError),
    ):
        if isinstance(error, cls):
            return made(text)
    return u3.HTTPError(text)
