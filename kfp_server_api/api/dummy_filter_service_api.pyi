# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from multiprocessing.pool import ApplyResult
from typing import overload

from typing_extensions import Unpack
from urllib3.response import HTTPResponse

from kfp_server_api._operation import Operation
from kfp_server_api._service import Service
from kfp_server_api._types import AsyncOptions, Headers, Options, RawOptions
from kfp_server_api.models.v2beta1_filter import V2beta1Filter

class DummyFilterServiceApi(Service):
    _get_filter: Operation
    @overload
    def dummy_filter_service_get_filter(self, **options: Unpack[Options]) -> V2beta1Filter: ...
    @overload
    def dummy_filter_service_get_filter(
        self, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1Filter]: ...
    @overload
    def dummy_filter_service_get_filter(
        self, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def dummy_filter_service_get_filter_with_http_info(
        self, **options: Unpack[Options]
    ) -> tuple[V2beta1Filter, int, Headers]: ...
    @overload
    def dummy_filter_service_get_filter_with_http_info(
        self, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1Filter, int, Headers]]: ...
    @overload
    def dummy_filter_service_get_filter_with_http_info(
        self, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    get_filter = dummy_filter_service_get_filter
    get_filter_with_http_info = dummy_filter_service_get_filter_with_http_info
