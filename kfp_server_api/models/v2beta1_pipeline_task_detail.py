# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from kfp_server_api._model import Model, field

if TYPE_CHECKING:
    from kfp_server_api.models.google_rpc_status import GoogleRpcStatus
    from kfp_server_api.models.pipeline_task_detail_child_task import PipelineTaskDetailChildTask
    from kfp_server_api.models.v2beta1_artifact_list import V2beta1ArtifactList
    from kfp_server_api.models.v2beta1_pipeline_task_executor_detail import V2beta1PipelineTaskExecutorDetail
    from kfp_server_api.models.v2beta1_runtime_status import V2beta1RuntimeStatus


class V2beta1PipelineTaskDetail(Model):
    """One step of a run. On clusters that is one Argo node, so a pipeline task appears several times: look tasks
    up by display_name and expect `root`, `NAME-driver` and `executor` beside them.
    """

    run_id: str | None = None
    """`run_id` of the run that it is part of."""
    task_id: str | None = None
    """UUID of the step, set by the server."""
    display_name: str | None = None
    """Name of the task in the pipeline, or of the helper node."""
    create_time: datetime | None = None
    """When the run's workflow was made, UTC."""
    start_time: datetime | None = None
    """When the step started, UTC; 0001-01-01T00:00:00Z (not 1970) before that."""
    end_time: datetime | None = None
    """When the step ended, UTC; 0001-01-01T00:00:00Z (not 1970) before that."""
    executor_detail: V2beta1PipelineTaskExecutorDetail | None = None
    """The pods that did the work. Clusters leave it empty."""
    state: str | None = field(default=None, enum="V2beta1RuntimeState")
    """How far the step is; absent for steps left out because an earlier one failed. A cached task is `SUCCEEDED`
    and nothing says so. One of `V2beta1RuntimeState`.
    """
    execution_id: str | None = field(default=None, int64=True)
    """ID of the execution in the ML metadata store. Clusters leave it empty. Int64: text in replies, text or
    number when sent.
    """
    error: GoogleRpcStatus | None = None
    """Why the step failed. Clusters leave it empty; the local server fills it."""
    inputs: dict[str, V2beta1ArtifactList] | None = None
    """Input artifacts by input name. Clusters leave it empty."""
    outputs: dict[str, V2beta1ArtifactList] | None = None
    """Output artifacts by output name. Clusters leave it empty."""
    parent_task_id: str | None = None
    """`task_id` of the group that holds the step: a loop, condition or nested pipeline. Clusters leave it empty.
    """
    state_history: list[V2beta1RuntimeStatus] | None = None
    """States so far with their times, oldest first."""
    pod_name: str | None = None
    """Kubernetes pod of the step. Clusters leave it empty; see `child_tasks`."""
    child_tasks: list[PipelineTaskDetailChildTask] | None = None
    """The nodes that follow it in the workflow graph."""
