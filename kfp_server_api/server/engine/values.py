# SPDX-License-Identifier: Apache-2.0
"""The one rule for values on their way through a pipeline: which numbers there are, what text a value has, what fits.

On a cluster all of them are protobuf's `Value`, whose only number is the double. So 3 and 3.0 are one number, and a
value of any other type that goes into a text input, a formatted text or a command is its JSON text there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from kfp_server_api.server.engine.outcome import TaskError
from kfp_server_api.server.json_safe import as_double, is_json_number, read_number, refuse_constant
from kfp_server_api.server.packages.parameters import fits

_LONGEST_SHOWN = 200


def whole(value: Any) -> Any:
    """Return a value with its numbers as a double holds them: whole ones as int, large and all others as float."""
    if isinstance(value, list):
        return [whole(item) for item in value]
    if isinstance(value, dict):
        return {key: whole(item) for key, item in value.items()}
    return as_double(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def as_text(value: Any) -> str:
    """Return the text of a value: text itself, "" for null, the JSON of all others, with no number as in 1e-07."""
    if value is None:
        return ""
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_json, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_json(str(key))}: {_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return format(Decimal(repr(float(value)) if is_json_number(value) else value).normalize(), "f")
    return json.dumps(value, ensure_ascii=False)


def read_json(text: str) -> Any:
    """Return the value of a JSON text.

    Raises:
        ValueError: it is none, or has numbers that JSON has not.
    """
    return whole(json.loads(text, parse_constant=refuse_constant, parse_int=read_number, parse_float=read_number))


def is_finite(value: Any) -> bool:
    """Tell whether all numbers in a value are ones that JSON has."""
    return next(not_finite(value), None) is None


def not_finite(value: Any) -> Iterator[float]:
    """Yield the numbers in a value that JSON has not: NaN, infinities, integers that no double is near to."""
    if isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from not_finite(part)
    elif isinstance(value, (int, float)) and not is_json_number(value):
        yield value


def typed(what: str, value: Any, definition: Mapping[str, Any]) -> Any:
    """Return a value as the type that its definition names has it: text is made of anything, all else must fit.

    Args:
        what: how an error names the value.

    Raises:
        TaskError: it does not fit, or is none of the values that the definition lists.
    """
    declared = str(definition.get("parameterType", ""))
    if declared == "STRING":
        value = as_text(value)
    elif not fits(declared, value) or not is_finite(value):
        raise TaskError(f"{what} must be {declared}, not {shown(value)}")
    literals = definition.get("literals") or []
    if literals and value not in literals:
        raise TaskError(f"{what} must be one of {shown(literals)}, not {shown(value)}")
    return float(value) if declared == "NUMBER_DOUBLE" else value


def shown(value: Any) -> str:
    """Return a value as an error text shows it."""
    text = "null" if value is None else repr(value) if isinstance(value, str) else _json(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
