# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from collections.abc import Mapping
from multiprocessing.pool import ApplyResult
from typing import Any, overload

from typing_extensions import Unpack
from urllib3.response import HTTPResponse

from kfp_server_api._operation import Operation
from kfp_server_api._service import Service
from kfp_server_api._types import AsyncOptions, Headers, Options, RawOptions, Upload
from kfp_server_api.models.v2beta1_pipeline import V2beta1Pipeline
from kfp_server_api.models.v2beta1_pipeline_version import V2beta1PipelineVersion

class PipelineUploadServiceApi(Service):
    _upload_pipeline: Operation
    @overload
    def upload_pipeline(
        self, uploadfile: Upload, *, name: str | None = ..., display_name: str | None = ...,
        description: str | None = ..., namespace: str | None = ...,
        tags: str | Mapping[str, Any] | None = ..., **options: Unpack[Options]
    ) -> V2beta1Pipeline: ...
    @overload
    def upload_pipeline(
        self, uploadfile: Upload, *, name: str | None = ..., display_name: str | None = ...,
        description: str | None = ..., namespace: str | None = ...,
        tags: str | Mapping[str, Any] | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1Pipeline]: ...
    @overload
    def upload_pipeline(
        self, uploadfile: Upload, *, name: str | None = ..., display_name: str | None = ...,
        description: str | None = ..., namespace: str | None = ...,
        tags: str | Mapping[str, Any] | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def upload_pipeline_with_http_info(
        self, uploadfile: Upload, *, name: str | None = ..., display_name: str | None = ...,
        description: str | None = ..., namespace: str | None = ...,
        tags: str | Mapping[str, Any] | None = ..., **options: Unpack[Options]
    ) -> tuple[V2beta1Pipeline, int, Headers]: ...
    @overload
    def upload_pipeline_with_http_info(
        self, uploadfile: Upload, *, name: str | None = ..., display_name: str | None = ...,
        description: str | None = ..., namespace: str | None = ...,
        tags: str | Mapping[str, Any] | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1Pipeline, int, Headers]]: ...
    @overload
    def upload_pipeline_with_http_info(
        self, uploadfile: Upload, *, name: str | None = ..., display_name: str | None = ...,
        description: str | None = ..., namespace: str | None = ...,
        tags: str | Mapping[str, Any] | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    _upload_pipeline_version: Operation
    @overload
    def upload_pipeline_version(
        self, uploadfile: Upload, *, name: str | None = ..., display_name: str | None = ...,
        pipelineid: str | None = ..., description: str | None = ...,
        tags: str | Mapping[str, Any] | None = ..., **options: Unpack[Options]
    ) -> V2beta1PipelineVersion: ...
    @overload
    def upload_pipeline_version(
        self, uploadfile: Upload, *, name: str | None = ..., display_name: str | None = ...,
        pipelineid: str | None = ..., description: str | None = ...,
        tags: str | Mapping[str, Any] | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[V2beta1PipelineVersion]: ...
    @overload
    def upload_pipeline_version(
        self, uploadfile: Upload, *, name: str | None = ..., display_name: str | None = ...,
        pipelineid: str | None = ..., description: str | None = ...,
        tags: str | Mapping[str, Any] | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
    @overload
    def upload_pipeline_version_with_http_info(
        self, uploadfile: Upload, *, name: str | None = ..., display_name: str | None = ...,
        pipelineid: str | None = ..., description: str | None = ...,
        tags: str | Mapping[str, Any] | None = ..., **options: Unpack[Options]
    ) -> tuple[V2beta1PipelineVersion, int, Headers]: ...
    @overload
    def upload_pipeline_version_with_http_info(
        self, uploadfile: Upload, *, name: str | None = ..., display_name: str | None = ...,
        pipelineid: str | None = ..., description: str | None = ...,
        tags: str | Mapping[str, Any] | None = ..., **options: Unpack[AsyncOptions]
    ) -> ApplyResult[tuple[V2beta1PipelineVersion, int, Headers]]: ...
    @overload
    def upload_pipeline_version_with_http_info(
        self, uploadfile: Upload, *, name: str | None = ..., display_name: str | None = ...,
        pipelineid: str | None = ..., description: str | None = ...,
        tags: str | Mapping[str, Any] | None = ..., **options: Unpack[RawOptions]
    ) -> HTTPResponse: ...
