# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
"""Models and enums of the API."""

from __future__ import absolute_import, annotations

from typing import TYPE_CHECKING as _TYPE_CHECKING

if _TYPE_CHECKING:
    from .authorize_request_resources import AuthorizeRequestResources
    from .authorize_request_verb import AuthorizeRequestVerb
    from .google_rpc_status import GoogleRpcStatus
    from .googlerpc_status import GooglerpcStatus
    from .inline_object import InlineObject
    from .inline_object1 import InlineObject1
    from .metadata_value_render_type import MetadataValueRenderType
    from .pipeline_task_detail_child_task import PipelineTaskDetailChildTask
    from .predicate_int_values import PredicateIntValues
    from .predicate_long_values import PredicateLongValues
    from .predicate_string_values import PredicateStringValues
    from .protobuf_any import ProtobufAny
    from .protobuf_null_value import ProtobufNullValue
    from .recurring_run_mode import RecurringRunMode
    from .runtime_error import RuntimeError as RuntimeError
    from .v2beta1_artifact_list import V2beta1ArtifactList
    from .v2beta1_create_pipeline_and_version_request import V2beta1CreatePipelineAndVersionRequest
    from .v2beta1_cron_schedule import V2beta1CronSchedule
    from .v2beta1_delete_propagation_policy import V2beta1DeletePropagationPolicy
    from .v2beta1_experiment import V2beta1Experiment
    from .v2beta1_experiment_storage_state import V2beta1ExperimentStorageState
    from .v2beta1_filter import V2beta1Filter
    from .v2beta1_get_healthz_response import V2beta1GetHealthzResponse
    from .v2beta1_list_experiments_response import V2beta1ListExperimentsResponse
    from .v2beta1_list_pipeline_versions_response import V2beta1ListPipelineVersionsResponse
    from .v2beta1_list_pipelines_response import V2beta1ListPipelinesResponse
    from .v2beta1_list_recurring_runs_response import V2beta1ListRecurringRunsResponse
    from .v2beta1_list_runs_response import V2beta1ListRunsResponse
    from .v2beta1_metadata_value import V2beta1MetadataValue
    from .v2beta1_periodic_schedule import V2beta1PeriodicSchedule
    from .v2beta1_pipeline import V2beta1Pipeline
    from .v2beta1_pipeline_task_detail import V2beta1PipelineTaskDetail
    from .v2beta1_pipeline_task_executor_detail import V2beta1PipelineTaskExecutorDetail
    from .v2beta1_pipeline_version import V2beta1PipelineVersion
    from .v2beta1_pipeline_version_reference import V2beta1PipelineVersionReference
    from .v2beta1_plugin_output import V2beta1PluginOutput
    from .v2beta1_plugin_state import V2beta1PluginState
    from .v2beta1_predicate import V2beta1Predicate
    from .v2beta1_predicate_operation import V2beta1PredicateOperation
    from .v2beta1_read_artifact_response import V2beta1ReadArtifactResponse
    from .v2beta1_recurring_run import V2beta1RecurringRun
    from .v2beta1_recurring_run_status import V2beta1RecurringRunStatus
    from .v2beta1_run import V2beta1Run
    from .v2beta1_run_details import V2beta1RunDetails
    from .v2beta1_run_storage_state import V2beta1RunStorageState
    from .v2beta1_runtime_config import V2beta1RuntimeConfig
    from .v2beta1_runtime_state import V2beta1RuntimeState
    from .v2beta1_runtime_status import V2beta1RuntimeStatus
    from .v2beta1_trigger import V2beta1Trigger
    from .v2beta1_url import V2beta1Url
    from .v2beta1_visualization import V2beta1Visualization
    from .v2beta1_visualization_type import V2beta1VisualizationType

__all__ = [
    "AuthorizeRequestResources",
    "AuthorizeRequestVerb",
    "GoogleRpcStatus",
    "GooglerpcStatus",
    "InlineObject",
    "InlineObject1",
    "MetadataValueRenderType",
    "PipelineTaskDetailChildTask",
    "PredicateIntValues",
    "PredicateLongValues",
    "PredicateStringValues",
    "ProtobufAny",
    "ProtobufNullValue",
    "RecurringRunMode",
    "V2beta1ArtifactList",
    "V2beta1CreatePipelineAndVersionRequest",
    "V2beta1CronSchedule",
    "V2beta1DeletePropagationPolicy",
    "V2beta1Experiment",
    "V2beta1ExperimentStorageState",
    "V2beta1Filter",
    "V2beta1GetHealthzResponse",
    "V2beta1ListExperimentsResponse",
    "V2beta1ListPipelineVersionsResponse",
    "V2beta1ListPipelinesResponse",
    "V2beta1ListRecurringRunsResponse",
    "V2beta1ListRunsResponse",
    "V2beta1MetadataValue",
    "V2beta1PeriodicSchedule",
    "V2beta1Pipeline",
    "V2beta1PipelineTaskDetail",
    "V2beta1PipelineTaskExecutorDetail",
    "V2beta1PipelineVersion",
    "V2beta1PipelineVersionReference",
    "V2beta1PluginOutput",
    "V2beta1PluginState",
    "V2beta1Predicate",
    "V2beta1PredicateOperation",
    "V2beta1ReadArtifactResponse",
    "V2beta1RecurringRun",
    "V2beta1RecurringRunStatus",
    "V2beta1Run",
    "V2beta1RunDetails",
    "V2beta1RunStorageState",
    "V2beta1RuntimeConfig",
    "V2beta1RuntimeState",
    "V2beta1RuntimeStatus",
    "V2beta1Trigger",
    "V2beta1Url",
    "V2beta1Visualization",
    "V2beta1VisualizationType",
]

