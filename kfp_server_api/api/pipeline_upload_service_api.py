# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kfp_server_api._operation import Operation, Param
from kfp_server_api._service import Service, with_http_info

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kfp_server_api._types import Upload
    from kfp_server_api.models.v2beta1_pipeline import V2beta1Pipeline
    from kfp_server_api.models.v2beta1_pipeline_version import V2beta1PipelineVersion


class PipelineUploadServiceApi(Service):
    """Uploads of compiled pipelines as files. Errors of these two operations have a shape of their own,
    `{"error_message": ..., "error_details": ...}` or plain text; the client reads them all.
    """

    _upload_pipeline = Operation(
        "upload_pipeline", "POST", "/apis/v2beta1/pipelines/upload",
        (
            Param("uploadfile", "file", "file", True), Param("name", "query", "str"),
            Param("display_name", "query", "str", since="2.14.0"), Param("description", "query", "str"),
            Param("namespace", "query", "str"), Param("tags", "query", "str", since="2.17.0", json=True),
        ),
        returns="V2beta1Pipeline",
    )

    def upload_pipeline(
        self, uploadfile: Upload, *, name: str | None = None, display_name: str | None = None,
        description: str | None = None, namespace: str | None = None,
        tags: str | Mapping[str, Any] | None = None, **options: Any
    ) -> V2beta1Pipeline:
        """Upload a compiled pipeline file as a new pipeline with one version.

        The version takes the pipeline's name, display_name and description. The server keeps a normalised
        copy of the spec: comments and default values are lost. On multi-user servers missing rights are a 400
        as well.

        Args:
            uploadfile: Compiled pipeline as `.yaml`, `.yml`, `.json`, `.zip` or `.tar.gz`, at most 32 MiB.
                The file name decides the kind; of an archive `pipeline.yaml`, else the first entry, is used.
            name: Unique name, at most 128 bytes. Defaults to display_name, else to the file name with its
                extension.
            display_name: Name shown to people, need not be unique. Defaults to name. Since 2.14.0.
            description: Free text, kept on the pipeline and on its first version.
            namespace: Namespace to put it in, at most 63 bytes. Empty means shared on a multi-user server;
                single-user servers drop it.
            tags: Tags as the text of a JSON object with string values, e.g. `{"team": "data"}`. At most 20,
                key and value up to 63 characters, no `.` in a key. They go to the pipeline, not to the
                version. Since 2.17.0.

        Raises:
            BadRequestError: No file, over 32 MiB, not a pipeline, a name too long, or bad tags.
            ConflictError: The name is taken in this namespace.
            ServerError: Not a valid pipeline spec, on servers before 2.17.0; a taken name, on 2.0.x.
        """
        return self._call(
            self._upload_pipeline,
            (
                uploadfile, name, display_name, description, namespace, tags,
            ),
            options,
        )

    upload_pipeline_with_http_info = with_http_info(upload_pipeline)

    _upload_pipeline_version = Operation(
        "upload_pipeline_version", "POST", "/apis/v2beta1/pipelines/upload_version",
        (
            Param("uploadfile", "file", "file", True), Param("name", "query", "str"),
            Param("display_name", "query", "str", since="2.14.0"), Param("pipelineid", "query", "str"),
            Param("description", "query", "str"), Param("tags", "query", "str", since="2.17.0", json=True),
        ),
        returns="V2beta1PipelineVersion",
    )

    def upload_pipeline_version(
        self, uploadfile: Upload, *, name: str | None = None, display_name: str | None = None,
        pipelineid: str | None = None, description: str | None = None,
        tags: str | Mapping[str, Any] | None = None, **options: Any
    ) -> V2beta1PipelineVersion:
        """Upload a compiled pipeline file as a new version of a pipeline.

        It becomes the version that runs use which name only the pipeline. On multi-user servers missing
        rights are a 400 as well.

        Args:
            uploadfile: Compiled pipeline as `.yaml`, `.yml`, `.json`, `.zip` or `.tar.gz`, at most 32 MiB.
                The file name decides the kind; of an archive `pipeline.yaml`, else the first entry, is used.
            name: Name, unique in the pipeline, at most 127 bytes. Defaults to display_name, else to the file
                name with its extension.
            display_name: Name shown to people, need not be unique. Defaults to name. Since 2.14.0.
            pipelineid: `pipeline_id` of the parent, written here without an underscore. Optional in the
                signature, but every server refuses an upload without it.
            description: Free text, kept on the version.
            tags: Tags as the text of a JSON object with string values, e.g. `{"team": "data"}`. At most 20,
                key and value up to 63 characters, no `.` in a key. Since 2.17.0.

        Raises:
            BadRequestError: No or unknown pipelineid, no file, over 32 MiB, not a pipeline, a name too long,
                or bad tags.
            ConflictError: The pipeline already has a version of this name.
            ServerError: Not a valid pipeline spec, on servers before 2.17.0; a taken name, on 2.0.x.
        """
        return self._call(
            self._upload_pipeline_version,
            (
                uploadfile, name, display_name, pipelineid, description, tags,
            ),
            options,
        )

    upload_pipeline_version_with_http_info = with_http_info(upload_pipeline_version)
