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
from kfp_server_api.models.v2beta1_list_recurring_runs_response import V2beta1ListRecurringRunsResponse
from kfp_server_api.models.v2beta1_recurring_run import V2beta1RecurringRun

class RecurringRunServiceApi(Service):
    _create_recurring_run: Operation
    @overload
    def recurring_run_service_create_recurring_run(
        self, recurring_run: V2beta1RecurringRun | Mapping[str, Any], **options: Unpack[Options]
    ) -> V2beta1RecurringRun: ...
    @overload
    def recurring_run_service_create_recurring_run(
        self, recurring_run: V2beta1RecurringRun | Mapping[str, Any], **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1RecurringRun]: ...
    @overload
    def recurring_run_service_create_recurring_run(
        self, recurring_run: V2beta1RecurringRun | Mapping[str, Any], **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def recurring_run_service_create_recurring_run_with_http_info(
        self, recurring_run: V2beta1RecurringRun | Mapping[str, Any], **options: Unpack[Options]
    ) -> tuple[V2beta1RecurringRun, int, Headers]: ...
    @overload
    def recurring_run_service_create_recurring_run_with_http_info(
        self, recurring_run: V2beta1RecurringRun | Mapping[str, Any], **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1RecurringRun, int, Headers]]: ...
    @overload
    def recurring_run_service_create_recurring_run_with_http_info(
        self, recurring_run: V2beta1RecurringRun | Mapping[str, Any], **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    create_recurring_run = recurring_run_service_create_recurring_run
    create_recurring_run_with_http_info = recurring_run_service_create_recurring_run_with_http_info
    _list_recurring_runs: Operation
    @overload
    def recurring_run_service_list_recurring_runs(
        self, *, page_token: str | None = ..., page_size: int | None = ..., sort_by: str | Order | None = ...,
        namespace: str | None = ..., filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ...,
        experiment_id: str | None = ..., **options: Unpack[Options]
    ) -> V2beta1ListRecurringRunsResponse: ...
    @overload
    def recurring_run_service_list_recurring_runs(
        self, *, page_token: str | None = ..., page_size: int | None = ..., sort_by: str | Order | None = ...,
        namespace: str | None = ..., filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ...,
        experiment_id: str | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1ListRecurringRunsResponse]: ...
    @overload
    def recurring_run_service_list_recurring_runs(
        self, *, page_token: str | None = ..., page_size: int | None = ..., sort_by: str | Order | None = ...,
        namespace: str | None = ..., filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ...,
        experiment_id: str | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def recurring_run_service_list_recurring_runs_with_http_info(
        self, *, page_token: str | None = ..., page_size: int | None = ..., sort_by: str | Order | None = ...,
        namespace: str | None = ..., filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ...,
        experiment_id: str | None = ..., **options: Unpack[Options]
    ) -> tuple[V2beta1ListRecurringRunsResponse, int, Headers]: ...
    @overload
    def recurring_run_service_list_recurring_runs_with_http_info(
        self, *, page_token: str | None = ..., page_size: int | None = ..., sort_by: str | Order | None = ...,
        namespace: str | None = ..., filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ...,
        experiment_id: str | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1ListRecurringRunsResponse, int, Headers]]: ...
    @overload
    def recurring_run_service_list_recurring_runs_with_http_info(
        self, *, page_token: str | None = ..., page_size: int | None = ..., sort_by: str | Order | None = ...,
        namespace: str | None = ..., filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ...,
        experiment_id: str | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    list_recurring_runs = recurring_run_service_list_recurring_runs
    list_recurring_runs_with_http_info = recurring_run_service_list_recurring_runs_with_http_info
    _delete_recurring_run: Operation
    @overload
    def recurring_run_service_delete_recurring_run(
        self, recurring_run_id: str, *, propagation_policy: str | None = ..., **options: Unpack[Options]
    ) -> Any: ...
    @overload
    def recurring_run_service_delete_recurring_run(
        self, recurring_run_id: str, *, propagation_policy: str | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[Any]: ...
    @overload
    def recurring_run_service_delete_recurring_run(
        self, recurring_run_id: str, *, propagation_policy: str | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def recurring_run_service_delete_recurring_run_with_http_info(
        self, recurring_run_id: str, *, propagation_policy: str | None = ..., **options: Unpack[Options]
    ) -> tuple[Any, int, Headers]: ...
    @overload
    def recurring_run_service_delete_recurring_run_with_http_info(
        self, recurring_run_id: str, *, propagation_policy: str | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[Any, int, Headers]]: ...
    @overload
    def recurring_run_service_delete_recurring_run_with_http_info(
        self, recurring_run_id: str, *, propagation_policy: str | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    delete_recurring_run = recurring_run_service_delete_recurring_run
    delete_recurring_run_with_http_info = recurring_run_service_delete_recurring_run_with_http_info
    _get_recurring_run: Operation
    @overload
    def recurring_run_service_get_recurring_run(
        self, recurring_run_id: str, **options: Unpack[Options]
    ) -> V2beta1RecurringRun: ...
    @overload
    def recurring_run_service_get_recurring_run(
        self, recurring_run_id: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1RecurringRun]: ...
    @overload
    def recurring_run_service_get_recurring_run(
        self, recurring_run_id: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def recurring_run_service_get_recurring_run_with_http_info(
        self, recurring_run_id: str, **options: Unpack[Options]
    ) -> tuple[V2beta1RecurringRun, int, Headers]: ...
    @overload
    def recurring_run_service_get_recurring_run_with_http_info(
        self, recurring_run_id: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1RecurringRun, int, Headers]]: ...
    @overload
    def recurring_run_service_get_recurring_run_with_http_info(
        self, recurring_run_id: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    get_recurring_run = recurring_run_service_get_recurring_run
    get_recurring_run_with_http_info = recurring_run_service_get_recurring_run_with_http_info
    _disable_recurring_run: Operation
    @overload
    def recurring_run_service_disable_recurring_run(
        self, recurring_run_id: str, **options: Unpack[Options]
    ) -> Any: ...
    @overload
    def recurring_run_service_disable_recurring_run(
        self, recurring_run_id: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[Any]: ...
    @overload
    def recurring_run_service_disable_recurring_run(
        self, recurring_run_id: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def recurring_run_service_disable_recurring_run_with_http_info(
        self, recurring_run_id: str, **options: Unpack[Options]
    ) -> tuple[Any, int, Headers]: ...
    @overload
    def recurring_run_service_disable_recurring_run_with_http_info(
        self, recurring_run_id: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[Any, int, Headers]]: ...
    @overload
    def recurring_run_service_disable_recurring_run_with_http_info(
        self, recurring_run_id: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    disable_recurring_run = recurring_run_service_disable_recurring_run
    disable_recurring_run_with_http_info = recurring_run_service_disable_recurring_run_with_http_info
    _enable_recurring_run: Operation
    @overload
    def recurring_run_service_enable_recurring_run(
        self, recurring_run_id: str, **options: Unpack[Options]
    ) -> Any: ...
    @overload
    def recurring_run_service_enable_recurring_run(
        self, recurring_run_id: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[Any]: ...
    @overload
    def recurring_run_service_enable_recurring_run(
        self, recurring_run_id: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def recurring_run_service_enable_recurring_run_with_http_info(
        self, recurring_run_id: str, **options: Unpack[Options]
    ) -> tuple[Any, int, Headers]: ...
    @overload
    def recurring_run_service_enable_recurring_run_with_http_info(
        self, recurring_run_id: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[Any, int, Headers]]: ...
    @overload
    def recurring_run_service_enable_recurring_run_with_http_info(
        self, recurring_run_id: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    enable_recurring_run = recurring_run_service_enable_recurring_run
    enable_recurring_run_with_http_info = recurring_run_service_enable_recurring_run_with_http_info
