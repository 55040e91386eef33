# SPDX-License-Identifier: Apache-2.0
"""Headers of replies, read without the standard library's parser of mail wherever they are as HTTP wants them.

That parser takes a sixth of the time of a call.
"""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from types import FunctionType
from typing import Any

_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t ]*([^\r\n]*)\r?\n")
_END = frozenset({b"\r\n", b"\n", b""})
_LONGEST = 65537
"""Bytes of a line at which the standard library is left to decide whether it is too long."""
_MOST = 100
"""Lines at which it is left to decide whether they are too many."""


class _Again:
    """A reply whose first lines were read and are to be read once more."""

    def __init__(self, lines: Iterator[bytes], rest: Any) -> None:
        self._lines, self._rest = lines, rest

    def readline(self, limit: int, /) -> bytes:
        line = next(self._lines, b"")
        return line if line.endswith(b"\n") else line + self._rest.readline(limit - len(line))


def parse_headers(reply: Any, **limits: Any) -> http.client.HTTPMessage:
    """Return what `http.client.parse_headers` returns.

    Args:
        reply: a binary file, behind the status line.
        limits: which newer Pythons pass on; where one is set the standard library reads.
    """
    message = http.client.HTTPMessage()
    lines: list[bytes] = []
    while True:
        line = reply.readline(_LONGEST)
        if line in _END:
            return message
        lines.append(line)
        header = _HEADER.fullmatch(line.decode("latin-1"))
        if header is None or len(line) == _LONGEST or len(lines) == _MOST or any(limits.values()):
            theirs: Any = http.client.parse_headers
            return theirs(_Again(iter(lines), reply), **limits)  # type: ignore[no-any-return]
        message.set_raw(*header.groups())


def _reading_with(function: Any, **names: Any) -> Any:
    """Return a copy of a function to which global names mean something else."""
    copy = FunctionType(function.__code__, {**function.__globals__, **names}, None, function.__defaults__)
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy


begin: Any = _reading_with(http.client.HTTPResponse.begin, parse_headers=parse_headers)
"""`http.client.HTTPResponse.begin`, which calls our `parse_headers`."""
