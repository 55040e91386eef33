# SPDX-License-Identifier: Apache-2.0
"""What credentials say of themselves, unchecked and without a secret."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from kfp_server_api.exceptions import SECRET_HEADER

_FOREVER = 1e15
"""Seconds since 1970 that no token ends at."""


class Claims(NamedTuple):
    """Of the credentials that went with a request."""

    header: str = ""
    """The name of the header that held them; "" = none were sent."""
    audiences: tuple[str, ...] = ()
    """Whom a JSON Web Token is for; () where it does not say, as of credentials that are no such token."""
    end: float | None = None
    """Its last second since 1970, None where it does not say."""

    def left(self, now: float) -> str:
        """Return how long it is good for, in words; "" where it does not say, or has expired."""
        return "" if self.end is None or self.end <= now else span(self.end - now)

    def expired(self, now: float) -> str:
        """Return how long ago it has expired, in words; "" where it has not."""
        return "" if self.end is None or self.end > now else span(now - self.end)


def claims_of(headers: Mapping[str, Any]) -> Claims:
    """Return what the credentials among headers say."""
    sent = {name.lower(): value for name, value in headers.items() if SECRET_HEADER.search(name) and value}
    said = payload(str(sent.get("authorization", "")))
    audience, end = said.get("aud"), said.get("exp")
    audiences = audience if isinstance(audience, list) else [audience]
    if isinstance(end, bool) or not isinstance(end, (int, float)) or not abs(end) < _FOREVER:
        end = None
    return Claims(next(iter(sent), ""), tuple(each[:80] for each in audiences if isinstance(each, str)), end)


def payload(value: str) -> dict[str, Any]:
    """Return what a JSON Web Token says, without a look at its signature; {} for other text.

    Args:
        value: the token, with or without "Bearer " before it.
    """
    parts = value.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def span(seconds: float) -> str:
    """Return a time in the largest unit of which it has two: "3 h"."""
    for unit, size in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
