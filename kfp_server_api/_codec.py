# SPDX-License-Identifier: Apache-2.0
"""JSON to Python values and back.

A decoder is compiled once for a type string, as `openapi_types` writes it, and never looks at the string again.
"""

from __future__ import annotations

import dataclasses
import enum
import json
import os
import sys
import warnings
from collections.abc import Callable, Mapping
from datetime import date, datetime, timezone
from decimal import Decimal
from math import isfinite
from typing import Any, NamedTuple, cast
from uuid import UUID

from kfp_server_api.exceptions import ApiTypeError, ApiValueError

try:
    import orjson
except ImportError:
    _fast_loads: Callable[[Any], Any] | None = None
else:
    _fast_loads = orjson.loads

Decoder = Callable[[Any, Any], Any]
"""From a JSON value (never None) and the reply it came in, to a Python value."""

UNDECODABLE = (TypeError, ValueError, OverflowError, RecursionError)


class AtPath(ValueError):
    """A value that cannot be decoded or encoded, below where it was looked for."""

    def __init__(self, path: list[Any], cause: Exception) -> None:
        super().__init__(str(cause))
        self.path = [*path, *getattr(cause, "path", ())]
        self.cause = getattr(cause, "cause", cause)


def loads(text: str | bytes) -> Any:
    """Parse JSON; with orjson where it is installed.

    Raises:
        ValueError: not JSON.
    """
    if _fast_loads is not None:
        try:
            return _fast_loads(text)
        except ValueError:
            pass  # the standard parser takes more (NaN, lone surrogates); its word is the last
    return json.loads(text)


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


class Form(NamedTuple):
    """What JSON is turned into."""

    model: str
    """Name of the method that every model has for it; takes the object and the reply."""
    scalars: Mapping[str, Decoder]


def decoder(type_name: str, resolve: Callable[[str], Any], form: Form | None = None) -> Decoder:
    """Compile the decoder of a type.

    Args:
        type_name: "str", "datetime", "object", "list[V2beta1Run]", "dict(str, str)", "V2beta1Run", ...
        resolve: gives the model or enum class of a name.
        form: one of `VALUES` (the default), `DICTS` and `WIRE`.
    """
    form = form or VALUES
    if type_name in form.scalars:
        return form.scalars[type_name]
    if type_name.startswith("list["):
        return _list_of(decoder(type_name[5:-1], resolve, form))
    if type_name.startswith("dict("):
        return _dict_of(decoder(type_name[5:-1].split(", ", 1)[1], resolve, form))
    model = resolve(type_name)
    return cast(Decoder, getattr(model, form.model)) if model.openapi_types else _as_is


def parse_datetime(text: str) -> datetime:
    """Return an RFC 3339 text as a datetime; aware ones carry a `datetime.timezone`.

    Digits past the microsecond are cut. What is not RFC 3339 but a date for `dateutil` is taken, too.

    Raises:
        ValueError: no date.
    """
    return _datetime(text, None)


def _from_iso_without_z(text: str) -> datetime:
    return datetime.fromisoformat(f"{text[:-1]}+00:00" if text[-1:] == "Z" else text)


_from_iso = datetime.fromisoformat if sys.version_info >= (3, 11) else _from_iso_without_z


def _parse_by_dateutil(text: str) -> datetime:
    from dateutil.parser import parse

    value = parse(text)
    offset = value.utcoffset()
    return value if offset is None else value.replace(tzinfo=timezone(offset) if offset else timezone.utc)


def encode(value: Any) -> Any:
    """Return a value as what `json.dumps` writes: models by their wire names, None fields left out.

    Takes models, dates, enums, `Decimal`, `UUID`, paths, sets, dataclasses, pydantic models, numpy and pandas values.
    A naive datetime is taken as UTC, with a warning.

    Raises:
        ApiValueError: NaN or infinity; names the path to it.
        ApiTypeError: a type that JSON has no form for; names the path to it.
    """
    try:
        return _encode(value)
    except AtPath as error:
        kind = ApiTypeError if isinstance(error.cause, TypeError) else ApiValueError
        raise kind(str(error.cause), error.path) from None
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
        return _encode(value)
    except (TypeError, ValueError) as cause:
        raise AtPath([key], cause) from cause


