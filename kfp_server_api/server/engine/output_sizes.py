# SPDX-License-Identifier: Apache-2.0
"""The limit on output values, which are stored and shown with a run; what is larger is a case for an artifact."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from kfp_server_api.server.engine.outcome import TaskError

LARGEST_VALUE = 1024 * 1024
"""Bytes of one value, as JSON or as the file that a command wrote."""
_LARGEST_FILE = 32 * LARGEST_VALUE
"""Bytes of the file in which a Python component leaves all its values."""


def check_files(outputs: Any) -> None:
    """Refuse files with output values that are too large to be read.

    Args:
        outputs: the `outputs` of an ExecutorInput.

    Raises:
        TaskError: which output is too large.
    """
    for name, parameter in outputs.parameters.items():
        _check(f"output {name!r}", _size(parameter.output_file), LARGEST_VALUE)
    _check("all outputs together", _size(outputs.output_file), _LARGEST_FILE)


def check_values(values: Mapping[str, Any], outputs: Any) -> None:
    """Refuse output values that are too large to be stored."""
    for name in outputs.parameters:
        if name in values:
            _check(
                f"output {name!r}",
                len(json.dumps(values[name], ensure_ascii=False).encode("utf-8", "surrogatepass")),
                LARGEST_VALUE,
            )


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:  # not written
        return 0


def _check(what: str, size: int, largest: int) -> None:
    if size > largest:
        raise TaskError(
            f"{what}: {size} bytes, and values that are passed as parameters may have {largest}; "
            "write what is larger to an output artifact"
        )
