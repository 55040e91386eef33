# SPDX-License-Identifier: Apache-2.0
"""Reads what a component has written: all output parameters that it declares, and the artifacts that there are."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kfp_server_api.server.engine import artifacts
from kfp_server_api.server.engine.outcome import TaskError
from kfp_server_api.server.engine.output_sizes import check_files, check_value
from kfp_server_api.server.engine.values import is_finite, not_finite, read_json, shown, whole
from kfp_server_api.server.gotext import BOOLS
from kfp_server_api.server.packages.parameters import fits

_WHOLE = re.compile(r"[+-]?[0-9]{1,300}")
_LARGEST = 2**63
"""The file of an integer has one of 64 bits, and no other."""


def written_outputs(component: Mapping[str, Any], message: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outputs of a component that has ended well.

    Args:
        message: that which described its execution.

    Raises:
        TaskError: it did not write a parameter that it declares, or one that is not of its type or too large.
    """
    places = message["outputs"]
    check_files(places)
    reported = _reported(Path(places["outputFile"]))
    values = reported.get("parameterValues") or {}
    outputs = {}
    for name, definition in ((component.get("outputDefinitions") or {}).get("parameters") or {}).items():
        if name in values:
            outputs[name] = _checked(name, definition, values[name])
        else:
            outputs[name] = _read(name, definition, Path(places["parameters"][name]["outputFile"]))
        check_value(name, outputs[name])
    for name, provisioned in places["artifacts"].items():
        found = ((reported.get("artifacts") or {}).get(name) or {}).get("artifacts") or [{}]
        outputs[name] = _artifact(name, provisioned["artifacts"][0], found[0])
    return outputs


def _reported(file: Path) -> dict[str, Any]:
    """Return what the executor of Python components reports; a command reports nothing."""
    try:
        reported = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise TaskError(f"what it reports of its outputs, {file.name}, cannot be read: {error}") from error
    return reported if isinstance(reported, dict) else {}


def _checked(name: str, definition: Mapping[str, Any], value: Any) -> Any:
    """Return a value that Python code returned."""
    declared = str(definition.get("parameterType", ""))
    if not fits(declared, value) or not is_finite(value):
        raise _misfit(name, definition, value)
    return float(value) if declared == "NUMBER_DOUBLE" else whole(value)


def _read(name: str, definition: Mapping[str, Any], file: Path) -> Any:
    """Return the value in the file of an output parameter."""
    declared = str(definition.get("parameterType", ""))
    try:
        text = file.read_bytes().decode()
    except FileNotFoundError:
        raise not_written(name, definition) from None
    except (OSError, UnicodeDecodeError) as error:
        raise TaskError(f"its output {name!r} ({_type(definition)}) cannot be read: {error}") from error
    try:
        value = _PARSERS.get(declared, str)(text)
    except (ValueError, KeyError):
        raise _misfit(name, definition, text) from None
    if not fits(declared, value):
        raise _misfit(name, definition, text)
    return value


def _whole_number(text: str) -> Any:
    if not _WHOLE.fullmatch(text.strip()) or not -_LARGEST <= int(text) < _LARGEST:
        raise ValueError(text)
    return whole(int(text))


def _number(text: str) -> float:
    """Return a double; one of more digits than it holds is none, while "inf" and "nan" are."""
    number = float(text)
    if "_" in text or (math.isinf(number) and "inf" not in text.lower()):
        raise ValueError(text)
    return number


def _boolean(text: str) -> bool:
    return BOOLS[text.strip()]


def not_written(name: str, definition: Mapping[str, Any]) -> TaskError:
    """Return the reason of a task that ended well without an output parameter that it declares."""
    return TaskError(f"it has not written its output {name!r} ({_type(definition)})")


def _misfit(name: str, definition: Mapping[str, Any], value: Any) -> TaskError:
    return TaskError(f"its output {name!r} must be {_type(definition)}, not {shown(value)}")


def _type(definition: Mapping[str, Any]) -> str:
    return str(definition.get("parameterType", "of no type"))


def _artifact(name: str, provisioned: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """Return an output artifact: what was provisioned, and what the component says of it."""
    metadata = found.get("metadata") or {}
    for key, value in metadata.items():
        for number in not_finite(value):
            verb = "is" if isinstance(value, float) else "holds"
            raise TaskError(f"{key!r} of its output {name!r} {verb} {shown(number)}, which is no JSON number")
    artifact = {**provisioned, "uri": found.get("uri") or provisioned["uri"], "metadata": whole(metadata)}
    path = found.get("custom_path") or found.get("customPath")
    if path:
        artifacts.keep(path, artifact["uri"])
    return artifact


_PARSERS: dict[str, Callable[[str], Any]] = {
    "NUMBER_INTEGER": _whole_number,
    "NUMBER_DOUBLE": _number,
    "BOOLEAN": _boolean,
    "LIST": read_json,
    "STRUCT": read_json,
}
