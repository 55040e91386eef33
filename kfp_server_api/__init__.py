# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
"""Client of the Kubeflow Pipelines REST API v2beta1, releases 2.0.0 to 2.17.3.

A name is imported when it is first used, so that importing the package costs next to nothing.
"""

from __future__ import absolute_import, annotations

from kfp_server_api._version import __version__

TYPE_CHECKING = False  # what type checkers take for true; importing `typing` would cost ten times the rest
if TYPE_CHECKING:
    from kfp_server_api import api, api_client, configuration, exceptions, models, rest
    from kfp_server_api.api.auth_service_api import AuthServiceApi
    from kfp_server_api.api.dummy_filter_service_api import DummyFilterServiceApi
    from kfp_server_api.api.experiment_service_api import ExperimentServiceApi
    from kfp_server_api.api.healthz_service_api import HealthzServiceApi
    from kfp_server_api.api.pipeline_service_api import PipelineServiceApi
    from kfp_server_api.api.pipeline_upload_service_api import PipelineUploadServiceApi
    from kfp_server_api.api.recurring_run_service_api import RecurringRunServiceApi
    from kfp_server_api.api.report_service_api import ReportServiceApi
    from kfp_server_api.api.run_service_api import RunServiceApi
    from kfp_server_api.api.visualization_service_api import VisualizationServiceApi
    from kfp_server_api.api_client import ApiClient
    from kfp_server_api.configuration import Configuration
    from kfp_server_api.exceptions import (
        ApiConnectionError,
        ApiException,
        ApiKeyError,
        ApiTimeoutError,
        ApiTypeError,
        ApiValueError,
        AuthenticationError,
        BadRequestError,
        ConflictError,
        DecodeError,
        NotFoundError,
        OpenApiException,
        PermissionDeniedError,
        RateLimitError,
        RunCanceled,
        RunFailed,
        ServerError,
        TLSError,
        WaitTimeout,
    )
    from kfp_server_api.models.authorize_request_resources import AuthorizeRequestResources
    from kfp_server_api.models.authorize_request_verb import AuthorizeRequestVerb
    from kfp_server_api.models.google_rpc_status import GoogleRpcStatus
    from kfp_server_api.models.googlerpc_status import GooglerpcStatus
    from kfp_server_api.models.inline_object import InlineObject
    from kfp_server_api.models.inline_object1 import InlineObject1
    from kfp_server_api.models.metadata_value_render_type import MetadataValueRenderType
    from kfp_server_api.models.pipeline_task_detail_child_task import PipelineTaskDetailChildTask
    from kfp_server_api.models.predicate_int_values import PredicateIntValues
    from kfp_server_api.models.predicate_long_values import PredicateLongValues
    from kfp_server_api.models.predicate_string_values import PredicateStringValues
    from kfp_server_api.models.protobuf_any import ProtobufAny
    from kfp_server_api.models.protobuf_null_value import ProtobufNullValue
    from kfp_server_api.models.recurring_run_mode import RecurringRunMode
    from kfp_server_api.models.runtime_error import RuntimeError as RuntimeError
    from kfp_server_api.models.v2beta1_artifact_list import V2beta1ArtifactList
    from kfp_server_api.models.v2beta1_create_pipeline_and_version_request import V2beta1CreatePipelineAndVersionRequest
    from kfp_server_api.models.v2beta1_cron_schedule import V2beta1CronSchedule
    from kfp_server_api.models.v2beta1_delete_propagation_policy import V2beta1DeletePropagationPolicy
    from kfp_server_api.models.v2beta1_experiment import V2beta1Experiment
    from kfp_server_api.models.v2beta1_experiment_storage_state import V2beta1ExperimentStorageState
    from kfp_server_api.models.v2beta1_filter import V2beta1Filter
    from kfp_server_api.models.v2beta1_get_healthz_response import V2beta1GetHealthzResponse
    from kfp_server_api.models.v2beta1_list_experiments_response import V2beta1ListExperimentsResponse
    from kfp_server_api.models.v2beta1_list_pipeline_versions_response import V2beta1ListPipelineVersionsResponse
    from kfp_server_api.models.v2beta1_list_pipelines_response import V2beta1ListPipelinesResponse
    from kfp_server_api.models.v2beta1_list_recurring_runs_response import V2beta1ListRecurringRunsResponse
    from kfp_server_api.models.v2beta1_list_runs_response import V2beta1ListRunsResponse
    from kfp_server_api.models.v2beta1_metadata_value import V2beta1MetadataValue
    from kfp_server_api.models.v2beta1_periodic_schedule import V2beta1PeriodicSchedule
    from kfp_server_api.models.v2beta1_pipeline import V2beta1Pipeline
    from kfp_server_api.models.v2beta1_pipeline_task_detail import V2beta1PipelineTaskDetail
    from kfp_server_api.models.v2beta1_pipeline_task_executor_detail import V2beta1PipelineTaskExecutorDetail
    from kfp_server_api.models.v2beta1_pipeline_version import V2beta1PipelineVersion
    from kfp_server_api.models.v2beta1_pipeline_version_reference import V2beta1PipelineVersionReference
    from kfp_server_api.models.v2beta1_plugin_output import V2beta1PluginOutput
    from kfp_server_api.models.v2beta1_plugin_state import V2beta1PluginState
    from kfp_server_api.models.v2beta1_predicate import V2beta1Predicate
    from kfp_server_api.models.v2beta1_predicate_operation import V2beta1PredicateOperation
    from kfp_server_api.models.v2beta1_read_artifact_response import V2beta1ReadArtifactResponse
    from kfp_server_api.models.v2beta1_recurring_run import V2beta1RecurringRun
    from kfp_server_api.models.v2beta1_recurring_run_status import V2beta1RecurringRunStatus
    from kfp_server_api.models.v2beta1_run import V2beta1Run
    from kfp_server_api.models.v2beta1_run_details import V2beta1RunDetails
    from kfp_server_api.models.v2beta1_run_storage_state import V2beta1RunStorageState
    from kfp_server_api.models.v2beta1_runtime_config import V2beta1RuntimeConfig
    from kfp_server_api.models.v2beta1_runtime_state import V2beta1RuntimeState
    from kfp_server_api.models.v2beta1_runtime_status import V2beta1RuntimeStatus
    from kfp_server_api.models.v2beta1_trigger import V2beta1Trigger
    from kfp_server_api.models.v2beta1_url import V2beta1Url
    from kfp_server_api.models.v2beta1_visualization import V2beta1Visualization
    from kfp_server_api.models.v2beta1_visualization_type import V2beta1VisualizationType

