# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._model import Model


class PipelineTaskDetailChildTask(Model):
    """A node that follows a task in the workflow graph."""

    task_id: str | None = None
    """Left empty by clusters."""
    pod_name: str | None = None
    """Argo node ID of the child, in spite of the name."""
