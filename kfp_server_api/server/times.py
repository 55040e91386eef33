# SPDX-License-Identifier: Apache-2.0
"""Times of the API: RFC 3339 text outside, whole Unix seconds inside."""

from __future__ import annotations

import re
import time
from datetime import datetime, timedelta, timezone

NEVER = 0
""""Not yet" of runs and experiments: 1970-01-01T00:00:00Z."""

TASK_NEVER = -62135596800
""""Not yet" of tasks: 0001-01-01T00:00:00Z."""

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_LAST = 253402300799  # 9999-12-31T23:59:59Z
_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d{1,9})?(?:(Z)|([+-])([01]\d|2[0-4]):([0-5]\d|60))\Z", re.ASCII
)


def now() -> int:
    """Return the time of this moment."""
    return int(time.time())


def parse_time(text: str) -> int:
    """Return the seconds of an RFC 3339 text; the fraction is dropped.

    Raises:
        ValueError: it is not one, or outside the years 1 to 9999.
    """
    found = _RFC3339.match(text)
    if not found:
        raise ValueError(f"not an RFC 3339 time: {text}")
    day, clock, zulu, sign, hours, minutes = found.groups()
    moment = datetime.fromisoformat(f"{day}T{clock}+00:00")
    offset = timedelta() if zulu else timedelta(hours=int(hours), minutes=int(minutes))
    seconds = int(((moment - _EPOCH) - (offset if sign == "+" else -offset)).total_seconds())
    if not TASK_NEVER <= seconds <= _LAST:
        raise ValueError(f"not in the years 1 to 9999 of UTC: {text}")
    return seconds


def time_text(seconds: float) -> str:
    """Return seconds as RFC 3339 text in UTC, whole seconds; what is out of its years is put at their edge."""
    within = min(max(int(seconds), TASK_NEVER), _LAST)
    return (_EPOCH + timedelta(seconds=within)).replace(tzinfo=None).isoformat() + "Z"