def _encode(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if kind in _EXACT:
        return _EXACT[kind](value)
    if hasattr(kind, "_to_wire"):
        return value._to_wire()
    if hasattr(kind, "openapi_types"):
        return _encode_model(value)
    return _encode_other(value)


def _encode_items(items: Any, out: dict[Any, Any]) -> dict[Any, Any]:
    for key, value in items:
        out[key if type(key) is str else _encode_key(key)] = encode_at(key, value)
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
            out.append(_encode(value))
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
    for kind, convert in _CONVERSIONS:
        if isinstance(value, kind):
            return convert(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _encode_items(((f.name, getattr(value, f.name)) for f in dataclasses.fields(value)), {})
    dump = getattr(value, "model_dump", None) or (
        getattr(value, "dict", None) if hasattr(value, "__fields__") else None
    )
    if dump is not None:  # pydantic, 2 or 1
        return _encode(dump())
    if hasattr(value, "dtype") and hasattr(value, "tolist"):  # numpy, pandas
        return _encode(_without_numpy(value))
    raise TypeError(f"JSON has no form for a value of type {type(value).__module__}.{type(value).__qualname__}")


def _without_numpy(value: Any) -> Any:
    # Below microseconds numpy gives bare integers instead of datetimes.
    if type(value.dtype).__module__.startswith("numpy") and value.dtype.kind in "Mm":
        if (value != value).any():
            raise ValueError("NaT is no time")
        return value.astype(f"{'datetime' if value.dtype.kind == 'M' else 'timedelta'}64[us]").tolist()
    plain = value.tolist()
    return float(plain) if type(plain) is type(value) else plain


def _encode_datetime(value: datetime) -> str:
    if value != value:
        raise ValueError("NaT is not a time")
    if value.tzinfo is None:
        warnings.warn("a datetime without a time zone is taken as UTC", UserWarning, stacklevel=2)
        value = value.replace(tzinfo=timezone.utc)
    return value.isoformat()


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
    datetime: _encode_datetime,
}

_CONVERSIONS: list[tuple[Any, Callable[[Any], Any]]] = [
    (enum.Enum, lambda value: _encode(value.value)),
    (str, str.__str__),
    (bool, bool),
    (int, int.__int__),
    (float, _encode_float),
    (datetime, _encode_datetime),
    (date, date.isoformat),
    (Decimal, _encode_decimal),
    (UUID, str),
    (os.PathLike, os.fspath),
    (Mapping, lambda value: _encode_items(value.items(), {})),
    (tuple, lambda value: tuple(_encode_list(value))),
    (bytes, bytes),  # upstream's `sanitize_for_serialization` lets them pass; `dumps` does not
    ((set, frozenset), _encode_set),
]


def _text(value: Any, reply: Any) -> str:
    if type(value) is str:
        return value
    if isinstance(value, (int, float)):
        return str(value)
    raise TypeError(f"text is promised, {kind_of(value)} came")


def _int(value: Any, reply: Any) -> int:
    if type(value) is int:
        return value
    if isinstance(value, (int, float, str)):
        return int(value)
    raise TypeError(f"a whole number is promised, {kind_of(value)} came")


def _float(value: Any, reply: Any) -> float:
    if isinstance(value, (int, float, str)):
        return float(value)
    raise TypeError(f"a number is promised, {kind_of(value)} came")


def _bool(value: Any, reply: Any) -> bool:
    if value is True or value is False:
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if isinstance(value, (int, float)):
        return bool(value)
    raise TypeError(f"true or false is promised, {kind_of(value)} came")


def _datetime(value: Any, reply: Any) -> datetime:
    if type(value) is not str:
        raise TypeError(f"an RFC 3339 time is promised, {kind_of(value)} came")
    if value[7:8] == "-" and value[-2:] != ".Z":  # other forms are taken by some versions of Python only
        try:
            return _from_iso(value)
        except ValueError:
            pass
    return _parse_by_dateutil(value)


def _date(value: Any, reply: Any) -> date:
    return _datetime(value, reply).date()


def _as_is(value: Any, reply: Any) -> Any:
    return value


def _shallow_copy(value: Any, reply: Any) -> Any:
    return value.copy() if type(value) in (dict, list) else value


def _list_of(item: Decoder) -> Decoder:
    def decode_list(value: Any, reply: Any) -> list[Any]:
        if type(value) is not list:
            raise TypeError(f"a list is promised, {kind_of(value)} came")
        try:
            return [None if each is None else item(each, reply) for each in value]
        except UNDECODABLE:
            return [None if each is None else _decode_at(index, item, each, reply) for index, each in enumerate(value)]

    return decode_list


def _decode_at(key: Any, decode: Decoder, value: Any, reply: Any) -> Any:
    try:
        return decode(value, reply)
    except UNDECODABLE as cause:
        raise AtPath([key], cause) from cause


def _dict_of(item: Decoder) -> Decoder:
    def decode_dict(value: Any, reply: Any) -> dict[str, Any]:
        if type(value) is not dict:
            raise TypeError(f"an object is promised, {kind_of(value)} came")
        out: dict[str, Any] = {}
        for key, each in value.items():
            out[key] = None if each is None else _decode_at(key, item, each, reply)
        return out

    return decode_dict


_SCALARS: dict[str, Decoder] = {
    "str": _text,
    "int": _int,
    "long": _int,
    "float": _float,
    "bool": _bool,
    "date": _date,
    "datetime": _datetime,
    "object": _as_is,
    "bytes": _as_is,
}

VALUES = Form("_from_reply", _SCALARS)
"""Models, datetimes and all else as callers read them."""

DICTS = Form("_dict_from_reply", {**_SCALARS, "object": _shallow_copy})
"""What `to_dict` gives."""

WIRE = Form(
    "_wire_from_reply",
    {
        **_SCALARS,
        "date": lambda value, reply: _date(value, reply).isoformat(),
        "datetime": lambda value, reply: _encode_datetime(_datetime(value, reply)),
        "object": lambda value, reply: _encode(value),
    },
)
"""What `encode` gives for the values."""


def kind_of(value: Any) -> str:
    """Return what JSON calls a value, for error texts."""
    names = {dict: "an object", list: "a list", str: "text", bool: "a truth value", type(None): "null"}
    return names.get(type(value), "a number")