__all__ = [
    "ApiClient",
    "ApiConnectionError",
    "ApiException",
    "ApiKeyError",
    "ApiTimeoutError",
    "ApiTypeError",
    "ApiValueError",
    "AuthServiceApi",
    "AuthenticationError",
    "AuthorizeRequestResources",
    "AuthorizeRequestVerb",
    "BadRequestError",
    "Configuration",
    "ConflictError",
    "DecodeError",
    "DummyFilterServiceApi",
    "ExperimentServiceApi",
    "GoogleRpcStatus",
    "GooglerpcStatus",
    "HealthzServiceApi",
    "InlineObject",
    "InlineObject1",
    "MetadataValueRenderType",
    "NotFoundError",
    "OpenApiException",
    "PermissionDeniedError",
    "PipelineServiceApi",
    "PipelineTaskDetailChildTask",
    "PipelineUploadServiceApi",
    "PredicateIntValues",
    "PredicateLongValues",
    "PredicateStringValues",
    "ProtobufAny",
    "ProtobufNullValue",
    "RateLimitError",
    "RecurringRunMode",
    "RecurringRunServiceApi",
    "ReportServiceApi",
    "RunCanceled",
    "RunFailed",
    "RunServiceApi",
    "ServerError",
    "TLSError",
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
    "VisualizationServiceApi",
    "WaitTimeout",
    "__version__",
    "absolute_import",
    "api",
    "api_client",
    "configuration",
    "exceptions",
    "models",
    "rest",
]

