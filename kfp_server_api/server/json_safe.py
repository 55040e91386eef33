# SPDX-License-Identifier: Apache-2.0
"""Numbers and text that JSON can hold: numbers are those of a finite double, as the API's values are."""

from __future__ import annotations

import json
import math
from typing import Any

_BITS = 1024
"""An integer of more is larger than every finite double."""


def is_json_number(value: float) -> bool:
    """Tell whether a number can be written as JSON and read by any client."""
    return value.bit_length() <= _BITS if isinstance(value, int) else math.isfinite(value)


def read_int(text: str) -> int:
    """Return the integer in a JSON text, for `json`'s parse_int; one too large is a ValueError."""
    return int(_checked(int(text)))


def read_float(text: str) -> float:
    """Return the number in a JSON text, for `json`'s parse_float; one too large is a ValueError."""
    return _checked(float(text))


def _checked(value: float) -> float:
    if not is_json_number(value):
        raise ValueError("a number is too large")
    return value


def json_safe(value: Any) -> Any:
    """Return a JSON value with text in place of what JSON has not: NaN, infinities, halves of surrogate pairs."""
    text = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    return json.loads(text, parse_constant=str)