_MODULES = {
    "AuthorizeRequestResources": "authorize_request_resources",
    "AuthorizeRequestVerb": "authorize_request_verb",
    "GoogleRpcStatus": "google_rpc_status",
    "GooglerpcStatus": "googlerpc_status",
    "InlineObject": "inline_object",
    "InlineObject1": "inline_object1",
    "MetadataValueRenderType": "metadata_value_render_type",
    "PipelineTaskDetailChildTask": "pipeline_task_detail_child_task",
    "PredicateIntValues": "predicate_int_values",
    "PredicateLongValues": "predicate_long_values",
    "PredicateStringValues": "predicate_string_values",
    "ProtobufAny": "protobuf_any",
    "ProtobufNullValue": "protobuf_null_value",
    "RecurringRunMode": "recurring_run_mode",
    "RuntimeError": "runtime_error",
    "V2beta1ArtifactList": "v2beta1_artifact_list",
    "V2beta1CreatePipelineAndVersionRequest": "v2beta1_create_pipeline_and_version_request",
    "V2beta1CronSchedule": "v2beta1_cron_schedule",
    "V2beta1DeletePropagationPolicy": "v2beta1_delete_propagation_policy",
    "V2beta1Experiment": "v2beta1_experiment",
    "V2beta1ExperimentStorageState": "v2beta1_experiment_storage_state",
    "V2beta1Filter": "v2beta1_filter",
    "V2beta1GetHealthzResponse": "v2beta1_get_healthz_response",
    "V2beta1ListExperimentsResponse": "v2beta1_list_experiments_response",
    "V2beta1ListPipelineVersionsResponse": "v2beta1_list_pipeline_versions_response",
    "V2beta1ListPipelinesResponse": "v2beta1_list_pipelines_response",
    "V2beta1ListRecurringRunsResponse": "v2beta1_list_recurring_runs_response",
    "V2beta1ListRunsResponse": "v2beta1_list_runs_response",
    "V2beta1MetadataValue": "v2beta1_metadata_value",
    "V2beta1PeriodicSchedule": "v2beta1_periodic_schedule",
    "V2beta1Pipeline": "v2beta1_pipeline",
    "V2beta1PipelineTaskDetail": "v2beta1_pipeline_task_detail",
    "V2beta1PipelineTaskExecutorDetail": "v2beta1_pipeline_task_executor_detail",
    "V2beta1PipelineVersion": "v2beta1_pipeline_version",
    "V2beta1PipelineVersionReference": "v2beta1_pipeline_version_reference",
    "V2beta1PluginOutput": "v2beta1_plugin_output",
    "V2beta1PluginState": "v2beta1_plugin_state",
    "V2beta1Predicate": "v2beta1_predicate",
    "V2beta1PredicateOperation": "v2beta1_predicate_operation",
    "V2beta1ReadArtifactResponse": "v2beta1_read_artifact_response",
    "V2beta1RecurringRun": "v2beta1_recurring_run",
    "V2beta1RecurringRunStatus": "v2beta1_recurring_run_status",
    "V2beta1Run": "v2beta1_run",
    "V2beta1RunDetails": "v2beta1_run_details",
    "V2beta1RunStorageState": "v2beta1_run_storage_state",
    "V2beta1RuntimeConfig": "v2beta1_runtime_config",
    "V2beta1RuntimeState": "v2beta1_runtime_state",
    "V2beta1RuntimeStatus": "v2beta1_runtime_status",
    "V2beta1Trigger": "v2beta1_trigger",
    "V2beta1Url": "v2beta1_url",
    "V2beta1Visualization": "v2beta1_visualization",
    "V2beta1VisualizationType": "v2beta1_visualization_type",
}

if not _TYPE_CHECKING:  # else checkers would take every name

    def __getattr__(name: str) -> object:
        from importlib import import_module

        if name in _MODULES:
            value = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
            return value
        if name in _MODULES.values():
            return import_module(f"{__name__}.{name}")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES, *_MODULES.values()} - {"annotations"})
