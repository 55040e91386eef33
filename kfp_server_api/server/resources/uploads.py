# SPDX-License-Identifier: Apache-2.0
"""Upload of compiled pipelines."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import PurePosixPath
from typing import IO, Any, NamedTuple

from kfp_server_api.server.errors import INVALID, UploadError, invalid, uploading
from kfp_server_api.server.json_safe import decode
from kfp_server_api.server.packages.archive import UnreadableFileError
from kfp_server_api.server.packages.pipeline_spec import Package, check_name, parse_package
from kfp_server_api.server.parsing import parse_file
from kfp_server_api.server.resources.call import Call, Handler
from kfp_server_api.server.resources.pipeline_versions import insert_version, to_reply
from kfp_server_api.server.resources.pipelines import insert_pipeline, require_pipeline
from kfp_server_api.server.resources.validation import valid_pipeline

_NO_PART = "Failed to read pipeline from file"
_BAD_FILE = "Failed to read a pipeline spec file"
_BAD_PIPELINE = "Failed to create a pipeline and a pipeline version"
_BAD_VERSION = "Failed to create a pipeline version"


class Upload(NamedTuple):
    """A file part: the name that the client gave it, and its content, which may be on disk."""

    name: str
    file: IO[bytes]


def upload_pipeline(call: Call) -> dict[str, Any]:
    """Make a pipeline and its first version of an uploaded file; tags go to the pipeline only."""
    upload = _upload(call.arguments, _NO_PART)
    package = _package(upload, _BAD_FILE)
    with uploading(_BAD_PIPELINE), call.context.store.write() as connection:
        body = _body(call.arguments, upload)
        pipeline = insert_pipeline(connection, body)
        insert_version(connection, pipeline["pipeline_id"], {**body, "tags": {}}, package)
        return pipeline


def upload_version(call: Call) -> dict[str, Any]:
    """Make a version of an uploaded file for the pipeline with id `pipelineid`."""
    upload = _upload(call.arguments, _BAD_VERSION)
    package = _package(upload, _BAD_VERSION)
    pipeline_id = call.arguments.get("pipelineid")
    if not pipeline_id:
        raise UploadError(INVALID, f"{_BAD_VERSION}: the query parameter pipelineid is missing")
    with uploading(_BAD_VERSION), call.context.store.write() as connection:
        require_pipeline(connection, pipeline_id)
        return to_reply(insert_version(connection, pipeline_id, _body(call.arguments, upload), package))


def _upload(arguments: Mapping[str, Any], failure: str) -> Upload:
    upload = arguments.get("uploadfile")
    if not isinstance(upload, Upload):
        raise UploadError(INVALID, f"{failure}: the request has no multipart part named uploadfile")
    return upload


def _package(upload: Upload, failure: str) -> Package:
    """Return the pipeline in an upload, whose file is closed then."""
    try:
        with upload.file, uploading(failure), valid_pipeline():
            package = parse_package(partial(parse_file, upload.name, upload.file))
            check_name(package.pipeline_spec)
    except UnreadableFileError as cause:
        raise UploadError(INVALID, f"{failure}: {cause}") from cause
    return package


def _body(arguments: Mapping[str, Any], upload: Upload) -> dict[str, Any]:
    """Return the query's values as a body; without a name the file's name is taken."""
    file_name = PurePosixPath(upload.name.replace("\\", "/")).name
    name = arguments.get("name") or arguments.get("display_name") or file_name
    return {**arguments, "name": name, "tags": _tags(arguments.get("tags") or "{}")}


def _tags(text: str) -> dict[str, str]:
    wrong = invalid("Failed to parse tags query parameter. Expected JSON object with string keys and values")
    try:
        tags = decode(text)
    except (ValueError, RecursionError) as cause:
        raise wrong from cause
    if not isinstance(tags, Mapping) or not all(isinstance(value, str) for value in tags.values()):
        raise wrong
    return dict(tags)


HANDLERS: dict[str, Handler] = {"upload_pipeline": upload_pipeline, "upload_pipeline_version": upload_version}
