# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._enum import Enum


class V2beta1PredicateOperation(Enum):
    """How a filter compares a field with a value."""

    OPERATION_UNSPECIFIED = "OPERATION_UNSPECIFIED"
    """Not set; refused with 400."""
    EQUALS = "EQUALS"
    """Equal; number 1 on the wire."""
    NOT_EQUALS = "NOT_EQUALS"
    """Not equal; number 2."""
    GREATER_THAN = "GREATER_THAN"
    """Greater; number 3."""
    GREATER_THAN_EQUALS = "GREATER_THAN_EQUALS"
    """Greater or equal; number 5, there is no 4."""
    LESS_THAN = "LESS_THAN"
    """Less; number 6."""
    LESS_THAN_EQUALS = "LESS_THAN_EQUALS"
    """Less or equal; number 7."""
    IN = "IN"
    """Equal to one of a list; number 8. Needs a list value."""
    IS_SUBSTRING = "IS_SUBSTRING"
    """Contains the text; number 9. `%` and `_` in the value match anything and any one character."""
