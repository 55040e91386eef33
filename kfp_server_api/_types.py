# SPDX-License-Identifier: Apache-2.0
"""Types of arguments, for type checkers; nothing imports this at run time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from os import PathLike
from typing import BinaryIO, Literal, Optional, TypedDict, Union

import urllib3
from typing_extensions import Required

Seconds = Union[int, float, timedelta]
Timeout = Union[Seconds, tuple[Optional[Seconds], Optional[Seconds]], urllib3.Timeout, None]
"""Seconds to connect and between two chunks received, a pair (connect, read) of them, or None for
`Configuration.timeout`."""

Upload = Union[str, "PathLike[str]", bytes, BinaryIO]
"""A path, content, or a file open for reading bytes."""

Headers = Mapping[str, str]
"""Reply headers, looked up without regard to case."""


class Options(TypedDict, total=False):
    """Of a call that gives the decoded reply."""

    async_req: Literal[False] | None
    _preload_content: Literal[True]
    _request_timeout: Timeout
    _deadline: Seconds | None


class AsyncOptions(TypedDict, total=False):
    """Of a call that runs in a thread and gives its result object."""

    async_req: Required[Literal[True]]
    _preload_content: Literal[True]
    _request_timeout: Timeout
    _deadline: Seconds | None


class RawOptions(TypedDict, total=False):
    """Of a call that gives urllib3's response unread."""

    async_req: Literal[False] | None
    _preload_content: Required[Literal[False]]
    _request_timeout: Timeout
    _deadline: Seconds | None
