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
from kfp_server_api.models.v2beta1_experiment import V2beta1Experiment
from kfp_server_api.models.v2beta1_filter import V2beta1Filter
from kfp_server_api.models.v2beta1_list_experiments_response import V2beta1ListExperimentsResponse

class ExperimentServiceApi(Service):
    _archive_experiment: Operation
    @overload
    def experiment_service_archive_experiment(
        self, experiment_id: str, **options: Unpack[Options]
    ) -> Any: ...
    @overload
    def experiment_service_archive_experiment(
        self, experiment_id: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[Any]: ...
    @overload
    def experiment_service_archive_experiment(
        self, experiment_id: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def experiment_service_archive_experiment_with_http_info(
        self, experiment_id: str, **options: Unpack[Options]
    ) -> tuple[Any, int, Headers]: ...
    @overload
    def experiment_service_archive_experiment_with_http_info(
        self, experiment_id: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[Any, int, Headers]]: ...
    @overload
    def experiment_service_archive_experiment_with_http_info(
        self, experiment_id: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    archive_experiment = experiment_service_archive_experiment
    archive_experiment_with_http_info = experiment_service_archive_experiment_with_http_info
    _create_experiment: Operation
    @overload
    def experiment_service_create_experiment(
        self, experiment: V2beta1Experiment | Mapping[str, Any], **options: Unpack[Options]
    ) -> V2beta1Experiment: ...
    @overload
    def experiment_service_create_experiment(
        self, experiment: V2beta1Experiment | Mapping[str, Any], **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1Experiment]: ...
    @overload
    def experiment_service_create_experiment(
        self, experiment: V2beta1Experiment | Mapping[str, Any], **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def experiment_service_create_experiment_with_http_info(
        self, experiment: V2beta1Experiment | Mapping[str, Any], **options: Unpack[Options]
    ) -> tuple[V2beta1Experiment, int, Headers]: ...
    @overload
    def experiment_service_create_experiment_with_http_info(
        self, experiment: V2beta1Experiment | Mapping[str, Any], **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1Experiment, int, Headers]]: ...
    @overload
    def experiment_service_create_experiment_with_http_info(
        self, experiment: V2beta1Experiment | Mapping[str, Any], **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    create_experiment = experiment_service_create_experiment
    create_experiment_with_http_info = experiment_service_create_experiment_with_http_info
    _list_experiments: Operation
    @overload
    def experiment_service_list_experiments(
        self, *, page_token: str | None = ..., page_size: int | None = ..., sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., namespace: str | None = ...,
        **options: Unpack[Options]
    ) -> V2beta1ListExperimentsResponse: ...
    @overload
    def experiment_service_list_experiments(
        self, *, page_token: str | None = ..., page_size: int | None = ..., sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., namespace: str | None = ...,
        **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1ListExperimentsResponse]: ...
    @overload
    def experiment_service_list_experiments(
        self, *, page_token: str | None = ..., page_size: int | None = ..., sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., namespace: str | None = ...,
        **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def experiment_service_list_experiments_with_http_info(
        self, *, page_token: str | None = ..., page_size: int | None = ..., sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., namespace: str | None = ...,
        **options: Unpack[Options]
    ) -> tuple[V2beta1ListExperimentsResponse, int, Headers]: ...
    @overload
    def experiment_service_list_experiments_with_http_info(
        self, *, page_token: str | None = ..., page_size: int | None = ..., sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., namespace: str | None = ...,
        **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1ListExperimentsResponse, int, Headers]]: ...
    @overload
    def experiment_service_list_experiments_with_http_info(
        self, *, page_token: str | None = ..., page_size: int | None = ..., sort_by: str | Order | None = ...,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = ..., namespace: str | None = ...,
        **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    list_experiments = experiment_service_list_experiments
    list_experiments_with_http_info = experiment_service_list_experiments_with_http_info
    _delete_experiment: Operation
    @overload
    def experiment_service_delete_experiment(
        self, experiment_id: str, **options: Unpack[Options]
    ) -> Any: ...
    @overload
    def experiment_service_delete_experiment(
        self, experiment_id: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[Any]: ...
    @overload
    def experiment_service_delete_experiment(
        self, experiment_id: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def experiment_service_delete_experiment_with_http_info(
        self, experiment_id: str, **options: Unpack[Options]
    ) -> tuple[Any, int, Headers]: ...
    @overload
    def experiment_service_delete_experiment_with_http_info(
        self, experiment_id: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[Any, int, Headers]]: ...
    @overload
    def experiment_service_delete_experiment_with_http_info(
        self, experiment_id: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    delete_experiment = experiment_service_delete_experiment
    delete_experiment_with_http_info = experiment_service_delete_experiment_with_http_info
    _get_experiment: Operation
    @overload
    def experiment_service_get_experiment(
        self, experiment_id: str, **options: Unpack[Options]
    ) -> V2beta1Experiment: ...
    @overload
    def experiment_service_get_experiment(
        self, experiment_id: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1Experiment]: ...
    @overload
    def experiment_service_get_experiment(
        self, experiment_id: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def experiment_service_get_experiment_with_http_info(
        self, experiment_id: str, **options: Unpack[Options]
    ) -> tuple[V2beta1Experiment, int, Headers]: ...
    @overload
    def experiment_service_get_experiment_with_http_info(
        self, experiment_id: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1Experiment, int, Headers]]: ...
    @overload
    def experiment_service_get_experiment_with_http_info(
        self, experiment_id: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    get_experiment = experiment_service_get_experiment
    get_experiment_with_http_info = experiment_service_get_experiment_with_http_info
    _unarchive_experiment: Operation
    @overload
    def experiment_service_unarchive_experiment(
        self, experiment_id: str, **options: Unpack[Options]
    ) -> Any: ...
    @overload
    def experiment_service_unarchive_experiment(
        self, experiment_id: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[Any]: ...
    @overload
    def experiment_service_unarchive_experiment(
        self, experiment_id: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def experiment_service_unarchive_experiment_with_http_info(
        self, experiment_id: str, **options: Unpack[Options]
    ) -> tuple[Any, int, Headers]: ...
    @overload
    def experiment_service_unarchive_experiment_with_http_info(
        self, experiment_id: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[Any, int, Headers]]: ...
    @overload
    def experiment_service_unarchive_experiment_with_http_info(
        self, experiment_id: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    unarchive_experiment = experiment_service_unarchive_experiment
    unarchive_experiment_with_http_info = experiment_service_unarchive_experiment_with_http_info
