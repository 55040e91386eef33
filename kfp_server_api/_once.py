# SPDX-License-Identifier: Apache-2.0
"""One create at a time, sent again only after a look at what is there."""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import Any, Callable, TypeVar
from weakref import WeakValueDictionary

from kfp_server_api._reply import Reply
from kfp_server_api.exceptions import ApiConnectionError, ApiException, ConflictError, DecodeError, ServerError
from kfp_server_api.retries import may_be_done

_log = logging.getLogger(__name__)
_Made = TypeVar("_Made")

_SENDS = 3
"""How often one create is sent at most."""
_LOOKS = (0.0, 0.5, 1.0, 2.0)
"""Seconds to wait before each look: what a gateway gave up on may still be in the making."""
_STATE_FORBIDS = 10
"""gRPC code of a conflict that is none of names."""


def create(send: Callable[[], _Made], look: Callable[[bool], _Made | None], *, sends: int = _SENDS) -> _Made:
    """Return what a create makes, or what is found to be there when it fails.

    Args:
        send: sends it.
        look: finds what is there; is given whether the server said that something is.
        sends: how often it may be sent.

    Raises:
        ApiException, ApiConnectionError: of the last create.
    """
    while True:
        try:
            return send()
        except (ApiException, ApiConnectionError) as error:
            found = _found_after(error, look)
            if found is not None:
                return found
            sends -= 1
            if not sends or not _is_open(error):
                raise
            _log.info("again, since nothing is there after: %s", error.message)


def _found_after(error: ApiException | ApiConnectionError, look: Callable[[bool], _Made | None]) -> _Made | None:
    """Look for what a failed create may have made, or met; where the look gets no answer, too, that error is raised."""
    looks = _LOOKS if _is_open(error) else _LOOKS[:1] if isinstance(error, (ConflictError, ServerError)) else ()
    for pause in looks:
        if pause:
            time.sleep(pause)
        try:
            found = look(isinstance(error, ConflictError))
        except (ServerError, ApiConnectionError) as later:
            raise error from later
        if found is not None:
            return found
    return None


def _is_open(error: ApiException | ApiConnectionError) -> bool:
    """Tell whether an error leaves open what became of a create: it may be there now, or soon, or was and is gone."""
    if isinstance(error, DecodeError):
        return error.committed
    if isinstance(error, ConflictError):
        return error.code != _STATE_FORBIDS
    return may_be_done(error) or (isinstance(error, ServerError) and error.status == 503)


def identified(made: _Made, name: str) -> _Made:
    """Return the reply to a create, if it says what was made."""
    if not getattr(made, name):
        raise not_promised(made, name, "it is missing in the reply to a create")
    return made


def not_promised(made: Any, name: str, reason: str) -> DecodeError:
    return (made._reply or Reply(method="POST")).undecodable([name], ValueError(reason))


_locks: WeakValueDictionary[tuple[Any, ...], threading.Lock] = WeakValueDictionary()
_guard = threading.Lock()
if hasattr(os, "register_at_fork"):
    # A thread that holds it does not exist in the child.
    os.register_at_fork(before=_guard.acquire, after_in_parent=_guard.release, after_in_child=_guard.release)


def lock(*key: str) -> threading.Lock:
    """Return the lock that threads share which create the same; a forked process has its own."""
    with _guard:
        return _locks.setdefault((os.getpid(), *key), threading.Lock())
