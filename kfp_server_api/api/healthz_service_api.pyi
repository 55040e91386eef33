# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from multiprocessing.pool import ApplyResult
from typing import overload

from typing_extensions import Unpack
from urllib3.response import HTTPResponse

from kfp_server_api._operation import Operation
from kfp_server_api._service import Service
from kfp_server_api._types import AsyncOptions, Headers, Options, RawOptions
from kfp_server_api.models.v2beta1_get_healthz_response import V2beta1GetHealthzResponse

class HealthzServiceApi(Service):
    _get_healthz: Operation
    @overload
    def healthz_service_get_healthz(
        self, **options: Unpack[Options]
    ) -> V2beta1GetHealthzResponse: ...
    @overload
    def healthz_service_get_healthz(
        self, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1GetHealthzResponse]: ...
    @overload
    def healthz_service_get_healthz(self, **options: Unpack[RawOptions]) -> HTTPResponse: ...
    @overload
    def healthz_service_get_healthz_with_http_info(
        self, **options: Unpack[Options]
    ) -> tuple[V2beta1GetHealthzResponse, int, Headers]: ...
    @overload
    def healthz_service_get_healthz_with_http_info(
        self, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1GetHealthzResponse, int, Headers]]: ...
    @overload
    def healthz_service_get_healthz_with_http_info(self, **options: Unpack[RawOptions]) -> HTTPResponse: ...
    get_healthz = healthz_service_get_healthz
    get_healthz_with_http_info = healthz_service_get_healthz_with_http_info
