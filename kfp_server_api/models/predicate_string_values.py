# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._model import Model


class PredicateStringValues(Model):
    """List of texts for the operation `IN`."""

    values: list[str] | None = None
    """The texts; an empty list matches nothing."""
