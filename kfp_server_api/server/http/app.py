# SPDX-License-Identifier: Apache-2.0
"""The HTTP side: routes made from the client's own operations, and what stands between them and handlers."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kfp_server_api import api
from kfp_server_api._operation import Operation, operations
from kfp_server_api.server import protojson
from kfp_server_api.server.errors import (
    INTERNAL,
    INVALID,
    NOT_FOUND,
    UNIMPLEMENTED,
    GatewayError,
    RequestError,
    UploadError,
)
from kfp_server_api.server.http.origin_guard import OriginGuard
from kfp_server_api.server.json_safe import json_safe
from kfp_server_api.server.packages.archive import LIMIT
from kfp_server_api.server.resources import experiments, pipeline_versions, pipelines, runs, uploads
from kfp_server_api.server.resources.call import Context, Handler

_log = logging.getLogger(__name__)

HANDLERS: Mapping[str, Handler] = {
    **experiments.HANDLERS,
    **pipelines.HANDLERS,
    **pipeline_versions.HANDLERS,
    **uploads.HANDLERS,
    **runs.HANDLERS,
}
"""Every operation that this server does, by name; the others of the API answer 501."""

_HEALTHZ = "/apis/v2beta1/healthz"
_PLACEHOLDER = re.compile(r"\{([^}]+)\}")
_ENVELOPE = 64 * 1024
"""Bytes that a multipart body may have besides the file."""

_GONE = 499
"""Status for a client that closed the connection before it had sent its request; nobody sees it."""

_FAILURE = "Internal Server Error"

Endpoint = Callable[[Request], Awaitable[Response]]


class _Answer(JSONResponse):
    """JSON; a value in the store that JSON cannot have does not keep the others from being read."""

    def render(self, content: Any) -> bytes:
        try:
            return super().render(content)
        except ValueError:
            return super().render(json_safe(content))


def make_app(context: Context, hosts: Iterable[str] = ()) -> Starlette:
    """Return the ASGI application that serves the API from `context`'s store.

    Args:
        hosts: names and addresses by which clients may call the server besides those of the loopback.
    """
    routes = [Route(_HEALTHZ, _healthz, methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])]
    routes += [_route(operation, context) for operation in _in_order() if operation.path != _HEALTHZ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(OriginGuard, hosts=list(hosts))],
        exception_handlers={HTTPException: _http_error, Exception: _failure},
    )
    app.router.redirect_slashes = False  # to the API a trailing slash is another path
    return app


def _in_order() -> list[Operation]:
    """Return the operations that real servers serve, fixed paths before those with placeholders."""
    found = [operation for name in api.__all__ for operation in operations(getattr(api, name))]
    return sorted((operation for operation in found if operation.served), key=lambda one: one.path.count("{"))


def _route(operation: Operation, context: Context) -> Route:
    path = _PLACEHOLDER.sub(lambda match: "{" + match[1].replace(".", "_") + "}", operation.path)
    return Route(path, _endpoint(operation, context), methods=[operation.method], name=operation.name)


def _endpoint(operation: Operation, context: Context) -> Endpoint:
    handler = HANDLERS.get(operation.name)
    action = _action(operation)

    async def endpoint(request: Request) -> Response:
        try:
            if handler is None:
                raise RequestError(UNIMPLEMENTED, f"The local server does not implement {operation.name}")
            arguments = await _arguments(operation, request)
            answer = await run_in_threadpool(handler, context, arguments)
            return _Answer(protojson.write(operation.returns, answer))
        except RequestError as problem:
            return JSONResponse(problem.body(action), problem.status)
        except ClientDisconnect:
            return Response(status_code=_GONE)
        except Exception:
            _log.exception("%s failed", operation.name)
            kind = UploadError if _takes_file(operation) else RequestError
            return JSONResponse(kind(INTERNAL, _FAILURE).body(action), 500)

    return endpoint


def _action(operation: Operation) -> str:
    """Return what an operation does in words, for error texts."""
    return operation.name.split("_service_")[-1].replace("_", " ")


def _takes_file(operation: Operation) -> bool:
    return any(param.location == "file" for param in operation.params)


async def _arguments(operation: Operation, request: Request) -> dict[str, Any]:
    """Read a request as the arguments of its operation."""
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


async def _body(operation: Operation, kind: str, request: Request) -> Any:
    value = protojson.read_json(await request.body())
    # The schema of a PATCH lacks the ids, which the server takes (and overrides by those of the path).
    kind = operation.returns if operation.method == "PATCH" else kind
    return await run_in_threadpool(protojson.read, kind, value) or {}


async def _upload(request: Request) -> uploads.Upload | None:
    """Return the file part of a multipart request, None where there is none."""
    if "multipart/form-data" not in request.headers.get("content-type", ""):
        return None
    try:
        form = await MultiPartParser(request.headers, _limited(request), max_files=1).parse()
    except (MultiPartException, KeyError) as cause:
        raise UploadError(INVALID, f"Failed to read a pipeline spec file: {cause}") from cause
    part = form.get("uploadfile")
    if isinstance(part, UploadFile):
        return uploads.Upload(part.filename or "", part.file)
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


async def _healthz(request: Request) -> Response:
    return JSONResponse(
        {
            "commit_sha": os.environ.get("COMMIT_SHA", "unknown"),
            "tag_name": os.environ.get("TAG_NAME", "unknown"),
            "multi_user": False,
            "pipeline_store": "database",
        }
    )


async def _http_error(request: Request, error: Exception) -> Response:
    """Answer for a path without route (404) or a method that no route of it has (501, like the gateway)."""
    unknown = isinstance(error, HTTPException) and error.status_code == 404
    what = (NOT_FOUND, "Not Found") if unknown else (UNIMPLEMENTED, "Method Not Allowed")
    answer = GatewayError(*what)
    return JSONResponse(answer.body(""), answer.status)


async def _failure(request: Request, error: Exception) -> Response:
    return JSONResponse(RequestError(INTERNAL, _FAILURE).body("answer"), 500)
