# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from kfp_server_api._model import Model, field

if TYPE_CHECKING:
    from kfp_server_api.models.google_rpc_status import GoogleRpcStatus
    from kfp_server_api.models.v2beta1_pipeline_version_reference import V2beta1PipelineVersionReference
    from kfp_server_api.models.v2beta1_runtime_config import V2beta1RuntimeConfig
    from kfp_server_api.models.v2beta1_trigger import V2beta1Trigger


class V2beta1RecurringRun(Model):
    """A schedule that starts runs. At most one of pipeline_version_id, pipeline_spec and
    pipeline_version_reference is set.
    """

    recurring_run_id: str | None = None
    """UUID chosen by the cluster; what a caller sends is ignored."""
    display_name: str | None = None
    """Required name shown to people; need not be unique. Names of its runs are derived from it."""
    description: str | None = None
    """Free text; not copied to its runs."""
    pipeline_version_id: str | None = None
    """Old way to name the version, not read by servers; use pipeline_version_reference."""
    pipeline_spec: Any | None = None
    """Compiled pipeline as JSON: the IR itself, or `{"pipeline_spec": ..., "platform_spec": ...}` where it has
    Kubernetes settings. Stored as sent.
    """
    pipeline_version_reference: V2beta1PipelineVersionReference | None = None
    """Names the version to run, instead of an inline pipeline_spec. With only `pipeline_id` each start takes the
    newest version.
    """
    runtime_config: V2beta1RuntimeConfig | None = None
    """Parameters for every run; checked when the schedule is made."""
    service_account: str | None = None
    """Kubernetes account that the steps run as. Filled with the server's default unless the newest version is
    used.
    """
    max_concurrency: str | None = field(default=None, int64=True)
    """Required: runs of this schedule that may be under way at once, 1 to 10. A start that has to wait is made
    up later. Int64: text in replies, text or number when sent.
    """
    trigger: V2beta1Trigger | None = None
    """When to start runs. Absent means one run at once and never again."""
    mode: str | None = field(default=None, enum="RecurringRunMode")
    """`ENABLE` to start running at once; absent means disabled. Changed only by enable, disable and archiving
    the experiment. One of `RecurringRunMode`.
    """
    created_at: datetime | None = None
    """When the server stored it, UTC in whole seconds. Set by the server."""
    updated_at: datetime | None = None
    """Last change, UTC: enable, disable, archiving of its experiment, every report of the cluster."""
    status: str | None = field(default=None, enum="V2beta1RecurringRunStatus")
    """Whether it is enabled; set by the server and always in step with `mode`. One of
    `V2beta1RecurringRunStatus`.
    """
    error: GoogleRpcStatus | None = None
    """Set by the server when the stored schedule cannot be read."""
    no_catchup: bool | None = None
    """True skips missed times (cron: all but the latest). By default all of them are made up one after another.
    """
    namespace: str | None = None
    """Namespace of the schedule, set even on single-user servers. Do not send it there together with
    experiment_id: that is a 400.
    """
    experiment_id: str | None = None
    """Experiment of its runs. Required on multi-user servers; defaults to `Default` on single-user ones."""
    plugins_input: dict[str, Any] | None = field(default=None, since="2.17.0")
    """Settings for plugins of the server, by plugin name; limits as for runs. Since 2.17.0."""

    _one_of = ("pipeline_version_id", "pipeline_spec", "pipeline_version_reference")
