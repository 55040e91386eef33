# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from kfp_server_api._model import Model, field

if TYPE_CHECKING:
    from kfp_server_api.models.predicate_int_values import PredicateIntValues
    from kfp_server_api.models.predicate_long_values import PredicateLongValues
    from kfp_server_api.models.predicate_string_values import PredicateStringValues


class V2beta1Predicate(Model):
    """One condition of a filter: key, operation and a value. At most one of int_value, long_value, string_value,
    timestamp_value, int_values, long_values and string_values is set.
    """

    operation: str | None = field(default=None, enum="V2beta1PredicateOperation")
    """How to compare; required. Servers take the name or its number. One of `V2beta1PredicateOperation`."""
    key: str | None = None
    """Field to compare, one of the names that sort_by takes; for pipelines and versions also `tags.KEY` with
    `EQUALS` (since 2.17.0).
    """
    int_value: int | None = None
    """32-bit integer to compare with."""
    long_value: str | None = field(default=None, int64=True)
    """Integer to compare with; times compare as Unix seconds. Int64: text in replies, text or number when sent.
    """
    string_value: str | None = None
    """Text to compare with. Whether case counts depends on the server's database."""
    timestamp_value: datetime | None = None
    """Time to compare with, whole seconds count."""
    int_values: PredicateIntValues | None = None
    """32-bit integers for `IN`."""
    long_values: PredicateLongValues | None = None
    """64-bit integers for `IN`."""
    string_values: PredicateStringValues | None = None
    """Texts for `IN`."""

    _one_of = (
        "int_value", "long_value", "string_value", "timestamp_value", "int_values", "long_values",
        "string_values",
    )
