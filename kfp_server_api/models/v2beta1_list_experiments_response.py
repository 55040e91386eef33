# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import TYPE_CHECKING

from kfp_server_api._model import Model

if TYPE_CHECKING:
    from kfp_server_api.models.v2beta1_experiment import V2beta1Experiment


class V2beta1ListExperimentsResponse(Model):
    """One page of experiments."""

    experiments: list[V2beta1Experiment] | None = None
    """The experiments in the order asked for; None, not an empty list, when there are none."""
    total_size: int | None = None
    """Number of all matches, whatever the page; absent when there are none."""
    next_page_token: str | None = None
    """Token of the next page, to send back unchanged as `page_token`; absent on the last page."""
