# SPDX-License-Identifier: Apache-2.0
"""JSON to Python values.

A decoder is compiled once for a type string, as `openapi_types` writes it, and never looks at the string again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime, timezone
from typing import Any, NamedTuple, cast

from kfp_server_api._encoding import AtPath, encode_any, encode_datetime

try:
    import orjson
except ImportError:
    _fast_loads: Callable[[Any], Any] | None = None
else:
    _fast_loads = orjson.loads

Decoder = Callable[[Any, Any], Any]
"""From a JSON value (never None) and the reply it came in, to a Python value."""

UNDECODABLE = (TypeError, ValueError, OverflowError)


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


class Form(NamedTuple):
    """A form that JSON is turned into."""

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


def _from_iso_without_z(text: str) -> datetime:
    return datetime.fromisoformat(f"{text[:-1]}+00:00" if text[-1:] == "Z" else text)


_from_iso = datetime.fromisoformat if sys.version_info >= (3, 11) else _from_iso_without_z


def _parse_by_dateutil(text: str) -> datetime:
    from dateutil.parser import parse

    value = parse(text)
    offset = value.utcoffset()
    return value if offset is None else value.replace(tzinfo=timezone(offset) if offset else timezone.utc)


def _text(value: Any, reply: Any) -> str:
    if type(value) is str:
        return value
    if isinstance(value, (int, float)):
        return str(value)
    raise TypeError(f"text is promised, {json_type_of(value)} came")


def _int(value: Any, reply: Any) -> int:
    if type(value) is int:
        return value
    if isinstance(value, (int, float, str)):
        return _number(int, value)  # type: ignore[no-any-return]
    raise TypeError(f"a whole number is promised, {json_type_of(value)} came")


def _float(value: Any, reply: Any) -> float:
    if isinstance(value, (int, float, str)):
        return _number(float, value)  # type: ignore[no-any-return]
    raise TypeError(f"a number is promised, {json_type_of(value)} came")


def _number(cls: type, value: Any) -> Any:
    try:
        return cls(value)
    except (ValueError, OverflowError):  # their own words would show the value, which can be a secret
        raise ValueError(f"a number is promised, {json_type_of(value)} came that is none") from None


def _bool(value: Any, reply: Any) -> bool:
    if value is True or value is False:
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if isinstance(value, (int, float)):
        return bool(value)
    raise TypeError(f"true or false is promised, {json_type_of(value)} came")


def _datetime(value: Any, reply: Any) -> datetime:
    try:
        if value[7] == "-" and value[-2] != ".":  # other forms are taken by some versions of Python only
            return _from_iso(value)
    except (ValueError, TypeError, LookupError):
        pass
    if type(value) is not str:
        raise TypeError(f"an RFC 3339 time is promised, {json_type_of(value)} came")
    try:
        return _parse_by_dateutil(value)
    except (ValueError, OverflowError):  # their own words would show the value, which can be a secret
        raise ValueError("an RFC 3339 time is promised, text came that is none") from None


def _date(value: Any, reply: Any) -> date:
    return _datetime(value, reply).date()


def _as_is(value: Any, reply: Any) -> Any:
    return value


def _shallow_copy(value: Any, reply: Any) -> Any:
    return value.copy() if type(value) in (dict, list) else value


def _list_of(item: Decoder) -> Decoder:
    def decode_list(value: Any, reply: Any) -> list[Any]:
        if type(value) is not list:
            raise TypeError(f"a list is promised, {json_type_of(value)} came")
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
            raise TypeError(f"an object is promised, {json_type_of(value)} came")
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
"""The form that `to_dict` gives."""

WIRE = Form(
    "_wire_from_reply",
    {
        **_SCALARS,
        "date": lambda value, reply: _date(value, reply).isoformat(),
        "datetime": lambda value, reply: encode_datetime(_datetime(value, reply)),
        "object": lambda value, reply: encode_any(value),
    },
)
"""The form that is sent."""


def json_type_of(value: Any) -> str:
    """Return what JSON calls a value, for error texts."""
    names = {dict: "an object", list: "a list", str: "text", bool: "a truth value", type(None): "null"}
    return names.get(type(value), "a number")
