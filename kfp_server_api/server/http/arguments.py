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
from kfp_server_api.server.errors import malformed
from kfp_server_api.server.gotext import bad_escape
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
    arguments = _query(operation, request)
    arguments.update(request.path_params)
    for param in operation.params:
        if param.location == "body":
            arguments[param.name] = await _body(operation, param.type, request)
        elif param.location == "file":
            arguments[param.name] = await _upload(request)
    return arguments


def _query(operation: Operation, request: Request) -> dict[str, Any]:
    """Return what a query says; of what stands in it twice an upload takes the first."""
    queries = [param for param in operation.params if param.location == "query"]
    pairs = request.query_params.multi_items()
    if takes_file(operation):
        first = dict(reversed(pairs))
        names = {param.wire or param.name: param.name for param in queries}
        return {names.get(wire, wire): text for wire, text in first.items()}
    problem = bad_escape(request.scope["query_string"]) if queries else ""
    if problem:
        raise malformed(problem)
    return protojson.read_query(queries, pairs)


async def _body(operation: Operation, type_name: str, request: Request) -> Any:
    raw = await request.body()
    # The schema of a PATCH lacks the ids, which the server takes (and overrides by those of the path).
    type_name = operation.returns if operation.method == "PATCH" else type_name
    return await run_in_threadpool(protojson.decode, type_name, raw)


async def _upload(request: Request) -> Upload | str | None:
    """Return the file part of a multipart request, why it cannot be read, or None where there is none."""
    if "multipart/form-data" not in request.headers.get("content-type", ""):
        return None
    try:
        form = await MultiPartParser(request.headers, _limited(request), max_files=1).parse()
    except (MultiPartException, KeyError) as cause:
        return str(cause)
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
