# SPDX-License-Identifier: Apache-2.0
"""Messages of the API in JSON, read by the models' own field tables as protobuf reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from kfp_server_api import models
from kfp_server_api.server.json_tokens import ProtoError, Token, Tokens
from kfp_server_api.server.times import parse_time

LIST = re.compile(r"list\[(.+)\]\Z")
DICT = re.compile(r"dict\(str, (.+)\)\Z")
"""The types of fields that hold several values, as `openapi_types` writes them."""
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,9})?\Z", re.ASCII)
_MOST_DIGITS = 20

_PACKAGE = "kubeflow.pipelines.backend.api.v2beta1"
_ONE_OF = {
    "V2beta1Predicate": "Predicate.value",
    "V2beta1Run": "Run.pipeline_source",
    "V2beta1RecurringRun": "RecurringRun.pipeline_source",
    "V2beta1Trigger": "Trigger.trigger",
}
"""Names of the groups of fields of which a message has one at most."""

_ANY_JSON = frozenset({("V2beta1RuntimeConfig", "parameters"), ("V2beta1MetadataValue", "value")})
"""Fields whose values are any JSON; the others of type object hold JSON objects."""


@cache
def camel(name: str) -> str:
    """Return the lowerCamelCase form of a snake_case name."""
    head, *tail = name.split("_")
    return head + "".join(word.title() for word in tail)


class MessageReader:
    """Reads messages from the tokens of a JSON text; `None` in what it returns is the null of any JSON."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def message(self, type_name: str) -> dict[str, Any]:
        """Return the next message of a model, by attribute names.

        Raises:
            ProtoError: an unknown field or a value of another type.
        """
        names, model = _names(type_name), getattr(models, type_name)
        found: dict[str, Any] = {}
        seen: set[str] = set()
        self._open("{")
        while (token := self._tokens.read()).kind != "}":
            if token.value not in names:
                raise self._tokens.error(token.start, f"unknown field {token.raw}")
            name = names[token.value]
            if name in seen:
                raise self._tokens.error(token.start, f"duplicate field {token.raw}")
            seen.add(name)
            any_json = (type_name, name) in _ANY_JSON
            if self._tokens.peek_kind() == "null" and not (any_json and model.openapi_types[name] == "object"):
                self._tokens.read()
                continue
            if name in model._one_of and any(other in found for other in model._one_of):
                one_of = f"{_PACKAGE}.{_ONE_OF[type_name]}"
                raise self._tokens.error(token.start, f"error parsing {token.raw}, oneof {one_of} is already set")
            bits = 64 if getattr(model, name).int64 else 32
            found[name] = self._value(model.openapi_types[name], camel(name), any_json, bits)
        return found

    def _open(self, kind: str) -> None:
        token = self._tokens.read()
        if token.kind != kind:
            raise self._tokens.unexpected(token)

    def _value(self, type_name: str, field: str, any_json: bool, bits: int) -> Any:
        """Return a value of a type; `field` is its field's name in errors."""
        listed, mapped = LIST.match(type_name), DICT.match(type_name)
        if listed:
            return self._list(listed[1], field, bits)
        if type_name == "object" or (mapped and any_json):
            return self._any(any_json and not mapped)
        if mapped:
            return self._map(mapped[1], bits)
        if type_name == "datetime":
            return self._time()
        if type_name in _SCALARS or hasattr(getattr(models, type_name), "allowable_values"):
            return self._scalar(type_name, field, bits)
        return self.message(type_name)

    def _list(self, type_name: str, field: str, bits: int) -> list[Any]:
        self._open("[")
        found = []
        while self._tokens.peek_kind() != "]":
            found.append(self._value(type_name, field, False, bits))
        self._tokens.read()
        return found

    def _map(self, type_name: str, bits: int) -> dict[str, Any]:
        self._open("{")
        found: dict[str, Any] = {}
        while (token := self._tokens.read()).kind != "}":
            if token.value in found:
                raise self._tokens.error(token.start, f"duplicate map key {token.raw}")
            found[token.value] = self._value(type_name, "value", False, bits)
        return found

    def _any(self, any_json: bool) -> Any:
        if not any_json and self._tokens.peek_kind() != "{":
            raise self._tokens.unexpected(self._tokens.read())
        return self._tokens.any_value()

    def _time(self) -> int:
        token = self._tokens.read()
        if token.kind != "string":
            raise self._tokens.unexpected(token)
        try:
            return parse_time(token.value)
        except ValueError as cause:
            text = f"invalid google.protobuf.Timestamp value {token.raw}"
            raise self._tokens.error(token.start, text) from cause

    def _scalar(self, type_name: str, field: str, bits: int) -> Any:
        token = self._tokens.read()
        kind, read = _SCALARS.get(type_name) or ("enum", _enum_reader(type_name))
        if bits == 64:
            kind, read = "int64", _int64
        try:
            return read(token)
        except ValueError:
            raise self._tokens.error(token.start, f"invalid value for {kind} field {field}: {token.raw}") from None


@cache
def _names(type_name: str) -> dict[str, str]:
    """Return every name that a field may have in a request, to its attribute name."""
    names: dict[str, str] = {}
    for name, key in getattr(models, type_name).attribute_map.items():
        names.update({key: name, name: name, camel(name): name})
    return names


def _string(token: Token) -> str:
    if token.kind != "string":
        raise ValueError
    return str(token.value)


def _bool(token: Token) -> bool:
    if token.kind != "bool":
        raise ValueError
    return token.raw == "true"


def _int(token: Token, bits: int = 32) -> int:
    """Return the integer in a number or string, which may be written with fraction and exponent."""
    text = {"number": token.raw, "string": token.value}.get(token.kind)
    if text is None or not _NUMBER.match(text):
        raise ValueError
    value = Decimal(text)
    if value.adjusted() > _MOST_DIGITS or value != int(value) or not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
        raise ValueError
    return int(value)


def _int64(token: Token) -> str:
    return str(_int(token, 64))


@cache
def _enum_reader(type_name: str) -> Callable[[Token], Any]:
    enum = getattr(models, type_name)
    names: list[str] = enum.allowable_values
    by_number: Mapping[int, str] = dict(zip(enum._numbers or range(len(names)), names))

    def read(token: Token) -> Any:
        """Return a name, also for a number; a number without one stays a number."""
        if token.kind == "number":
            value = _int(token)
            return by_number.get(value, value)
        if token.kind != "string" or token.value not in names:
            raise ValueError
        return token.value

    return read


_SCALARS: Mapping[str, tuple[str, Callable[[Token], Any]]] = {
    "str": ("string", _string),
    "bool": ("bool", _bool),
    "int": ("int32", _int),
}

__all__ = ["DICT", "LIST", "MessageReader", "ProtoError", "camel"]
