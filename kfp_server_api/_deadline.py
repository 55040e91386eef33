# SPDX-License-Identifier: Apache-2.0
"""Deadlines: when a whole call must have ended, whatever it waits for."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

from kfp_server_api.exceptions import ApiConnectionError, ApiTimeoutError, ApiValueError


class Deadline:
    """The end of one call.

    Args:
        seconds: from now.

    Attributes:
        seconds: as given.
        doing: where the call stands, for the error.
    """

    __slots__ = ("_end", "doing", "seconds")

    def __init__(self, seconds: float) -> None:
        self.seconds: float = seconds
        self._end = time.monotonic() + seconds
        self.doing: str = "waiting for a thread"

    def left(self) -> float:
        """Return the seconds that are left; 0 or less when it has passed."""
        return self._end - time.monotonic()

    def error(self, method: str | None, url: str | None) -> ApiTimeoutError:
        """Return the error for a call that it ends, or would end in the midst of what it is about to do."""
        passed = "has passed" if self.left() <= 0 else "would pass"
        message = f"{method} {url}: the deadline of {self.seconds:g} s {passed} while {self.doing}"
        return ApiTimeoutError(message, None, method, url)


current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)
"""The deadline of the call that this thread or task makes."""


@contextlib.contextmanager
def within(deadline: Deadline, method: str, url: str) -> Iterator[None]:
    """Make a call with a deadline.

    Raises:
        ApiTimeoutError: it has passed, whatever else went wrong by then.
    """
    if deadline.left() <= 0:
        raise deadline.error(method, url)
    token = current.set(deadline)
    try:
        yield
    except ApiConnectionError as error:
        if deadline.left() > 0:
            raise
        raise deadline.error(error.method or method, error.url or url) from error
    finally:
        current.reset(token)


def deadline_of(name: str, value: Any) -> Deadline | None:
    """Return a deadline that begins now; None where there is none.

    Args:
        name: of the setting, for the error.
        value: seconds above 0, a `timedelta`, None or `math.inf` for none, or a deadline that many calls share.

    Raises:
        ApiValueError: anything else.
    """
    if isinstance(value, Deadline):
        return value
    seconds = seconds_of(value)
    if seconds is None and value is not None:
        raise ApiValueError(f"`{name}` takes seconds above 0, a timedelta, math.inf or None, not {value!r}")
    return None if seconds is None or seconds == math.inf else Deadline(seconds)


def seconds_of(value: Any) -> float | None:
    """Return seconds above 0, `math.inf` included, from a number or `timedelta`; None for anything else."""
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
        return None
    return float(value) if value < _LONGEST else math.inf


_LONGEST = 1e9  # longer ones overflow what sockets take
