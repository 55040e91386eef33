# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._model import Model


class PredicateLongValues(Model):
    """List of 64-bit integers for the operation `IN`."""

    values: list[str] | None = None
    """The numbers, each int64 as text; an empty list matches nothing."""