_MODULES = {
    "ApiClient": "api_client",
    "ApiConnectionError": "exceptions",
    "ApiException": "exceptions",
    "ApiKeyError": "exceptions",
    "ApiTimeoutError": "exceptions",
    "ApiTypeError": "exceptions",
    "ApiValueError": "exceptions",
    "AuthServiceApi": "api.auth_service_api",
    "AuthenticationError": "exceptions",
    "AuthorizeRequestResources": "models.authorize_request_resources",
    "AuthorizeRequestVerb": "models.authorize_request_verb",
    "BadRequestError": "exceptions",
    "Configuration": "configuration",
    "ConflictError": "exceptions",
    "DecodeError": "exceptions",
    "DummyFilterServiceApi": "api.dummy_filter_service_api",
    "ExperimentServiceApi": "api.experiment_service_api",
    "GoogleRpcStatus": "models.google_rpc_status",
    "GooglerpcStatus": "models.googlerpc_status",
    "HealthzServiceApi": "api.healthz_service_api",
    "InlineObject": "models.inline_object",
    "InlineObject1": "models.inline_object1",
    "MetadataValueRenderType": "models.metadata_value_render_type",
    "NotFoundError": "exceptions",
    "OpenApiException": "exceptions",
    "PermissionDeniedError": "exceptions",
    "PipelineServiceApi": "api.pipeline_service_api",
    "PipelineTaskDetailChildTask": "models.pipeline_task_detail_child_task",
    "PipelineUploadServiceApi": "api.pipeline_upload_service_api",
    "PredicateIntValues": "models.predicate_int_values",
    "PredicateLongValues": "models.predicate_long_values",
    "PredicateStringValues": "models.predicate_string_values",
    "ProtobufAny": "models.protobuf_any",
    "ProtobufNullValue": "models.protobuf_null_value",
    "RateLimitError": "exceptions",
    "RecurringRunMode": "models.recurring_run_mode",
    "RecurringRunServiceApi": "api.recurring_run_service_api",
    "ReportServiceApi": "api.report_service_api",
    "RunCanceled": "exceptions",
    "RunFailed": "exceptions",
    "RunServiceApi": "api.run_service_api",
    "RuntimeError": "models.runtime_error",
    "ServerError": "exceptions",
    "TLSError": "exceptions",
    "V2beta1ArtifactList": "models.v2beta1_artifact_list",
    "V2beta1CreatePipelineAndVersionRequest": "models.v2beta1_create_pipeline_and_version_request",
    "V2beta1CronSchedule": "models.v2beta1_cron_schedule",
    "V2beta1DeletePropagationPolicy": "models.v2beta1_delete_propagation_policy",
    "V2beta1Experiment": "models.v2beta1_experiment",
    "V2beta1ExperimentStorageState": "models.v2beta1_experiment_storage_state",
    "V2beta1Filter": "models.v2beta1_filter",
    "V2beta1GetHealthzResponse": "models.v2beta1_get_healthz_response",
    "V2beta1ListExperimentsResponse": "models.v2beta1_list_experiments_response",
    "V2beta1ListPipelineVersionsResponse": "models.v2beta1_list_pipeline_versions_response",
    "V2beta1ListPipelinesResponse": "models.v2beta1_list_pipelines_response",
    "V2beta1ListRecurringRunsResponse": "models.v2beta1_list_recurring_runs_response",
    "V2beta1ListRunsResponse": "models.v2beta1_list_runs_response",
    "V2beta1MetadataValue": "models.v2beta1_metadata_value",
    "V2beta1PeriodicSchedule": "models.v2beta1_periodic_schedule",
    "V2beta1Pipeline": "models.v2beta1_pipeline",
    "V2beta1PipelineTaskDetail": "models.v2beta1_pipeline_task_detail",
    "V2beta1PipelineTaskExecutorDetail": "models.v2beta1_pipeline_task_executor_detail",
    "V2beta1PipelineVersion": "models.v2beta1_pipeline_version",
    "V2beta1PipelineVersionReference": "models.v2beta1_pipeline_version_reference",
    "V2beta1PluginOutput": "models.v2beta1_plugin_output",
    "V2beta1PluginState": "models.v2beta1_plugin_state",
    "V2beta1Predicate": "models.v2beta1_predicate",
    "V2beta1PredicateOperation": "models.v2beta1_predicate_operation",
    "V2beta1ReadArtifactResponse": "models.v2beta1_read_artifact_response",
    "V2beta1RecurringRun": "models.v2beta1_recurring_run",
    "V2beta1RecurringRunStatus": "models.v2beta1_recurring_run_status",
    "V2beta1Run": "models.v2beta1_run",
    "V2beta1RunDetails": "models.v2beta1_run_details",
    "V2beta1RunStorageState": "models.v2beta1_run_storage_state",
    "V2beta1RuntimeConfig": "models.v2beta1_runtime_config",
    "V2beta1RuntimeState": "models.v2beta1_runtime_state",
    "V2beta1RuntimeStatus": "models.v2beta1_runtime_status",
    "V2beta1Trigger": "models.v2beta1_trigger",
    "V2beta1Url": "models.v2beta1_url",
    "V2beta1Visualization": "models.v2beta1_visualization",
    "V2beta1VisualizationType": "models.v2beta1_visualization_type",
    "VisualizationServiceApi": "api.visualization_service_api",
    "WaitTimeout": "exceptions",
    "api": "api",
    "api_client": "api_client",
    "configuration": "configuration",
    "exceptions": "exceptions",
    "models": "models",
    "rest": "rest",
}

if not TYPE_CHECKING:  # else checkers would take every name

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        module = import_module(f"{__name__}.{_MODULES[name]}")
        value = globals()[name] = module if _MODULES[name] == name else getattr(module, name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
