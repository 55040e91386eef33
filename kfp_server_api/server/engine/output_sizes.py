# SPDX-License-Identifier: Apache-2.0
"""The limits on output values, which are stored and shown with a run; what is larger is a case for an artifact."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from typing import Any

from kfp_server_api.server.engine.outcome import TaskError

LARGEST_VALUE = 1024 * 1024
"""Bytes of one value, as JSON or as the file that a command wrote."""
_LARGEST_FILE = 32 * LARGEST_VALUE
"""Bytes of the file in which a Python component leaves all its values."""


def check_files(places: Mapping[str, Any]) -> None:
    """Refuse files with output values that are too large to be read, or none that can be read to an end.

    Args:
        places: the `outputs` of an ExecutorInput.

    Raises:
        TaskError: which output that is.
    """
    for name, parameter in places["parameters"].items():
        _check_file(f"its output {name!r}", "has", parameter["outputFile"], LARGEST_VALUE)
    _check_file("all its outputs together", "have", places["outputFile"], _LARGEST_FILE)


def check_value(name: str, value: Any) -> None:
    """Refuse the value of an output parameter that is too large to be stored, or has text that is none."""
    try:
        size = len(json.dumps(value, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        raise TaskError(f"its output {name!r} has half of a surrogate pair, which is no text") from None
    _check_size(f"its output {name!r} has", size, LARGEST_VALUE)


def _check_file(what: str, has: str, path: str, largest: int) -> None:
    if os.path.exists(path) and not os.path.isfile(path):  # a pipe would be waited for
        raise TaskError(f"{what} cannot be read: {path} is no file")
    with contextlib.suppress(OSError):  # not written
        _check_size(f"{what} {has}", os.path.getsize(path), largest)


def _check_size(what: str, size: int, largest: int) -> None:
    if size > largest:
        raise TaskError(
            f"{what} {size} bytes, and values that are passed as parameters may have {largest}; "
            "write what is larger to an output artifact"
        )
