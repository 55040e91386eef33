# SPDX-License-Identifier: Apache-2.0
"""Python values to JSON: models, dates and what notebooks hold."""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable, Mapping
from datetime import date, datetime, timezone
from functools import cache
from math import isfinite
from typing import TYPE_CHECKING, Any

from kfp_server_api.exceptions import ApiTypeError, ApiValueError

if TYPE_CHECKING:
    from decimal import Decimal


class AtPath(ValueError):
    """A value that cannot be decoded or encoded, below where it was looked for."""

    def __init__(self, path: list[Any], cause: Exception) -> None:
        super().__init__(str(cause))
        self.path = [*path, *getattr(cause, "path", ())]
        self.cause = getattr(cause, "cause", cause)


def encode(value: Any) -> Any:
    """Return a value as what `json.dumps` writes: models by their wire names, None fields left out.

    Takes models, dates, enums, `Decimal`, `UUID`, paths, sets, dataclasses, pydantic models, numpy and pandas values.
    A naive datetime is taken as UTC, with a warning.

    Raises:
        ApiValueError: NaN or infinity; names the path to it.
        ApiTypeError: a type that JSON has no form for; names the path to it.
    """
    try:
        return encode_any(value)
    except AtPath as error:
        error_class = ApiTypeError if isinstance(error.cause, TypeError) else ApiValueError
        raise error_class(str(error.cause), error.path) from None
    except RecursionError:
        raise ApiValueError("the value contains itself or is nested too deeply") from None
    except TypeError as error:
        raise ApiTypeError(str(error)) from None
    except ValueError as error:
        raise ApiValueError(str(error)) from None


def encode_at(key: Any, value: Any) -> Any:
    """Encode a value that stands under a key; its errors begin with the key.

    Raises:
        AtPath: the value has no form in JSON.
    """
    try:
        return encode_any(value)
    except (TypeError, ValueError) as cause:
        raise AtPath([key], cause) from cause


def encode_any(value: Any) -> Any:
    cls = type(value)
    if cls is str or cls is int or cls is bool or value is None:
        return value
    if cls in _EXACT:
        return _EXACT[cls](value)
    if hasattr(cls, "_to_wire"):
        return value._to_wire()
    if hasattr(cls, "openapi_types"):
        return _encode_model(value)
    return _encode_other(value)


def _encode_items(items: Any, out: dict[Any, Any]) -> dict[Any, Any]:
    for key, value in items:
        try:
            out[key if type(key) is str else _encode_key(key)] = encode_any(value)
        except (TypeError, ValueError) as cause:
            raise AtPath([key], cause) from cause
    return out


def _encode_key(key: Any) -> Any:
    encoded = encode_at(key, key)
    if not isinstance(encoded, (str, int, float, bool, type(None))):
        raise AtPath([key], TypeError(f"JSON has no form for a key of type {type(key).__qualname__}"))
    return encoded


def _encode_list(values: Any) -> list[Any]:
    out: list[Any] = []
    try:
        for value in values:
            out.append(encode_any(value))
    except (TypeError, ValueError) as cause:
        raise AtPath([len(out)], cause) from cause
    return out


def _encode_model(model: Any) -> dict[str, Any]:
    out = {}
    for name, key in model.attribute_map.items():
        value = getattr(model, name)
        if value is not None:
            out[key] = value
    return _encode_items(out.items(), out)


def _encode_other(value: Any) -> Any:
    for cls, convert in _conversions():
        if isinstance(value, cls):
            return convert(value)
    import dataclasses

    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _encode_items(((f.name, getattr(value, f.name)) for f in dataclasses.fields(value)), {})
    dump = getattr(value, "model_dump", None) or (
        getattr(value, "dict", None) if hasattr(value, "__fields__") else None
    )
    if dump is not None:  # pydantic, 2 or 1
        return encode_any(dump())
    if hasattr(value, "dtype") and hasattr(value, "tolist"):  # numpy, pandas
        return encode_any(_without_numpy(value))
    raise TypeError(f"JSON has no form for a value of type {type(value).__module__}.{type(value).__qualname__}")


def _without_numpy(value: Any) -> Any:
    # Below microseconds numpy gives bare integers instead of datetimes.
    if type(value.dtype).__module__.startswith("numpy") and value.dtype.kind in "Mm":
        if (value != value).any():
            raise ValueError("NaT is no time")
        return value.astype(f"{'datetime' if value.dtype.kind == 'M' else 'timedelta'}64[us]").tolist()
    builtin = value.tolist()
    return float(builtin) if type(builtin) is type(value) else builtin


def encode_datetime(value: datetime) -> str:
    if value != value:
        raise ValueError("NaT is not a time")
    if value.tzinfo is None:
        warnings.warn("a datetime without a time zone is taken as UTC", UserWarning, stacklevel=_caller_level())
        value = value.replace(tzinfo=timezone.utc)
    return value.isoformat()


def _caller_level() -> int:
    """Return the `stacklevel` of the first frame outside of this package, seen from who calls this."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("kfp_server_api"):
        frame, level = frame.f_back, level + 1
    return level


def _encode_float(value: Any) -> float:
    if not isfinite(value):
        raise ValueError(f"JSON has no {value}")
    return float(value)


def _encode_decimal(value: Decimal) -> float:
    if not value.is_finite():
        raise ValueError(f"JSON has no {value}")
    return int(value) if value == value.to_integral_value() else _encode_float(value)


def _encode_set(values: Any) -> list[Any]:
    encoded = _encode_list(values)
    try:
        return sorted(encoded)
    except TypeError:
        return encoded


_EXACT: dict[type, Callable[[Any], Any]] = {
    dict: lambda value: _encode_items(value.items(), {}),
    list: _encode_list,
    datetime: encode_datetime,
}


@cache
def _conversions() -> list[tuple[Any, Callable[[Any], Any]]]:
    # Three imports that take as long as the rest of the client, and that few programs need.
    from decimal import Decimal
    from enum import Enum
    from uuid import UUID

    return [
        (Enum, lambda value: encode_any(value.value)),
        (str, str.__str__),
        (bool, bool),
        (int, int.__int__),
        (float, _encode_float),
        (datetime, encode_datetime),
        (date, date.isoformat),
        (Decimal, _encode_decimal),
        (UUID, str),
        (os.PathLike, os.fspath),
        (Mapping, lambda value: _encode_items(value.items(), {})),
        (tuple, lambda value: tuple(_encode_list(value))),
        (bytes, bytes),  # upstream's `sanitize_for_serialization` lets them pass; `dumps` does not
        ((set, frozenset), _encode_set),
    ]


def dumps(value: Any) -> bytes:
    """Write what `encode` returned as JSON.

    Raises:
        ApiTypeError: bytes; names the path to them.
    """
    try:
        return json.dumps(value, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        path = _path_to_bytes(value)
        if path is None:
            raise ApiValueError(str(error)) from error
        raise ApiTypeError("JSON has no form for a value of type bytes", path) from None


def _path_to_bytes(value: Any) -> list[Any] | None:
    if isinstance(value, bytes):
        return []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else ()
    for key, each in items:
        below = _path_to_bytes(each)
        if below is not None:
            return [key, *below]
    return None
