# SPDX-License-Identifier: Apache-2.0
"""Reads a request as the arguments of its operation."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from kfp_server_api._operation import Operation
from kfp_server_api.server import protojson
from kfp_server_api.server.errors import INVALID, UploadError
from kfp_server_api.server.packages.archive import LIMIT
from kfp_server_api.server.resources.uploads import Upload

_ENVELOPE = 64 * 1024
"""Bytes that a multipart body may have besides the file."""


def takes_file(operation: Operation) -> bool:
    """Tell whether an operation is an upload."""
    return any(param.location == "file" for param in operation.params)


async def read_arguments(operation: Operation, request: Request) -> dict[str, Any]:
    """Return the arguments of a call by the names of its operation's parameters.

    Raises:
        RequestError: they cannot be read as what the operation takes.
    """
    queries = [param for param in operation.params if param.location == "query"]
    arguments = protojson.read_query(queries, request.query_params.multi_items())
    arguments.update(request.path_params)
    for param in operation.params:
        if param.location == "body":
            arguments[param.name] = await _body(operation, param.type, request)
        elif param.location == "file":
            arguments[param.name] = await _upload(request)
            arguments.setdefault("code_source_url", request.query_params.get("code_source_url", ""))
    return arguments


async def _body(operation: Operation, type_name: str, request: Request) -> Any:
    value = protojson.read_json(await request.body())
    # The schema of a PATCH lacks the ids, which the server takes (and overrides by those of the path).
    type_name = operation.returns if operation.method == "PATCH" else type_name
    return await run_in_threadpool(protojson.read, type_name, value) or {}


async def _upload(request: Request) -> Upload | None:
    """Return the file part of a multipart request, None where there is none."""
    if "multipart/form-data" not in request.headers.get("content-type", ""):
        return None
    try:
        form = await MultiPartParser(request.headers, _limited(request), max_files=1).parse()
    except (MultiPartException, KeyError) as cause:
        raise UploadError(INVALID, f"Failed to read a pipeline spec file: {cause}") from cause
    part = form.get("uploadfile")
    if isinstance(part, UploadFile):
        return Upload(part.filename or "", part.file)
    await form.close()
    return None


async def _limited(request: Request) -> AsyncGenerator[bytes, None]:
    """Yield a request's body; of one too large the rest is read too, since clients send before they read."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= LIMIT + _ENVELOPE:
            yield chunk
    if size > LIMIT + _ENVELOPE:
        raise MultiPartException(f"File size too large. Maximum supported size: {LIMIT} bytes")
