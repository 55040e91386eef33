# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._model import Model, field


class V2beta1ArtifactList(Model):
    """Artifacts of one input or output of a task."""

    artifact_ids: list[str] | None = field(default=None, int64=True)
    """IDs in the ML metadata store. Int64: text in replies, text or number when sent."""
