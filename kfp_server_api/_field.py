# SPDX-License-Identifier: Apache-2.0
"""The fields of a model: what is declared of them, and how a value of a reply is decoded when it is first read."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

from kfp_server_api._decoding import DICTS, UNDECODABLE, VALUES, WIRE, Decoder, decoder
from kfp_server_api._reply import Reply, path_to
from kfp_server_api.exceptions import DecodeError

_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


class _Declaration(NamedTuple):
    default: None = None
    enum: str = ""
    json: str = ""
    base64: bool = False
    int64: bool = False
    since: str = ""
    always: bool = False


def field(
    *,
    default: None = None,
    enum: str = "",
    json: str = "",
    base64: bool = False,
    int64: bool = False,
    since: str = "",
    always: bool = False,
) -> Any:
    """Declare what a field's annotation cannot say.

    Args:
        default: None; type checkers read here that the constructor does not need the field.
        enum: name of the enum whose constants the text is one of.
        json: name on the wire, where it is not the attribute's.
        base64: check on assignment that the text is base64.
        int64: the text, or each of a list, is a 64-bit integer.
        since: first release that has it; "" = all.
        always: every reply of a server that has it holds it.
    """
    return _Declaration(default, enum, json, base64, int64, since, always)


class Field:
    """A field of a model: a non-data descriptor, so that a value once decoded or set hides it.

    Attributes:
        undecoded: the type of JSON value that is read from the JSON each time, as it is; None where all are decoded.
        int64, since, always: as declared.
        immutable: nobody can change a value, so it does not matter which of two threads stores it.
        value, dict, wire: decoders to the form of that name, compiled on first use.
    """

    __slots__ = (
        "always", "dict", "immutable", "int64", "key", "module", "name", "since", "type", "undecoded", "value", "wire",
    )  # fmt: skip

    def __init__(self, module: str, name: str, type_name: str, undecoded: type | None, declared: _Declaration) -> None:
        self.module, self.name, self.type, self.undecoded = module, name, type_name, undecoded
        self.key, self.int64 = declared.json or name, declared.int64
        self.since, self.always = declared.since, declared.always
        self.immutable = type_name in _IMMUTABLE
        self.value, self.dict, self.wire = map(self._compiled_later, _FORMS)

    def __get__(self, model: Any, owner: Any = None) -> Any:
        if model is None:
            return self
        value = model._json.get(self.key)
        if type(value) is self.undecoded or value is None:
            return value
        try:
            value = self.value(value, model._reply)
        except UNDECODABLE as cause:
            raise undecodable(model._json, self.key, model._reply, cause) from cause
        if self.immutable:
            setattr(model, self.name, value)
            return value
        return model.__dict__.setdefault(self.name, value)

    def _compiled_later(self, form: str) -> Decoder:
        # On the first value, so that importing one model imports no other.
        def compile_and_decode(value: Any, reply: Any) -> Any:
            compiled = decoder(self.type, self._model_named, _FORMS[form])
            setattr(self, form, compiled)
            return compiled(value, reply)

        return compile_and_decode

    def _model_named(self, name: str) -> Any:
        module, package = (sys.modules.get(name) for name in (self.module, self.module.rpartition(".")[0]))
        return getattr(module, name, None) or getattr(package, name)


_FORMS = {"value": VALUES, "dict": DICTS, "wire": WIRE}
_UNDECODED = {"str": str, "int": int, "bool": bool}
_IMMUTABLE = VALUES.scalars.keys() - {"object", "bytes"}  # these can be any JSON


class Base64Field(Field):
    """A text that must be base64 when a caller sets it; what a server sends is taken as it is."""

    __slots__ = ()

    def __get__(self, model: Any, owner: Any = None) -> Any:
        if model is None:
            return self
        if self.name in model.__dict__:
            return model.__dict__[self.name]
        sent = model._json.get(self.key)
        return None if sent is None else decode(self.value, model._json, self.key, model._reply)

    def __set__(self, model: Any, value: Any) -> None:
        if value is not None and not _BASE64.fullmatch(value):
            raise ValueError(f"Invalid value for `{self.name}`: it must be base64 text")
        model.__dict__[self.name] = value


def fields_of(cls: type) -> list[Field]:
    """Return the fields that a class declares: `name: "type | None" = None`, or `= field(...)`."""
    annotations: dict[str, Any] = cls.__dict__.get("__annotations__", {})
    return [
        _field_of(cls, name, annotation)
        for name, annotation in annotations.items()
        if isinstance(annotation, str) and isinstance(cls.__dict__.get(name, ""), (_Declaration, type(None)))
    ]


def _field_of(cls: type, name: str, annotation: str) -> Field:
    declared = cls.__dict__[name] or _Declaration()
    wide = annotation.removesuffix(" | None")
    written = declared.enum or wide.replace("dict[str, ", "dict(str, ")
    if written.startswith("dict("):
        written = written[:-1] + ")"
    field_class = Base64Field if declared.base64 else Field
    undecoded = str if declared.enum else _UNDECODED.get(written)
    type_name = re.sub(r"\bAny\b", "object", written)
    return field_class(cls.__module__, name, type_name, undecoded, declared)


def decode(decoder: Decoder, data: Mapping[str, Any], key: str, reply: Reply | None) -> Any:
    try:
        return decoder(data[key], reply)
    except UNDECODABLE as cause:
        raise undecodable(data, key, reply, cause) from cause


def undecodable(data: Mapping[str, Any], key: str, reply: Reply | None, cause: Exception) -> DecodeError:
    reply = reply or Reply()
    above = path_to(data, reply.data) or []
    return reply.undecodable([*above, key, *getattr(cause, "path", ())], cause, data)
