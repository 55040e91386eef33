# SPDX-License-Identifier: Apache-2.0
"""Names the output that kfp's executor could not write down, which its exception does not.

A component's Python runs this file, with nothing but the standard library, when an exception ends it; `HOOK` has it
do so. The exception is printed as it is without.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

HOOK = f"import sys; sys.excepthook = lambda *r: __import__('runpy').run_path({__file__!r}, {{'raised': r}})\n"
"""A line that makes this file the end of a process's last exception."""
FILE = "unwritten.txt"
"""Where the words stand, beside the executor's own file."""
_WRITES, _RETURNS = "write_executor_output", "handle_single_return_value"
_DEEPEST = 20


def unwritten(trace: TracebackType | None) -> tuple[str, Path] | None:
    """Return what could not be written and the file for these words; None if the exception came from elsewhere."""
    found: dict[str, dict[str, Any]] = {}
    while trace is not None:
        found[trace.tb_frame.f_code.co_name] = trace.tb_frame.f_locals
        trace = trace.tb_next
    if _WRITES not in found:
        return None
    executor = found[_WRITES]["self"]
    name = found.get(_RETURNS, {}).get("output_name")
    words = f"its output {name!r}" if name else _words(unwritable(executor.excutor_output) or ())
    return words, Path(executor.executor_output_path).with_name(FILE)


def unwritable(value: Any, path: tuple[Any, ...] = ()) -> tuple[Any, ...] | None:
    """Return the keys that lead to the first part of a value that is no JSON, None where all of it is."""
    with contextlib.suppress(TypeError, ValueError, RecursionError):
        json.dumps(value)
        return None
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else ()
    for key, part in parts if len(path) < _DEEPEST else ():
        found = unwritable(part, (*path, key))
        if found is not None:
            return found
    return path


def _words(path: tuple[Any, ...]) -> str:
    if path[:1] == ("artifacts",) and len(path) > 5:  # artifacts, its name, artifacts, 0, metadata, key
        return f"{path[5]!r} of its output {path[1]!r}"
    return f"its output {path[1]!r}" if len(path) > 1 else "its outputs"


if "raised" in globals():
    raised: Any = globals()["raised"]
    with contextlib.suppress(Exception):
        _found = unwritten(raised[2])
        if _found:
            _found[1].write_text(_found[0], encoding="utf-8")
    sys.__excepthook__(*raised)
