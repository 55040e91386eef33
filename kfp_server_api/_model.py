# SPDX-License-Identifier: Apache-2.0
"""The base of the models: fields (`_field`) that decode themselves on first access.

A model made from a reply keeps the parsed JSON. Text, numbers and truth values are read from it each time; any other
value is decoded when it is first read and then is an ordinary instance attribute, which costs nothing to read. A model
made by a caller holds just what the caller gave.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import FunctionType
from typing import TYPE_CHECKING, Any, ClassVar

from kfp_server_api._decoding import UNDECODABLE, json_type_of
from kfp_server_api._encoding import encode_at
from kfp_server_api._field import Base64Field, Field, decode, field, fields_of, undecodable
from kfp_server_api.exceptions import did_you_mean

if TYPE_CHECKING:
    import inspect

    from typing_extensions import Self, dataclass_transform

    from kfp_server_api._reply import Reply
else:

    def dataclass_transform(**_):
        """Stand in for PEP 681's marker, which only type checkers read."""
        return lambda cls: cls


__all__ = ["Model", "field"]

_new = object.__new__
_NOTHING: Mapping[str, Any] = {}


class _Constructor:
    """Stands behind a model's `__init__` for `inspect.signature`, which is imported only by who asks."""

    def __init__(self, model: type[Model]) -> None:
        self.model = model

    def __call__(self, *args: Any, **values: Any) -> None:
        raise NotImplementedError

    @property
    def __signature__(self) -> inspect.Signature:
        from inspect import Parameter, Signature

        named = [*self.model.openapi_types, "local_vars_configuration"]
        parameters = [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=None) for name in named]
        return Signature([Parameter("self", Parameter.POSITIONAL_OR_KEYWORD), *parameters])


@dataclass_transform(field_specifiers=(field,))
class _Fields:
    """Makes type checkers read the annotations of subclasses as constructor arguments.

    No slots, because objects with both slots and a `__dict__` are large on Python 3.13.
    """

    _json: Mapping[str, Any] = _NOTHING
    _reply: Reply | None = None


