# SPDX-License-Identifier: Apache-2.0
"""The parts of a spec as Python objects."""

from __future__ import annotations

from dataclasses import dataclass, field

from generator.names import snake


@dataclass(frozen=True)
class Param:
    """A parameter of an operation, its body and its file included."""

    name: str
    wire: str
    location: str
    type: str
    required: bool
    description: str
    since: str = ""
    earlier_names: tuple[str, ...] = ()
    json: str = ""
    """The model that the text holds as JSON, or "object"."""


@dataclass(frozen=True)
class Field:
    """A field of a model."""

    name: str
    wire: str
    type: str
    description: str
    since: str = ""
    until: str = ""
    base64: bool = False
    int64: bool = False
    """A text, or a list of texts, that holds 64-bit integers."""
    always: bool = False
    """Every reply of a server that has the field holds it."""


@dataclass(frozen=True)
class Paging:
    """Paging of a list: parameters of the operation and fields of its reply."""

    token: Param
    size: Param
    sort: Param
    filter: Param
    next: Field
    items: Field
    resend: tuple[Param, ...]


@dataclass(frozen=True)
class ListField:
    """A name that a list is sorted and filtered by."""

    name: str
    type: str
    aliases: tuple[str, ...] = ()
    only: str = ""
    operations: tuple[str, ...] = ()
    since: str = ""
    note: str = ""


@dataclass(frozen=True)
class Namespace:
    """Where `Configuration.namespace` goes in a request."""

    wire: str
    location: str
    """"query", or "body" for a field of it."""
    unless: tuple[str, ...] = ()
    """Query parameters by name on the wire; where one is given, no namespace is added."""


@dataclass(frozen=True)
class Operation:
    """One operation."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    params: tuple[Param, ...]
    returns: str
    returns_text: str
    errors: dict[int, str]
    example: str
    short_name: str = ""
    since: str = ""
    until: str = ""
    served: bool = True
    served_since: str = ""
    idempotent: bool = False
    paging: Paging | None = None
    fields: tuple[ListField, ...] = ()
    namespace: Namespace | None = None
    content_type: str = ""


@dataclass
class Service:
    """A tag of the spec: one class with its operations."""

    tag: str
    description: str
    setup: str
    operations: list[Operation] = field(default_factory=list)

    @property
    def class_name(self) -> str:
        return f"{self.tag}Api"

    @property
    def module(self) -> str:
        return snake(self.class_name)


@dataclass(frozen=True)
class Model:
    """A schema: a model with fields, or an enum with values."""

    name: str
    description: str
    since: str
    until: str
    fields: tuple[Field, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    """Constant to value."""
    value_texts: dict[str, str] = field(default_factory=dict)
    """Value to description."""
    terminal: tuple[str, ...] = ()
    """Values after which nothing changes any more."""
    numbers: tuple[int, ...] = ()
    """Numbers of the values on the wire, where they are not 0, 1, 2, ..."""
    one_of: tuple[str, ...] = ()
    """Fields of which an object may have one."""
    same_as: str = ""

    @property
    def module(self) -> str:
        return snake(self.name)


@dataclass(frozen=True)
class Spec:
    """The whole spec."""

    version: str
    releases: tuple[str, ...]
    services: tuple[Service, ...]
    models: tuple[Model, ...]

    @property
    def enums(self) -> frozenset[str]:
        return frozenset(model.name for model in self.models if model.values)
