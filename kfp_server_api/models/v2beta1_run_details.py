# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import TYPE_CHECKING

from kfp_server_api._model import Model, field

if TYPE_CHECKING:
    from kfp_server_api.models.v2beta1_pipeline_task_detail import V2beta1PipelineTaskDetail


class V2beta1RunDetails(Model):
    """Steps of a run."""

    pipeline_context_id: str | None = field(default=None, int64=True)
    """ID of the pipeline in the ML metadata store. Normally absent. Int64: text in replies, text or number when
    sent.
    """
    pipeline_run_context_id: str | None = field(default=None, int64=True)
    """ID of the run in the ML metadata store. Normally absent. Int64: text in replies, text or number when sent.
    """
    task_details: list[V2beta1PipelineTaskDetail] | None = None
    """The steps in no certain order; sort by start_time if that matters."""