class Model(_Fields):
    """Base of all models.

    Attributes:
        openapi_types: attribute name to type, as upstream writes types ("str", "list[V2beta1Run]", "dict(str, str)").
        attribute_map: attribute name to name on the wire.
        discriminator: None; kept for callers of upstream.
        local_vars_configuration: what the constructor was given under this name; a model needs no configuration.
    """

    local_vars_configuration: Any = field(default=None) if TYPE_CHECKING else None
    openapi_types: ClassVar[dict[str, str]] = {}
    attribute_map: ClassVar[dict[str, str]] = {}
    discriminator: ClassVar[None] = None
    _one_of: ClassVar[tuple[str, ...]] = ()  # attributes of which an object may have one
    _base64: ClassVar[frozenset[str]] = frozenset()  # attributes of that format
    # wire name: (attribute, `Field.undecoded`, field)
    _fields: ClassVar[dict[str, tuple[str, type | None, Field]]] = {}
    _absent: ClassVar[dict[str, Any]] = {}  # None for each attribute

    def __init_subclass__(cls) -> None:
        fields = fields_of(cls)
        for each in fields:
            setattr(cls, each.name, each)
        cls._fields = {**cls._fields, **{each.key: (each.name, each.undecoded, each) for each in fields}}
        cls._absent = {**cls._absent, **{each.name: None for each in fields}}
        cls.openapi_types = {**cls.openapi_types, **{each.name: each.type for each in fields}}
        cls.attribute_map = {**cls.attribute_map, **{each.name: each.key for each in fields}}
        cls._base64 = cls._base64 | {each.name for each in fields if isinstance(each, Base64Field)}
        if getattr(cls.__init__, "__code__", None) is Model.__init__.__code__:  # no constructor of the caller's own
            init: Any = FunctionType(Model.__init__.__code__, globals(), "__init__")
            init.__wrapped__ = _Constructor(cls)
            cls.__init__ = init  # type: ignore[method-assign]

    def __init__(self, *args: Any, **values: Any) -> None:
        if args:
            values = self._named(args, values)
        if not values.keys() <= self.attribute_map.keys():
            self._refuse_unknown(values)
        for name in self._base64:
            if name in values:
                setattr(self, name, values[name])
        self.__dict__.update(values)

    def _named(self, args: tuple[Any, ...], values: dict[str, Any]) -> dict[str, Any]:
        names = [*self.attribute_map, "local_vars_configuration"]
        if len(args) > len(names):
            raise TypeError(f"{type(self).__name__}() takes at most {len(names)} arguments, got {len(args)}")
        named = dict(zip(names, args))
        for name in named.keys() & values.keys():
            raise TypeError(f"{type(self).__name__}() got multiple values for argument {name!r}")
        return {**named, **values}

    def _refuse_unknown(self, values: dict[str, Any]) -> None:
        for name in values.keys() - self.attribute_map.keys() - {"local_vars_configuration"}:
            hint = did_you_mean(name, self.attribute_map)
            raise TypeError(f"{type(self).__name__}() got an unexpected keyword argument {name!r}{hint}")

    @classmethod
    def _from_reply(cls, data: Any, reply: Reply | None = None) -> Self:
        """Return a model over one parsed JSON object, nothing decoded yet."""
        if type(data) is not dict:
            raise TypeError(f"an object is promised, {json_type_of(data)} came")
        self = _new(cls)
        self._json = data
        self._reply = reply
        return self

    @classmethod
    def _dict_from_reply(
        cls, data: Any, reply: Reply | None = None, held: Mapping[str, Any] = _NOTHING
    ) -> dict[str, Any]:
        """Return what `to_dict` gives, decoding only what `held` has not."""
        if type(data) is not dict:
            raise TypeError(f"an object is promised, {json_type_of(data)} came")
        out = cls._absent.copy()
        fields = cls._fields
        key = ""
        try:
            for key, value in data.items():
                try:
                    name, undecoded, descriptor = fields[key]
                except KeyError:  # it is among the `additional_fields`
                    continue
                if type(value) is undecoded:
                    out[name] = value
                elif value is not None and name not in held:
                    out[name] = descriptor.dict(value, reply)
        except UNDECODABLE as cause:
            raise undecodable(data, key, reply, cause) from cause
        if held:
            # A copy, because another thread may read a field meanwhile.
            out.update({name: _to_builtin(value) for name, value in list(held.items()) if name in out})
        return out

    @classmethod
    def _wire_from_reply(
        cls, data: Any, reply: Reply | None = None, held: Mapping[str, Any] = _NOTHING
    ) -> dict[str, Any]:
        """Return what is sent, decoding only what `held` has not."""
        if type(data) is not dict:
            raise TypeError(f"an object is promised, {json_type_of(data)} came")
        out: dict[str, Any] = {}
        for key, (name, undecoded, descriptor) in cls._fields.items():
            value = held[name] if name in held else data.get(key)
            if value is not None:
                if type(value) is not undecoded:
                    value = encode_at(key, value) if name in held else decode(descriptor.wire, data, key, reply)
                out[key] = value
        return out

    def _to_wire(self) -> dict[str, Any]:
        return self._wire_from_reply(self._json, self._reply, self.__dict__)

    @property
    def additional_fields(self) -> dict[str, Any]:
        """Values that the server sent in this object under keys that the spec does not know."""
        known = self.attribute_map.values()
        return {key: value for key, value in self._json.items() if key not in known}

    def to_dict(self) -> dict[str, Any]:
        """Return all fields by attribute name, None for absent ones; nested models become dicts, too."""
        return self._dict_from_reply(self._json, self._reply, self.__dict__)

    def to_str(self) -> str:
        """Return `to_dict()` as indented text."""
        import pprint

        return pprint.pformat(self.to_dict())

    def __repr__(self) -> str:
        return self.to_str()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.to_dict() == other.to_dict()

    def __ne__(self, other: object) -> bool:
        return not self == other


def _to_builtin(value: Any) -> Any:
    """Return what `to_dict` shows of a value: models as dicts, down to one list or dict."""
    if isinstance(value, list):
        return [each.to_dict() if hasattr(each, "to_dict") else each for each in value]
    if isinstance(value, dict):
        return {key: each.to_dict() if hasattr(each, "to_dict") else each for key, each in value.items()}
    return value.to_dict() if hasattr(value, "to_dict") else value
