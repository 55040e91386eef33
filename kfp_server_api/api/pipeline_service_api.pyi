# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from collections.abc import Mapping
from multiprocessing.pool import ApplyResult
from typing import Any, overload

from typing_extensions import Unpack
from urllib3.response import HTTPResponse

from kfp_server_api._operation import Operation
from kfp_server_api._service import Service
from kfp_server_api._types import AsyncOptions, Headers, Options, RawOptions
from kfp_server_api.filters import Filter, Order
from kfp_server_api.models.inline_object import InlineObject
from kfp_server_api.models.inline_object1 import InlineObject1
from kfp_server_api.models.v2beta1_create_pipeline_and_version_request import V2beta1CreatePipelineAndVersionRequest
from kfp_server_api.models.v2beta1_filter import V2beta1Filter
from kfp_server_api.models.v2beta1_list_pipeline_versions_response import V2beta1ListPipelineVersionsResponse
from kfp_server_api.models.v2beta1_list_pipelines_response import V2beta1ListPipelinesResponse
from kfp_server_api.models.v2beta1_pipeline import V2beta1Pipeline
from kfp_server_api.models.v2beta1_pipeline_version import V2beta1PipelineVersion

class PipelineServiceApi(Service):
    _create_pipeline: Operation
    @overload
    def pipeline_service_create_pipeline(
        self, pipeline: V2beta1Pipeline | Mapping[str, Any], **options: Unpack[Options]
    ) -> V2beta1Pipeline: ...
    @overload
    def pipeline_service_create_pipeline(
        self, pipeline: V2beta1Pipeline | Mapping[str, Any], **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1Pipeline]: ...
    @overload
    def pipeline_service_create_pipeline(
        self, pipeline: V2beta1Pipeline | Mapping[str, Any], **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def pipeline_service_create_pipeline_with_http_info(
        self, pipeline: V2beta1Pipeline | Mapping[str, Any], **options: Unpack[Options]
    ) -> tuple[V2beta1Pipeline, int, Headers]: ...
    @overload
    def pipeline_service_create_pipeline_with_http_info(
        self, pipeline: V2beta1Pipeline | Mapping[str, Any], **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1Pipeline, int, Headers]]: ...
    @overload
    def pipeline_service_create_pipeline_with_http_info(
        self, pipeline: V2beta1Pipeline | Mapping[str, Any], **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    create_pipeline = pipeline_service_create_pipeline
    create_pipeline_with_http_info = pipeline_service_create_pipeline_with_http_info
    _list_pipelines: Operation
    @overload
    def pipeline_service_list_pipelines(
        self, *, namespace: str | None = ..., page_token: str | None = ..., page_size: int | None = ...,
        sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., **options: Unpack[Options]
    ) -> V2beta1ListPipelinesResponse: ...
    @overload
    def pipeline_service_list_pipelines(
        self, *, namespace: str | None = ..., page_token: str | None = ..., page_size: int | None = ...,
        sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1ListPipelinesResponse]: ...
    @overload
    def pipeline_service_list_pipelines(
        self, *, namespace: str | None = ..., page_token: str | None = ..., page_size: int | None = ...,
        sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def pipeline_service_list_pipelines_with_http_info(
        self, *, namespace: str | None = ..., page_token: str | None = ..., page_size: int | None = ...,
        sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., **options: Unpack[Options]
    ) -> tuple[V2beta1ListPipelinesResponse, int, Headers]: ...
    @overload
    def pipeline_service_list_pipelines_with_http_info(
        self, *, namespace: str | None = ..., page_token: str | None = ..., page_size: int | None = ...,
        sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1ListPipelinesResponse, int, Headers]]: ...
    @overload
    def pipeline_service_list_pipelines_with_http_info(
        self, *, namespace: str | None = ..., page_token: str | None = ..., page_size: int | None = ...,
        sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    list_pipelines = pipeline_service_list_pipelines
    list_pipelines_with_http_info = pipeline_service_list_pipelines_with_http_info
    _create_pipeline_and_version: Operation
    @overload
    def pipeline_service_create_pipeline_and_version(
        self, body: V2beta1CreatePipelineAndVersionRequest | Mapping[str, Any], **options: Unpack[Options]
    ) -> V2beta1Pipeline: ...
    @overload
    def pipeline_service_create_pipeline_and_version(
        self, body: V2beta1CreatePipelineAndVersionRequest | Mapping[str, Any],
        **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1Pipeline]: ...
    @overload
    def pipeline_service_create_pipeline_and_version(
        self, body: V2beta1CreatePipelineAndVersionRequest | Mapping[str, Any], **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def pipeline_service_create_pipeline_and_version_with_http_info(
        self, body: V2beta1CreatePipelineAndVersionRequest | Mapping[str, Any], **options: Unpack[Options]
    ) -> tuple[V2beta1Pipeline, int, Headers]: ...
    @overload
    def pipeline_service_create_pipeline_and_version_with_http_info(
        self, body: V2beta1CreatePipelineAndVersionRequest | Mapping[str, Any],
        **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1Pipeline, int, Headers]]: ...
    @overload
    def pipeline_service_create_pipeline_and_version_with_http_info(
        self, body: V2beta1CreatePipelineAndVersionRequest | Mapping[str, Any], **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    create_pipeline_and_version = pipeline_service_create_pipeline_and_version
    create_pipeline_and_version_with_http_info = pipeline_service_create_pipeline_and_version_with_http_info
    _create_pipeline_version: Operation
    @overload
    def pipeline_service_create_pipeline_version(
        self, pipeline_id: str, pipeline_version: V2beta1PipelineVersion | Mapping[str, Any],
        **options: Unpack[Options]
    ) -> V2beta1PipelineVersion: ...
    @overload
    def pipeline_service_create_pipeline_version(
        self, pipeline_id: str, pipeline_version: V2beta1PipelineVersion | Mapping[str, Any],
        **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1PipelineVersion]: ...
    @overload
    def pipeline_service_create_pipeline_version(
        self, pipeline_id: str, pipeline_version: V2beta1PipelineVersion | Mapping[str, Any],
        **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def pipeline_service_create_pipeline_version_with_http_info(
        self, pipeline_id: str, pipeline_version: V2beta1PipelineVersion | Mapping[str, Any],
        **options: Unpack[Options]
    ) -> tuple[V2beta1PipelineVersion, int, Headers]: ...
    @overload
    def pipeline_service_create_pipeline_version_with_http_info(
        self, pipeline_id: str, pipeline_version: V2beta1PipelineVersion | Mapping[str, Any],
        **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1PipelineVersion, int, Headers]]: ...
    @overload
    def pipeline_service_create_pipeline_version_with_http_info(
        self, pipeline_id: str, pipeline_version: V2beta1PipelineVersion | Mapping[str, Any],
        **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    create_pipeline_version = pipeline_service_create_pipeline_version
    create_pipeline_version_with_http_info = pipeline_service_create_pipeline_version_with_http_info
    _list_pipeline_versions: Operation
    @overload
    def pipeline_service_list_pipeline_versions(
        self, pipeline_id: str, *, page_token: str | None = ..., page_size: int | None = ...,
        sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., **options: Unpack[Options]
    ) -> V2beta1ListPipelineVersionsResponse: ...
    @overload
    def pipeline_service_list_pipeline_versions(
        self, pipeline_id: str, *, page_token: str | None = ..., page_size: int | None = ...,
        sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1ListPipelineVersionsResponse]: ...
    @overload
    def pipeline_service_list_pipeline_versions(
        self, pipeline_id: str, *, page_token: str | None = ..., page_size: int | None = ...,
        sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def pipeline_service_list_pipeline_versions_with_http_info(
        self, pipeline_id: str, *, page_token: str | None = ..., page_size: int | None = ...,
        sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., **options: Unpack[Options]
    ) -> tuple[V2beta1ListPipelineVersionsResponse, int, Headers]: ...
    @overload
    def pipeline_service_list_pipeline_versions_with_http_info(
        self, pipeline_id: str, *, page_token: str | None = ..., page_size: int | None = ...,
        sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1ListPipelineVersionsResponse, int, Headers]]: ...
    @overload
    def pipeline_service_list_pipeline_versions_with_http_info(
        self, pipeline_id: str, *, page_token: str | None = ..., page_size: int | None = ...,
        sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    list_pipeline_versions = pipeline_service_list_pipeline_versions
    list_pipeline_versions_with_http_info = pipeline_service_list_pipeline_versions_with_http_info
    _delete_pipeline: Operation
    @overload
    def pipeline_service_delete_pipeline(
        self, pipeline_id: str, *, cascade: bool | None = ..., **options: Unpack[Options]
    ) -> Any: ...
    @overload
    def pipeline_service_delete_pipeline(
        self, pipeline_id: str, *, cascade: bool | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[Any]: ...
    @overload
    def pipeline_service_delete_pipeline(
        self, pipeline_id: str, *, cascade: bool | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def pipeline_service_delete_pipeline_with_http_info(
        self, pipeline_id: str, *, cascade: bool | None = ..., **options: Unpack[Options]
    ) -> tuple[Any, int, Headers]: ...
    @overload
    def pipeline_service_delete_pipeline_with_http_info(
        self, pipeline_id: str, *, cascade: bool | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[Any, int, Headers]]: ...
    @overload
    def pipeline_service_delete_pipeline_with_http_info(
        self, pipeline_id: str, *, cascade: bool | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    delete_pipeline = pipeline_service_delete_pipeline
    delete_pipeline_with_http_info = pipeline_service_delete_pipeline_with_http_info
    _get_pipeline: Operation
    @overload
    def pipeline_service_get_pipeline(
        self, pipeline_id: str, **options: Unpack[Options]
    ) -> V2beta1Pipeline: ...
    @overload
    def pipeline_service_get_pipeline(
        self, pipeline_id: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1Pipeline]: ...
    @overload
    def pipeline_service_get_pipeline(
        self, pipeline_id: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def pipeline_service_get_pipeline_with_http_info(
        self, pipeline_id: str, **options: Unpack[Options]
    ) -> tuple[V2beta1Pipeline, int, Headers]: ...
    @overload
    def pipeline_service_get_pipeline_with_http_info(
        self, pipeline_id: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1Pipeline, int, Headers]]: ...
    @overload
    def pipeline_service_get_pipeline_with_http_info(
        self, pipeline_id: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    get_pipeline = pipeline_service_get_pipeline
    get_pipeline_with_http_info = pipeline_service_get_pipeline_with_http_info
    _update_pipeline: Operation
    @overload
    def pipeline_service_update_pipeline(
        self, pipeline_pipeline_id: str, pipeline: InlineObject | Mapping[str, Any],
        **options: Unpack[Options]
    ) -> V2beta1Pipeline: ...
    @overload
    def pipeline_service_update_pipeline(
        self, pipeline_pipeline_id: str, pipeline: InlineObject | Mapping[str, Any],
        **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1Pipeline]: ...
    @overload
    def pipeline_service_update_pipeline(
        self, pipeline_pipeline_id: str, pipeline: InlineObject | Mapping[str, Any],
        **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def pipeline_service_update_pipeline_with_http_info(
        self, pipeline_pipeline_id: str, pipeline: InlineObject | Mapping[str, Any],
        **options: Unpack[Options]
    ) -> tuple[V2beta1Pipeline, int, Headers]: ...
    @overload
    def pipeline_service_update_pipeline_with_http_info(
        self, pipeline_pipeline_id: str, pipeline: InlineObject | Mapping[str, Any],
        **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1Pipeline, int, Headers]]: ...
    @overload
    def pipeline_service_update_pipeline_with_http_info(
        self, pipeline_pipeline_id: str, pipeline: InlineObject | Mapping[str, Any],
        **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    update_pipeline = pipeline_service_update_pipeline
    update_pipeline_with_http_info = pipeline_service_update_pipeline_with_http_info
    _delete_pipeline_version: Operation
    @overload
    def pipeline_service_delete_pipeline_version(
        self, pipeline_id: str, pipeline_version_id: str, **options: Unpack[Options]
    ) -> Any: ...
    @overload
    def pipeline_service_delete_pipeline_version(
        self, pipeline_id: str, pipeline_version_id: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[Any]: ...
    @overload
    def pipeline_service_delete_pipeline_version(
        self, pipeline_id: str, pipeline_version_id: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def pipeline_service_delete_pipeline_version_with_http_info(
        self, pipeline_id: str, pipeline_version_id: str, **options: Unpack[Options]
    ) -> tuple[Any, int, Headers]: ...
    @overload
    def pipeline_service_delete_pipeline_version_with_http_info(
        self, pipeline_id: str, pipeline_version_id: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[Any, int, Headers]]: ...
    @overload
    def pipeline_service_delete_pipeline_version_with_http_info(
        self, pipeline_id: str, pipeline_version_id: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    delete_pipeline_version = pipeline_service_delete_pipeline_version
    delete_pipeline_version_with_http_info = pipeline_service_delete_pipeline_version_with_http_info
    _get_pipeline_version: Operation
    @overload
    def pipeline_service_get_pipeline_version(
        self, pipeline_id: str, pipeline_version_id: str, **options: Unpack[Options]
    ) -> V2beta1PipelineVersion: ...
    @overload
    def pipeline_service_get_pipeline_version(
        self, pipeline_id: str, pipeline_version_id: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1PipelineVersion]: ...
    @overload
    def pipeline_service_get_pipeline_version(
        self, pipeline_id: str, pipeline_version_id: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def pipeline_service_get_pipeline_version_with_http_info(
        self, pipeline_id: str, pipeline_version_id: str, **options: Unpack[Options]
    ) -> tuple[V2beta1PipelineVersion, int, Headers]: ...
    @overload
    def pipeline_service_get_pipeline_version_with_http_info(
        self, pipeline_id: str, pipeline_version_id: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1PipelineVersion, int, Headers]]: ...
    @overload
    def pipeline_service_get_pipeline_version_with_http_info(
        self, pipeline_id: str, pipeline_version_id: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    get_pipeline_version = pipeline_service_get_pipeline_version
    get_pipeline_version_with_http_info = pipeline_service_get_pipeline_version_with_http_info
    _update_pipeline_version: Operation
    @overload
    def pipeline_service_update_pipeline_version(
        self, pipeline_version_pipeline_id: str, pipeline_version_pipeline_version_id: str,
        pipeline_version: InlineObject1 | Mapping[str, Any], **options: Unpack[Options]
    ) -> V2beta1PipelineVersion: ...
    @overload
    def pipeline_service_update_pipeline_version(
        self, pipeline_version_pipeline_id: str, pipeline_version_pipeline_version_id: str,
        pipeline_version: InlineObject1 | Mapping[str, Any], **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1PipelineVersion]: ...
    @overload
    def pipeline_service_update_pipeline_version(
        self, pipeline_version_pipeline_id: str, pipeline_version_pipeline_version_id: str,
        pipeline_version: InlineObject1 | Mapping[str, Any], **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def pipeline_service_update_pipeline_version_with_http_info(
        self, pipeline_version_pipeline_id: str, pipeline_version_pipeline_version_id: str,
        pipeline_version: InlineObject1 | Mapping[str, Any], **options: Unpack[Options]
    ) -> tuple[V2beta1PipelineVersion, int, Headers]: ...
    @overload
    def pipeline_service_update_pipeline_version_with_http_info(
        self, pipeline_version_pipeline_id: str, pipeline_version_pipeline_version_id: str,
        pipeline_version: InlineObject1 | Mapping[str, Any], **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1PipelineVersion, int, Headers]]: ...
    @overload
    def pipeline_service_update_pipeline_version_with_http_info(
        self, pipeline_version_pipeline_id: str, pipeline_version_pipeline_version_id: str,
        pipeline_version: InlineObject1 | Mapping[str, Any], **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    update_pipeline_version = pipeline_service_update_pipeline_version
    update_pipeline_version_with_http_info = pipeline_service_update_pipeline_version_with_http_info
    _get_pipeline_by_name: Operation
    @overload
    def pipeline_service_get_pipeline_by_name(
        self, name: str, *, namespace: str | None = ..., **options: Unpack[Options]
    ) -> V2beta1Pipeline: ...
    @overload
    def pipeline_service_get_pipeline_by_name(
        self, name: str, *, namespace: str | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1Pipeline]: ...
    @overload
    def pipeline_service_get_pipeline_by_name(
        self, name: str, *, namespace: str | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def pipeline_service_get_pipeline_by_name_with_http_info(
        self, name: str, *, namespace: str | None = ..., **options: Unpack[Options]
    ) -> tuple[V2beta1Pipeline, int, Headers]: ...
    @overload
    def pipeline_service_get_pipeline_by_name_with_http_info(
        self, name: str, *, namespace: str | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1Pipeline, int, Headers]]: ...
    @overload
    def pipeline_service_get_pipeline_by_name_with_http_info(
        self, name: str, *, namespace: str | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    get_pipeline_by_name = pipeline_service_get_pipeline_by_name
    get_pipeline_by_name_with_http_info = pipeline_service_get_pipeline_by_name_with_http_info
