# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import TYPE_CHECKING

from kfp_server_api._model import Model

if TYPE_CHECKING:
    from kfp_server_api.models.v2beta1_pipeline import V2beta1Pipeline
    from kfp_server_api.models.v2beta1_pipeline_version import V2beta1PipelineVersion


class V2beta1CreatePipelineAndVersionRequest(Model):
    """Body of `pipeline_service_create_pipeline_and_version`."""

    pipeline: V2beta1Pipeline | None = None
    """The pipeline to create. Without a name it is called like the last part of the URL."""
    pipeline_version: V2beta1PipelineVersion | None = None
    """Its first version; only `package_url`, which is required, and `tags` are read."""
