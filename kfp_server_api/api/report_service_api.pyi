# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from multiprocessing.pool import ApplyResult
from typing import Any, overload

from typing_extensions import Unpack
from urllib3.response import HTTPResponse

from kfp_server_api._operation import Operation
from kfp_server_api._service import Service
from kfp_server_api._types import AsyncOptions, Headers, Options, RawOptions

class ReportServiceApi(Service):
    _report_scheduled_workflow: Operation
    @overload
    def report_service_report_scheduled_workflow(
        self, scheduled_workflow: str, **options: Unpack[Options]
    ) -> Any: ...
    @overload
    def report_service_report_scheduled_workflow(
        self, scheduled_workflow: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[Any]: ...
    @overload
    def report_service_report_scheduled_workflow(
        self, scheduled_workflow: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def report_service_report_scheduled_workflow_with_http_info(
        self, scheduled_workflow: str, **options: Unpack[Options]
    ) -> tuple[Any, int, Headers]: ...
    @overload
    def report_service_report_scheduled_workflow_with_http_info(
        self, scheduled_workflow: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[Any, int, Headers]]: ...
    @overload
    def report_service_report_scheduled_workflow_with_http_info(
        self, scheduled_workflow: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    report_scheduled_workflow = report_service_report_scheduled_workflow
    report_scheduled_workflow_with_http_info = report_service_report_scheduled_workflow_with_http_info
    _report_workflow: Operation
    @overload
    def report_service_report_workflow(
        self, workflow: str, **options: Unpack[Options]
    ) -> Any: ...
    @overload
    def report_service_report_workflow(
        self, workflow: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[Any]: ...
    @overload
    def report_service_report_workflow(
        self, workflow: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def report_service_report_workflow_with_http_info(
        self, workflow: str, **options: Unpack[Options]
    ) -> tuple[Any, int, Headers]: ...
    @overload
    def report_service_report_workflow_with_http_info(
        self, workflow: str, **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[Any, int, Headers]]: ...
    @overload
    def report_service_report_workflow_with_http_info(
        self, workflow: str, **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    report_workflow = report_service_report_workflow
    report_workflow_with_http_info = report_service_report_workflow_with_http_info
