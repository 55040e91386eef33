# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from kfp_server_api._model import Model, field

if TYPE_CHECKING:
    from kfp_server_api.models.google_rpc_status import GoogleRpcStatus
    from kfp_server_api.models.v2beta1_pipeline_version_reference import V2beta1PipelineVersionReference
    from kfp_server_api.models.v2beta1_plugin_output import V2beta1PluginOutput
    from kfp_server_api.models.v2beta1_run_details import V2beta1RunDetails
    from kfp_server_api.models.v2beta1_runtime_config import V2beta1RuntimeConfig
    from kfp_server_api.models.v2beta1_runtime_status import V2beta1RuntimeStatus


class V2beta1Run(Model):
    """One execution of a pipeline. At most one of pipeline_version_id, pipeline_spec and
    pipeline_version_reference is set.
    """

    experiment_id: str | None = None
    """Experiment it belongs to. Required on multi-user servers; defaults to `Default` on single-user ones."""
    run_id: str | None = None
    """UUID, set by the server. One that the caller sends is used on clusters; one that is taken ends in a 500.
    """
    display_name: str | None = None
    """Required name shown to people; need not be unique, no limits."""
    storage_state: str | None = field(default=None, enum="V2beta1RunStorageState")
    """Whether it is archived; independent of `state`. `AVAILABLE` when made. One of `V2beta1RunStorageState`.
    """
    description: str | None = None
    """Free text."""
    pipeline_version_id: str | None = None
    """Old way to name the version, not read by servers; use pipeline_version_reference."""
    pipeline_spec: Any | None = None
    """Compiled pipeline as JSON: the IR itself, or `{"pipeline_spec": ..., "platform_spec": ...}` where it has
    Kubernetes settings. Stored as sent; in a reply only if the run was made from it.
    """
    pipeline_version_reference: V2beta1PipelineVersionReference | None = None
    """Names the version to run, instead of an inline pipeline_spec. Replies have both IDs, even if only
    `pipeline_id` was sent.
    """
    runtime_config: V2beta1RuntimeConfig | None = None
    """Parameters and output place, returned as sent; defaults of the pipeline are not added."""
    service_account: str | None = None
    """Kubernetes account that the steps run as; the server's default if absent, usually `pipeline-runner`."""
    created_at: datetime | None = None
    """When the server took the run, UTC in whole seconds. Set by the server."""
    scheduled_at: datetime | None = None
    """When it was due: the planned time for runs of a schedule, else created_at."""
    finished_at: datetime | None = None
    """When it ended, UTC; 1970-01-01T00:00:00Z until then, and again after a retry."""
    state: str | None = field(default=None, enum="V2beta1RuntimeState")
    """How far it is, set by the server. One of `V2beta1RuntimeState`."""
    error: GoogleRpcStatus | None = None
    """Clusters set it only when the stored run cannot be read: a failed run has none there and its reason is in
    the pod logs. The local server puts the reason here.
    """
    run_details: V2beta1RunDetails | None = None
    """Its steps; absent until the first of them is reported. Set by the server."""
    recurring_run_id: str | None = None
    """Schedule that started it; absent for other runs. Since 2.17.0 a second run of the same schedule and name
    returns the first.
    """
    state_history: list[V2beta1RuntimeStatus] | None = None
    """States so far with their times, oldest first. `CANCELING`, and for scheduled runs `PENDING`, may be
    missing.
    """
    plugins_input: dict[str, Any] | None = field(default=None, since="2.17.0")
    """Settings for plugins of the server, by plugin name: at most 16, 64 KiB each, 256 KiB in all, nested 10
    deep. Since 2.17.0.
    """
    plugins_output: dict[str, V2beta1PluginOutput] | None = field(default=None, since="2.17.0")
    """Records of the server's plugins, by plugin name; sending it is a 409. The local server puts the pipeline's
    outputs under `local`. Since 2.17.0.
    """

    _one_of = ("pipeline_version_id", "pipeline_spec", "pipeline_version_reference")
