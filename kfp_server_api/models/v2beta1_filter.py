# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import TYPE_CHECKING

from kfp_server_api._model import Model

if TYPE_CHECKING:
    from kfp_server_api.models.v2beta1_predicate import V2beta1Predicate


class V2beta1Filter(Model):
    """Conditions of a list operation, sent as JSON text in its `filter` parameter."""

    predicates: list[V2beta1Predicate] | None = None
    """Conditions that must all hold; several may name the same key. Empty or absent means no filter."""
