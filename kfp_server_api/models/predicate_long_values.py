# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._model import Model, field


class PredicateLongValues(Model):
    """List of 64-bit integers for the operation `IN`."""

    values: list[str] | None = field(default=None, int64=True)
    """The numbers; an empty list matches nothing. Int64: text in replies, text or number when sent."""
