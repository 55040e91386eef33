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
from kfp_server_api.models.v2beta1_filter import V2beta1Filter
from kfp_server_api.models.v2beta1_list_runs_response import V2beta1ListRunsResponse
from kfp_server_api.models.v2beta1_read_artifact_response import V2beta1ReadArtifactResponse
from kfp_server_api.models.v2beta1_run import V2beta1Run

class RunServiceApi(Service):
    _archive_run: Operation
    @overload
    def run_service_archive_run(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[Options]
    ) -> Any: ...
    @overload
    def run_service_archive_run(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[Any]: ...
    @overload
    def run_service_archive_run(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def run_service_archive_run_with_http_info(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[Options]
    ) -> tuple[Any, int, Headers]: ...
    @overload
    def run_service_archive_run_with_http_info(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[Any, int, Headers]]: ...
    @overload
    def run_service_archive_run_with_http_info(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    archive_run = run_service_archive_run
    archive_run_with_http_info = run_service_archive_run_with_http_info
    _create_run: Operation
    @overload
    def run_service_create_run(
        self, run: V2beta1Run | Mapping[str, Any], *, experiment_id: str | None = ...,
        **options: Unpack[Options]
    ) -> V2beta1Run: ...
    @overload
    def run_service_create_run(
        self, run: V2beta1Run | Mapping[str, Any], *, experiment_id: str | None = ...,
        **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1Run]: ...
    @overload
    def run_service_create_run(
        self, run: V2beta1Run | Mapping[str, Any], *, experiment_id: str | None = ...,
        **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def run_service_create_run_with_http_info(
        self, run: V2beta1Run | Mapping[str, Any], *, experiment_id: str | None = ...,
        **options: Unpack[Options]
    ) -> tuple[V2beta1Run, int, Headers]: ...
    @overload
    def run_service_create_run_with_http_info(
        self, run: V2beta1Run | Mapping[str, Any], *, experiment_id: str | None = ...,
        **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1Run, int, Headers]]: ...
    @overload
    def run_service_create_run_with_http_info(
        self, run: V2beta1Run | Mapping[str, Any], *, experiment_id: str | None = ...,
        **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    create_run = run_service_create_run
    create_run_with_http_info = run_service_create_run_with_http_info
    _list_runs: Operation
    @overload
    def run_service_list_runs(
        self, *, namespace: str | None = ..., experiment_id: str | None = ..., page_token: str | None = ...,
        page_size: int | None = ..., sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., **options: Unpack[Options]
    ) -> V2beta1ListRunsResponse: ...
    @overload
    def run_service_list_runs(
        self, *, namespace: str | None = ..., experiment_id: str | None = ..., page_token: str | None = ...,
        page_size: int | None = ..., sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1ListRunsResponse]: ...
    @overload
    def run_service_list_runs(
        self, *, namespace: str | None = ..., experiment_id: str | None = ..., page_token: str | None = ...,
        page_size: int | None = ..., sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def run_service_list_runs_with_http_info(
        self, *, namespace: str | None = ..., experiment_id: str | None = ..., page_token: str | None = ...,
        page_size: int | None = ..., sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., **options: Unpack[Options]
    ) -> tuple[V2beta1ListRunsResponse, int, Headers]: ...
    @overload
    def run_service_list_runs_with_http_info(
        self, *, namespace: str | None = ..., experiment_id: str | None = ..., page_token: str | None = ...,
        page_size: int | None = ..., sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1ListRunsResponse, int, Headers]]: ...
    @overload
    def run_service_list_runs_with_http_info(
        self, *, namespace: str | None = ..., experiment_id: str | None = ..., page_token: str | None = ...,
        page_size: int | None = ..., sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    list_runs = run_service_list_runs
    list_runs_with_http_info = run_service_list_runs_with_http_info
    _delete_run: Operation
    @overload
    def run_service_delete_run(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[Options]
    ) -> Any: ...
    @overload
    def run_service_delete_run(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[Any]: ...
    @overload
    def run_service_delete_run(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def run_service_delete_run_with_http_info(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[Options]
    ) -> tuple[Any, int, Headers]: ...
    @overload
    def run_service_delete_run_with_http_info(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[Any, int, Headers]]: ...
    @overload
    def run_service_delete_run_with_http_info(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    delete_run = run_service_delete_run
    delete_run_with_http_info = run_service_delete_run_with_http_info
    _get_run: Operation
    @overload
    def run_service_get_run(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[Options]
    ) -> V2beta1Run: ...
    @overload
    def run_service_get_run(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1Run]: ...
    @overload
    def run_service_get_run(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def run_service_get_run_with_http_info(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[Options]
    ) -> tuple[V2beta1Run, int, Headers]: ...
    @overload
    def run_service_get_run_with_http_info(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1Run, int, Headers]]: ...
    @overload
    def run_service_get_run_with_http_info(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    get_run = run_service_get_run
    get_run_with_http_info = run_service_get_run_with_http_info
    _read_artifact: Operation
    @overload
    def run_service_read_artifact(
        self, run_id: str, node_id: str, artifact_name: str, *, experiment_id: str | None = ...,
        **options: Unpack[Options]
    ) -> V2beta1ReadArtifactResponse: ...
    @overload
    def run_service_read_artifact(
        self, run_id: str, node_id: str, artifact_name: str, *, experiment_id: str | None = ...,
        **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1ReadArtifactResponse]: ...
    @overload
    def run_service_read_artifact(
        self, run_id: str, node_id: str, artifact_name: str, *, experiment_id: str | None = ...,
        **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def run_service_read_artifact_with_http_info(
        self, run_id: str, node_id: str, artifact_name: str, *, experiment_id: str | None = ...,
        **options: Unpack[Options]
    ) -> tuple[V2beta1ReadArtifactResponse, int, Headers]: ...
    @overload
    def run_service_read_artifact_with_http_info(
        self, run_id: str, node_id: str, artifact_name: str, *, experiment_id: str | None = ...,
        **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1ReadArtifactResponse, int, Headers]]: ...
    @overload
    def run_service_read_artifact_with_http_info(
        self, run_id: str, node_id: str, artifact_name: str, *, experiment_id: str | None = ...,
        **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    read_artifact = run_service_read_artifact
    read_artifact_with_http_info = run_service_read_artifact_with_http_info
    _retry_run: Operation
    @overload
    def run_service_retry_run(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[Options]
    ) -> Any: ...
    @overload
    def run_service_retry_run(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[Any]: ...
    @overload
    def run_service_retry_run(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def run_service_retry_run_with_http_info(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[Options]
    ) -> tuple[Any, int, Headers]: ...
    @overload
    def run_service_retry_run_with_http_info(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[Any, int, Headers]]: ...
    @overload
    def run_service_retry_run_with_http_info(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    retry_run = run_service_retry_run
    retry_run_with_http_info = run_service_retry_run_with_http_info
    _terminate_run: Operation
    @overload
    def run_service_terminate_run(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[Options]
    ) -> Any: ...
    @overload
    def run_service_terminate_run(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[Any]: ...
    @overload
    def run_service_terminate_run(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def run_service_terminate_run_with_http_info(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[Options]
    ) -> tuple[Any, int, Headers]: ...
    @overload
    def run_service_terminate_run_with_http_info(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[Any, int, Headers]]: ...
    @overload
    def run_service_terminate_run_with_http_info(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    terminate_run = run_service_terminate_run
    terminate_run_with_http_info = run_service_terminate_run_with_http_info
    _unarchive_run: Operation
    @overload
    def run_service_unarchive_run(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[Options]
    ) -> Any: ...
    @overload
    def run_service_unarchive_run(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[Any]: ...
    @overload
    def run_service_unarchive_run(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def run_service_unarchive_run_with_http_info(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[Options]
    ) -> tuple[Any, int, Headers]: ...
    @overload
    def run_service_unarchive_run_with_http_info(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[Any, int, Headers]]: ...
    @overload
    def run_service_unarchive_run_with_http_info(
        self, run_id: str, *, experiment_id: str | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    unarchive_run = run_service_unarchive_run
    unarchive_run_with_http_info = run_service_unarchive_run_with_http_info
