# SPDX-License-Identifier: Apache-2.0
"""Sending a request again: whether, when, and how often.

By default a request is repeated that leaves a server as it would have left it the first time: a read, and a write that
the spec marks idempotent (delete, archive, unarchive, enable, disable, update). `Configuration.retries` says otherwise.
"""

from __future__ import annotations

import contextlib
import logging
import random
import time
from collections.abc import Iterator
from contextvars import ContextVar
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from typing import TYPE_CHECKING, Any, Callable

import urllib3
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError, ProtocolError, ProxyError

from kfp_server_api._connection_errors import connection_errors
from kfp_server_api._request import Request
from kfp_server_api.exceptions import (
    ApiConnectionError,
    ApiException,
    ApiTimeoutError,
    ApiValueError,
    NotFoundError,
    TLSError,
)
from kfp_server_api.rest import RESTResponse

if TYPE_CHECKING:
    from kfp_server_api.configuration import Configuration

__all__ = ["LONGEST_RETRY_AFTER", "RETRIES", "STATUSES"]

_log = logging.getLogger(__name__)

RETRIES = 3
"""Retries where `Configuration.retries` is None."""
STATUSES = frozenset({429, 502, 503, 504})
"""HTTP statuses that are retried."""
LONGEST_RETRY_AFTER = 60.0
"""Seconds that a server may ask for with Retry-After; a call that it asks to wait longer fails at once."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 8.0
"""Seconds: the longest pause before the first retry, which doubles with each, and before any."""
_AT_ONCE = 1.0
"""Seconds within which a failure is immediate: a dead host is known as soon as without pauses."""
_final: ContextVar[int] = ContextVar("final", default=0)
"""A status that this thread or task wants no retry on; 0 = none."""


@contextlib.contextmanager
def not_on(status: int) -> Iterator[None]:
    """Let a status end the calls of this thread or task at once; for callers who know better than to repeat them."""
    token = _final.set(status)
    try:
        yield
    finally:
        _final.reset(token)


def perform(send: Callable[[Request], Any], request: Request, configuration: Configuration) -> Any:
    """Send a request until a reply comes that is final, and return that.

    Args:
        send: sends it once.

    Raises:
        ApiException, ApiConnectionError: of the last attempt.
        ApiTimeoutError: the next attempt would begin after the deadline.
    """
    left = RETRIES if configuration.retries is None else _retries_of(configuration.retries)
    done = 0
    lost = False  # whether an earlier attempt at a DELETE may have been carried out
    while True:
        began = time.monotonic()
        try:
            return send(request)
        except (ApiException, ApiConnectionError) as error:
            if lost and isinstance(error, NotFoundError):
                return _gone(error)
            quick = time.monotonic() - began < _AT_ONCE
            with connection_errors(request.method, request.url, configuration):
                decided = decide(request, error, left, quick, done)
            if decided is None:
                raise
            pause, left = decided
            done += 1
            lost = request.method == "DELETE" and isinstance(left, int) and (lost or may_be_done(error))
            _pause(request, error, pause)


def decide(request: Request, error: Any, left: int | urllib3.Retry, quick: bool, done: int) -> tuple[float, Any] | None:
    """Return seconds to wait before the request is sent again, and the retries that are left then; None = not again.

    Args:
        error: of the attempt that ended: `ApiException` or `ApiConnectionError`.
        left: retries.
        quick: it failed at once.
        done: retries before.

    Raises:
        urllib3.exceptions.MaxRetryError: too many replies with a status that the caller's `urllib3.Retry` names.
    """
    # What must never be sent twice is not, whatever anybody says.
    if request.operation is not None and request.operation.sent_once:
        return None
    # Nor what a caller wants to ask in another way.
    if isinstance(error, ApiException) and error.status == _final.get():
        return None
    # A `urllib3.Retry` decides as it would inside urllib3.
    if isinstance(left, urllib3.Retry):
        return _as_urllib3(request, error, left)
    if left <= 0:
        return None
    again = request.method in ("GET", "HEAD") or (request.operation is not None and request.operation.idempotent)
    # A reply came. Only some statuses are of a server that will soon do better; it may say when.
    if isinstance(error, ApiException):
        if not again or error.status not in STATUSES:
            return None
        asked = _retry_after(error, urllib3.Retry())
        if asked is None:
            return _backoff(done), left - 1
        if asked > LONGEST_RETRY_AFTER:
            error.hint = f"it asks to wait {asked:.0f} s"
            return None
        return asked, left - 1
    # No reply came. Time that was given is used up, and a certificate does not mend itself.
    if isinstance(error, (ApiTimeoutError, TLSError)) or not (never_connected(error) or _broke(error)):
        return None
    # A write was not carried out only where there was never a connection.
    if not again and not never_connected(error):
        return None
    return (0.0 if quick and not _began_to_reply(error) else _backoff(done)), left - 1


def _retries_of(setting: Any) -> int | urllib3.Retry:
    if isinstance(setting, urllib3.Retry):
        return setting
    if not isinstance(setting, int) or setting < 0:
        raise ApiValueError(f"`Configuration.retries` is a number, a urllib3.Retry, False or None, not {setting!r}")
    return int(setting)


def _as_urllib3(request: Request, error: Any, retry: urllib3.Retry) -> tuple[float, urllib3.Retry] | None:
    method, url = request.method, request.url
    if isinstance(error, ApiConnectionError):
        try:
            left = retry.increment(method, url, error=error.reason)
        except HTTPError:
            return None
        return left.get_backoff_time(), left
    reply = urllib3.HTTPResponse(status=error.status, headers=error.headers or {})
    if not retry.is_retry(method, error.status, "retry-after" in reply.headers):
        return None
    try:
        left = retry.increment(method, url, response=reply)
    except MaxRetryError:
        if retry.raise_on_status:
            raise
        return None
    asked = _retry_after(error, left) if left.respect_retry_after_header else None
    return asked or left.get_backoff_time(), left


def _backoff(done: int) -> float:
    """Return a pause: exponential, with full jitter."""
    return random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(done, 10)))


def _retry_after(error: ApiException, retry: urllib3.Retry) -> float | None:
    """Return the seconds that a reply asks to wait; None where it does not say, or not so that it can be read.

    Args:
        retry: reads it.
    """
    try:
        return retry.get_retry_after(urllib3.HTTPResponse(headers=error.headers or {}))
    except (urllib3.exceptions.InvalidHeader, ValueError, OverflowError):  # a date that no calendar has
        return None


def _pause(request: Request, error: Any, seconds: float) -> None:
    deadline = request.deadline
    reason = f"HTTP {error.status}" if isinstance(error, ApiException) else error.message
    if deadline is not None:
        deadline.doing = f"waiting to send it again after {reason}"
        if deadline.left() <= seconds:
            raise deadline.error(request.method, request.url) from error
    _log.info("%s %s: again in %.3g s: %s", request.method, request.url, seconds, reason)
    if seconds:
        time.sleep(seconds)


def may_be_done(error: Any) -> bool:
    """Tell whether a server may have carried out the request that this error came of."""
    if isinstance(error, ApiException):
        return error.status in (502, 504)
    return not never_connected(error)


def _gone(error: ApiException) -> RESTResponse:
    """Return the reply to a DELETE that an earlier attempt has carried out."""
    return RESTResponse(urllib3.HTTPResponse(b"{}", error.headers, 200, reason="OK"), error.url)


def _root(error: ApiConnectionError) -> Any:
    return error.reason.original_error if isinstance(error.reason, ProxyError) else error.reason


def never_connected(error: ApiConnectionError) -> bool:
    """Tell whether there was not even a connection."""
    return isinstance(_root(error), NewConnectionError)


def _broke(error: ApiConnectionError) -> bool:
    """Tell whether the connection ended before the reply did; a reply that is no HTTP does not count."""
    root = _root(error)
    inner = root.args[-1] if isinstance(root, ProtocolError) and root.args else None
    no_http = isinstance(inner, HTTPException) and not isinstance(inner, (RemoteDisconnected, IncompleteRead))
    return isinstance(root, ProtocolError) and not no_http


def _began_to_reply(error: ApiConnectionError) -> bool:
    return str(_root(error)).startswith("('Connection broken")
