# SPDX-License-Identifier: Apache-2.0
"""Upload of compiled pipelines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import PurePosixPath
from typing import IO, Any, NamedTuple

from kfp_server_api.server.errors import INVALID, RequestError, TextError, UploadError, doing, uploading
from kfp_server_api.server.json_safe import decode
from kfp_server_api.server.packages.archive import UnreadableFileError
from kfp_server_api.server.packages.pipeline_spec import Package, check_name, parse_package
from kfp_server_api.server.parsing import parse_file
from kfp_server_api.server.resources.call import Call, Handler
from kfp_server_api.server.resources.pipeline_versions import insert_version, to_reply
from kfp_server_api.server.resources.pipelines import insert_pipeline, require_pipeline
from kfp_server_api.server.resources.validation import check_length, check_tags, valid_pipeline

_NO_PART = "Failed to read pipeline from file"
_BAD_FILE = "Failed to read a pipeline spec file"
_BAD_PIPELINE = "Failed to create a pipeline and a pipeline version"
_BAD_VERSION = "Failed to create a pipeline version"
_BAD_TAGS = "Failed to parse tags query parameter. Expected JSON object with string keys and values"


class Upload(NamedTuple):
    """A file part: the name that the client gave it, and its content, which may be on disk."""

    name: str
    file: IO[bytes]


def upload_pipeline(call: Call) -> dict[str, Any]:
    """Make a pipeline and its first version of an uploaded file; tags go to the pipeline only."""
    upload = _upload(call.arguments, _NO_PART)
    read = _reader(upload, _BAD_FILE)
    check_length("Pipeline.Namespace", call.arguments.get("namespace", ""), 63, TextError)
    body = _body(call.arguments, upload)
    check_length("Pipeline.Name", body["name"], 128, TextError)
    with uploading(_BAD_PIPELINE):
        check_tags(body["tags"])
        with doing(f"{_BAD_PIPELINE} due to template creation error"):
            package = _package(read)
        with doing(_BAD_PIPELINE), call.context.store.write() as connection:
            ending = "already exists. Please specify a new name"
            pipeline = insert_pipeline(connection, body, ending)
            insert_version(connection, pipeline["pipeline_id"], {**body, "tags": {}}, package)
            return pipeline


def upload_version(call: Call) -> dict[str, Any]:
    """Make a version of an uploaded file for the pipeline with id `pipelineid`."""
    upload = _upload(call.arguments, _BAD_VERSION)
    read = _reader(upload, _BAD_VERSION)
    pipeline_id = call.arguments.get("pipelineid")
    if not pipeline_id:
        raise _refusal(_BAD_VERSION, "the query parameter pipelineid is missing")
    check_length("PipelineVersion.Name", _name(call.arguments, upload), 127, TextError)
    with call.context.store.read() as connection:
        try:
            require_pipeline(connection, pipeline_id)
        except RequestError as cause:
            raise _refusal(_BAD_VERSION, cause.trace) from cause
    body = _body(call.arguments, upload)
    with uploading(_BAD_VERSION):
        with doing(f"{_BAD_VERSION} due to template creation error"):
            package = _package(read)
        check_tags(body["tags"])
        with doing("Failed to create pipeline version in PipelineStore"), call.context.store.write() as connection:
            require_pipeline(connection, pipeline_id)
            return to_reply(insert_version(connection, pipeline_id, body, package))


def _refusal(text: str, reason: str) -> UploadError:
    return UploadError(INVALID, text, f"{text}: {reason}", early=True)


def _upload(arguments: Mapping[str, Any], failure: str) -> Upload:
    upload = arguments.get("uploadfile")
    if not isinstance(upload, Upload):
        raise _refusal(failure, str(upload or "the request has no multipart part named uploadfile"))
    return upload


def _reader(upload: Upload, failure: str) -> Callable[[], Sequence[Any]]:
    """Read the file of an upload, which is closed then; what is returned gives its YAML, or says what is wrong of it.

    Raises:
        UploadError: there is no YAML file in the upload.
    """
    found: Future[Sequence[Any]] = Future()
    try:
        with upload.file:
            found.set_result(parse_file(upload.name, upload.file))
    except UnreadableFileError as cause:
        raise _refusal(failure, str(cause)) from cause
    except ValueError as cause:
        found.set_exception(cause)
    return found.result


def _package(read: Callable[[], Sequence[Any]]) -> Package:
    with valid_pipeline():
        package = parse_package(read)
        check_name(package.pipeline_spec)
    return package


def _name(arguments: Mapping[str, Any], upload: Upload) -> str:
    """Return the name that a call gives; without one the file's name is taken."""
    file_name = PurePosixPath(upload.name.replace("\\", "/")).name
    return str(arguments.get("name") or arguments.get("display_name") or file_name)


def _body(arguments: Mapping[str, Any], upload: Upload) -> dict[str, Any]:
    """Return the query's values as a body."""
    tags = _tags(arguments.get("tags") or "{}")
    return {**arguments, "name": _name(arguments, upload), "tags": tags}


def _tags(text: str) -> dict[str, str]:
    """Return the tags in a query's text, in which null is a text, too."""
    try:
        tags = decode(text)
    except (ValueError, RecursionError) as cause:
        raise _refusal(_BAD_TAGS, str(cause)) from cause
    if not isinstance(tags, (dict, type(None))):
        raise _refusal(_BAD_TAGS, "they are no object")
    if not all(isinstance(value, (str, type(None))) for value in (tags or {}).values()):
        raise _refusal(_BAD_TAGS, "a value is no text")
    return {key: value or "" for key, value in (tags or {}).items()}


HANDLERS: dict[str, Handler] = {"upload_pipeline": upload_pipeline, "upload_pipeline_version": upload_version}
