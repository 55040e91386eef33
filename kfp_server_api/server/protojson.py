# SPDX-License-Identifier: Apache-2.0
"""JSON and queries of the API, read and written by the models' own field tables.

Inside the server a resource is a dict by attribute names; times are whole Unix seconds, enums their names.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

from kfp_server_api import models
from kfp_server_api.server.errors import malformed
from kfp_server_api.server.gotext import BOOLS, json_error, quote
from kfp_server_api.server.json_safe import as_double, json_safe
from kfp_server_api.server.json_tokens import ProtoError, Tokens
from kfp_server_api.server.message_reader import DICT, LIST, MessageReader, camel
from kfp_server_api.server.times import time_text

_SPACE = " \t\r\n"
_SCALARS = frozenset({"str", "bool", "int", "datetime"})
_text: Callable[[str], str] = json.encoder.encode_basestring
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_INTEGER = re.compile(r"[+-]?[0-9]+\Z")


def decode(type_name: str, raw: bytes) -> dict[str, Any]:
    """Return the message of a request's body in the server's form; an empty body is an empty message.

    Args:
        type_name: the model of the message. Only the first JSON value of the body is read.

    Raises:
        RequestError: it is no JSON, or not this message.
    """
    text = raw.decode("utf-8", "surrogateescape").lstrip(_SPACE)
    if not text:
        return {}
    try:
        return MessageReader(Tokens(text)).message(type_name)
    except ProtoError as problem:
        raise malformed(json_error(raw, whole=False) or str(problem)) from problem


def decode_text(type_name: str, text: str) -> dict[str, Any]:
    """Return the message in a text that holds nothing else.

    Raises:
        ProtoError: it is not this message.
    """
    tokens = Tokens(text)
    message = MessageReader(tokens).message(type_name)
    rest = tokens.read()
    if rest.kind != "end":
        raise tokens.unexpected(rest)
    return message


def read_query(params: Iterable[Any], pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the query parameters that an operation knows, by their Python names; others are ignored."""
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    values: dict[str, Any] = {}
    for param in params:
        wire = param.wire or param.name
        given = [text for key in dict.fromkeys((wire, camel(wire))) for text in found.get(key, ())]
        if len(given) > 1:
            raise malformed(f'too many values for field "{wire}": {", ".join(given)}')
        if given:
            values[param.name] = _read_text(param.type, given[0], wire)
    return values


def _read_text(type_name: str, text: str, wire: str) -> Any:
    if type_name == "int":
        if not _INTEGER.match(text):
            raise malformed(f'parsing field "{wire}": strconv.ParseInt: parsing {quote(text)}: invalid syntax')
        if not -(2**31) <= int(text[:20]) < 2**31:
            raise malformed(f'parsing field "{wire}": strconv.ParseInt: parsing {quote(text)}: value out of range')
        return int(text)
    if type_name == "bool":
        if text not in BOOLS:
            raise malformed(f'parsing field "{wire}": strconv.ParseBool: parsing {quote(text)}: invalid syntax')
        return BOOLS[text]
    return text


def write(type_name: str, value: Any) -> str:
    """Return a value of the server as the API's JSON text: zero values are left out, times are text.

    What JSON cannot have, but the store has, does not keep the rest from being read.
    """
    return _writer(type_name)(value)


@cache
def _writer(type_name: str) -> Callable[[Any], str]:
    """Return what writes the values of a type."""
    listed, mapped = LIST.match(type_name), DICT.match(type_name)
    if listed or mapped:
        inner = _writer((listed or mapped or [])[1])
        if listed:
            return lambda value: f"[{','.join(map(inner, value))}]"
        return lambda value: f"{{{','.join(f'{_text(key)}:{inner(item)}' for key, item in value.items())}}}"
    if type_name == "datetime":
        return _time
    if type_name == "str":
        return _text
    if type_name in _SCALARS or type_name == "object" or hasattr(getattr(models, type_name), "allowable_values"):
        return _json
    return _model_writer(type_name)


@lru_cache(maxsize=10_000)
def _time(seconds: float) -> str:
    return f'"{time_text(seconds)}"'


def _json(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float) and math.isfinite(value):
        value = as_double(value)
    try:
        return _encode(value)
    except ValueError:
        return _encode(json_safe(value))


def _model_writer(type_name: str) -> Callable[[Any], str]:
    def write_model(value: Any) -> str:
        found = []
        for name, key, is_set, write_field in _fields(type_name):
            item = value.get(name)
            if item if is_set is None else item is not None and is_set(item):
                found.append(key + write_field(item))
        return f"{{{','.join(found)}}}"

    return write_model


@cache
def _fields(type_name: str) -> Sequence[tuple[str, str, Callable[[Any], bool] | None, Callable[[Any], str]]]:
    """Return how the fields of a model are written; not before they are needed, since models refer to one another."""
    model = getattr(models, type_name)
    return [(n, f'"{model.attribute_map[n]}":', _is_set(t), _writer(t)) for n, t in model.openapi_types.items()]


def _is_set(type_name: str) -> Callable[[Any], bool] | None:
    """Return what tells whether a field's value that is not None is written; None if that is whether it is true.

    A time of 0 is (it means "not yet"), and so is any JSON value, and an object that was set explicitly, even if empty.
    """
    if (type_name in _SCALARS and type_name != "datetime") or LIST.match(type_name) or DICT.match(type_name):
        return None
    if type_name not in ("datetime", "object") and hasattr(getattr(models, type_name), "allowable_values"):
        names = getattr(models, type_name).allowable_values
        zeros = {"", 0, *(name for name in names if name.endswith("UNSPECIFIED"))}  # a number may stand for a name
        return lambda value: value not in zeros
    return lambda value: True
