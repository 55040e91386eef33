# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._enum import Enum


class V2beta1PredicateOperation(Enum):
    """How a filter compares a field with a value."""

    OPERATION_UNSPECIFIED = "OPERATION_UNSPECIFIED"
    """Not set; refused with 400. Number 0 on the wire."""
    EQUALS = "EQUALS"
    """Equal. Number 1 on the wire."""
    NOT_EQUALS = "NOT_EQUALS"
    """Not equal. Number 2 on the wire."""
    GREATER_THAN = "GREATER_THAN"
    """Greater. Number 3 on the wire."""
    GREATER_THAN_EQUALS = "GREATER_THAN_EQUALS"
    """Greater or equal. Number 5 on the wire."""
    LESS_THAN = "LESS_THAN"
    """Less. Number 6 on the wire."""
    LESS_THAN_EQUALS = "LESS_THAN_EQUALS"
    """Less or equal. Number 7 on the wire."""
    IN = "IN"
    """Equal to one of a list. Needs a list value. Number 8 on the wire."""
    IS_SUBSTRING = "IS_SUBSTRING"
    """Contains the text. `%` and `_` in the value match anything and any one character. Number 9 on the wire.
    """

    _numbers = (0, 1, 2, 3, 5, 6, 7, 8, 9)
