# SPDX-License-Identifier: Apache-2.0
"""Numbers and text that JSON can hold: numbers are those of a finite double, as the API's values are."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

_BITS = 1024
"""An integer of more is larger than every finite double."""
_EXACT = 2**53
"""Whole doubles up to here have all their digits."""
_EXPONENT = 10**21
"""Whole doubles from here on are written with an exponent."""


def is_json_number(value: float) -> bool:
    """Tell whether a number can be written as JSON and read by any client."""
    return value.bit_length() <= _BITS if isinstance(value, int) else math.isfinite(value)


def read_number(text: str) -> float:
    """Return the number in a JSON text, for `json`'s parse_int and parse_float; one too large is a ValueError."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return as_double(value)


def refuse_constant(name: str) -> Any:
    """Refuse NaN or an infinity in a JSON text, for `json`'s parse_constant."""
    raise ValueError(f"invalid value {name}")


def as_double(value: float) -> float:
    """Return a number as the API gives it back: a double, written without fraction where it is whole.

    A very large one stays a float, which JSON has with an exponent.

    Raises:
        ValueError: an integer that no double is near to.
    """
    try:
        double = float(value)
    except OverflowError as cause:
        raise ValueError("a number is too large") from cause
    if not double.is_integer() or abs(double) >= _EXPONENT:
        return double
    return int(double) if abs(double) <= _EXACT else int(Decimal(repr(double)))


def json_safe(value: Any) -> Any:
    """Return a JSON value with text in place of what JSON has not: NaN, infinities, halves of surrogate pairs."""
    text = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    return json.loads(text, parse_constant=str)
