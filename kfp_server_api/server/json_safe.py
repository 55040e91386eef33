# SPDX-License-Identifier: Apache-2.0
"""Numbers and text that JSON can hold: numbers are those of a finite double, as the API's values are."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Any

from kfp_server_api.server.limits import DEEPEST, MOST_VALUES, TOO_DEEP, TOO_MANY

_BITS = 1024
"""An integer of more is larger than every finite double."""
_EXACT = 2**53
"""Whole doubles up to here have all their digits."""
_EXPONENT = 10**21
"""Whole doubles from here on are written with an exponent."""
_TEXT = re.compile(r'"[^"]*"?')
_NO_BRACKETS = re.compile(r"[^\[\]{}]+")
_HALF = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}|\\u[dD][c-fC-F][0-9a-fA-F]{2}")


def decode(text: str | bytes) -> Any:
    """Return the value of a JSON text.

    Raises:
        ValueError: it is no JSON, has a number or text that JSON cannot hold, or more than `limits` allows.
        RecursionError: it is nested too deeply.
    """
    text = text if isinstance(text, str) else text.decode("utf-8")
    check_shape(text)
    value = json.loads(text, parse_constant=refuse_constant, parse_int=read_number, parse_float=read_number)
    if _HALF.search(text):
        check_text(json.dumps(value, ensure_ascii=False))
    return value


def check_text(text: str) -> None:
    """Refuse text that no UTF-8 has: halves of surrogate pairs.

    Raises:
        ValueError: it is such.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as cause:
        raise ValueError("half of a surrogate pair is no text") from cause


def check_shape(text: str) -> None:
    """Refuse a JSON text of too many values or levels before it is read, which would take a hundred times its memory.

    Raises:
        ValueError: there are more than `limits` allows.
    """
    if _signs(text) <= DEEPEST:
        return
    text = text.replace("\\\\", "").replace('\\"', "")
    if text.count('"') > 2 * MOST_VALUES:
        raise ValueError(TOO_MANY)
    text = _TEXT.sub("", text)
    if _signs(text) > MOST_VALUES:
        raise ValueError(TOO_MANY)
    inner = _NO_BRACKETS.sub("", text)
    for _ in range(DEEPEST):
        outer = inner.replace("[]", "").replace("{}", "")
        if len(outer) == len(inner):
            return
        inner = outer
    if "[]" in inner or "{}" in inner:
        raise ValueError(TOO_DEEP)


def _signs(text: str) -> int:
    """Return how many signs there are that a value or key follows or precedes."""
    return sum(map(text.count, ",:[{"))


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
