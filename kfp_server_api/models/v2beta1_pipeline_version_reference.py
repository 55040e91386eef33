# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._model import Model


class V2beta1PipelineVersionReference(Model):
    """The pipeline version that a run or recurring run uses."""

    pipeline_id: str | None = None
    """`pipeline_id` of the pipeline. Alone it means the newest version; for a recurring run the newest at each
    start (since 2.5.0).
    """
    pipeline_version_id: str | None = None
    """`pipeline_version_id` of the version. If pipeline_id is given too it must be its parent."""
