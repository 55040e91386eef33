# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._model import Model


class V2beta1ArtifactList(Model):
    """Artifacts of one input or output of a task."""

    artifact_ids: list[str] | None = None
    """IDs in the ML metadata store, each int64 as text."""
