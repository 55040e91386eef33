# SPDX-License-Identifier: Apache-2.0
"""The base of the enums."""

from __future__ import annotations

from typing import Any, ClassVar


class Enum:
    """Base of the enums: a namespace of text constants; replies hold plain text, new values included.

    Attributes:
        allowable_values: all constants' values, in the order of the API.
    """

    allowable_values: ClassVar[list[str]] = []
    openapi_types: ClassVar[dict[str, str]] = {}
    attribute_map: ClassVar[dict[str, str]] = {}
    discriminator: ClassVar[None] = None
    _terminal: ClassVar[frozenset[str]] = frozenset()  # values after which nothing changes any more
    _numbers: ClassVar[tuple[int, ...]] = ()  # of the values on the wire; () where they are 0, 1, 2, ...

    def __init_subclass__(cls) -> None:
        cls.allowable_values = [value for name, value in vars(cls).items() if name.isupper()]
        cls.openapi_types, cls.attribute_map = {}, {}

    def __init__(self, local_vars_configuration: Any = None) -> None:
        self.local_vars_configuration: Any = local_vars_configuration

    def to_dict(self) -> dict[str, Any]:
        """Return {}: an enum has constants and no fields."""
        return {}

    def to_str(self) -> str:
        """Return `to_dict()` as text."""
        return "{}"

    def __repr__(self) -> str:
        return self.to_str()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self))

    def __ne__(self, other: object) -> bool:
        return not self == other
