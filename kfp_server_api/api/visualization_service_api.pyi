# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from collections.abc import Mapping
from multiprocessing.pool import ApplyResult
from typing import Any, overload

from typing_extensions import Unpack
from urllib3.response import HTTPResponse

from kfp_server_api._operation import Operation
from kfp_server_api._service import Service
from kfp_server_api._types import AsyncOptions, Headers, Options, RawOptions
from kfp_server_api.models.v2beta1_visualization import V2beta1Visualization

class VisualizationServiceApi(Service):
    _create_visualization_v1: Operation
    @overload
    def visualization_service_create_visualization_v1(
        self, namespace: str, visualization: V2beta1Visualization | Mapping[str, Any],
        **options: Unpack[Options]
    ) -> V2beta1Visualization: ...
    @overload
    def visualization_service_create_visualization_v1(
        self, namespace: str, visualization: V2beta1Visualization | Mapping[str, Any],
        **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1Visualization]: ...
    @overload
    def visualization_service_create_visualization_v1(
        self, namespace: str, visualization: V2beta1Visualization | Mapping[str, Any],
        **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def visualization_service_create_visualization_v1_with_http_info(
        self, namespace: str, visualization: V2beta1Visualization | Mapping[str, Any],
        **options: Unpack[Options]
    ) -> tuple[V2beta1Visualization, int, Headers]: ...
    @overload
    def visualization_service_create_visualization_v1_with_http_info(
        self, namespace: str, visualization: V2beta1Visualization | Mapping[str, Any],
        **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1Visualization, int, Headers]]: ...
    @overload
    def visualization_service_create_visualization_v1_with_http_info(
        self, namespace: str, visualization: V2beta1Visualization | Mapping[str, Any],
        **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    create_visualization_v1 = visualization_service_create_visualization_v1
    create_visualization_v1_with_http_info = visualization_service_create_visualization_v1_with_http_info
