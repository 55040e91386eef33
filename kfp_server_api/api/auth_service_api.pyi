# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from multiprocessing.pool import ApplyResult
from typing import Any, overload

from typing_extensions import Unpack
from urllib3.response import HTTPResponse

from kfp_server_api._operation import Operation
from kfp_server_api._service import Service
from kfp_server_api._types import AsyncOptions, Headers, Options, RawOptions

class AuthServiceApi(Service):
    _authorize: Operation
    @overload
    def auth_service_authorize(
        self, *, namespace: str | None = ..., resources: str | None = ..., verb: str | None = ...,
        **options: Unpack[Options]
    ) -> Any: ...
    @overload
    def auth_service_authorize(
        self, *, namespace: str | None = ..., resources: str | None = ..., verb: str | None = ...,
        **options: Unpack[AsyncOptions]
    ) -> ApplyResult[Any]: ...
    @overload
    def auth_service_authorize(
        self, *, namespace: str | None = ..., resources: str | None = ..., verb: str | None = ...,
        **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def auth_service_authorize_with_http_info(
        self, *, namespace: str | None = ..., resources: str | None = ..., verb: str | None = ...,
        **options: Unpack[Options]
    ) -> tuple[Any, int, Headers]: ...
    @overload
    def auth_service_authorize_with_http_info(
        self, *, namespace: str | None = ..., resources: str | None = ..., verb: str | None = ...,
        **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[Any, int, Headers]]: ...
    @overload
    def auth_service_authorize_with_http_info(
        self, *, namespace: str | None = ..., resources: str | None = ..., verb: str | None = ...,
        **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    authorize = auth_service_authorize
    authorize_with_http_info = auth_service_authorize_with_http_info
