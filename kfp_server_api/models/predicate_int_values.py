# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._model import Model


class PredicateIntValues(Model):
    """List of 32-bit integers for the operation `IN`."""

    values: list[int] | None = None
    """The numbers; an empty list matches nothing."""
