# SPDX-License-Identifier: Apache-2.0
"""The HTTP side: routes made from the client's own operations, and what stands between them and handlers."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Generator, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from kfp_server_api import api
from kfp_server_api._operation import Operation, operations
from kfp_server_api.server import protojson
from kfp_server_api.server.errors import (
    INTERNAL,
    NOT_FOUND,
    UNIMPLEMENTED,
    GatewayError,
    RequestError,
    UploadError,
)
from kfp_server_api.server.http.arguments import Received, closing, read_arguments, receive, takes_file, takes_long
from kfp_server_api.server.http.origin_guard import OriginGuard
from kfp_server_api.server.http.routes import Routes
from kfp_server_api.server.http.threads import Threads
from kfp_server_api.server.json_safe import json_safe
from kfp_server_api.server.resources import experiments, health, pipeline_versions, pipelines, runs, uploads
from kfp_server_api.server.resources.call import Call, Context, Handler, Page, Stream

_log = logging.getLogger(__name__)

HANDLERS: Mapping[str, Handler] = {
    **experiments.HANDLERS,
    **pipelines.HANDLERS,
    **pipeline_versions.HANDLERS,
    **uploads.HANDLERS,
    **runs.HANDLERS,
    **health.HANDLERS,
}
"""Every operation that this server does, by name; the others of the API answer 501."""

_ANY_METHOD = frozenset({"healthz_service_get_healthz"})
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_PLACEHOLDER = re.compile(r"\{([^}]+)\}")
_GONE = 499
"""Status for a client that closed the connection before it had sent its request; nobody sees it."""

_FAILURE = "Internal Server Error"

Endpoint = Callable[[Request], Awaitable[Response]]


class _Json(JSONResponse):
    """JSON; a value in the store that JSON cannot have does not keep the others from being read."""

    def render(self, content: Any) -> bytes:
        try:
            return super().render(content)
        except ValueError:
            return super().render(json_safe(content))


class _Streamed(StreamingResponse):
    """A stream; what its handler holds open is closed with it, whatever becomes of the client.

    Args:
        first: the first piece, made before the reply begins: what fails until then has a status of its own.
        others: makes the other pieces.
        media_type: as in `Stream`.
    """

    def __init__(self, first: bytes, others: Iterator[bytes], media_type: str) -> None:
        super().__init__(chain((first,), others), media_type=media_type)
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the reply."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            if isinstance(self._others, Generator):
                self._others.close()


def make_app(
    context: Context,
    hosts: Iterable[str] = (),
    origins: Iterable[str] = (),
    handlers: Mapping[str, Handler] = HANDLERS,
    threads: Threads | None = None,
) -> Starlette:
    """Return the ASGI application that serves the API.

    Args:
        context: what the handlers share.
        hosts: names and addresses by which clients may call the server besides those of the loopback.
        origins: those of web pages that may use the server besides those that it serves itself.
        handlers: by the names of operations.
        threads: where they run; some of the application's own if not given.
    """
    threads = threads or Threads()
    app = Starlette(
        routes=[Routes(_route(operation, context, handlers.get(operation.name), threads) for operation in _in_order())],
        middleware=[Middleware(OriginGuard, hosts=list(hosts), origins=list(origins))],
        exception_handlers={HTTPException: _http_error, Exception: _failure},
    )
    app.router.redirect_slashes = False  # to the API a trailing slash is another path
    return app


def _in_order() -> list[Operation]:
    """Return the operations that real servers serve, fixed paths before those with placeholders."""
    found = [operation for name in api.__all__ for operation in operations(getattr(api, name))]
    return sorted((operation for operation in found if operation.served), key=lambda one: one.path.count("{"))


def _route(operation: Operation, context: Context, handler: Handler | None, threads: Threads) -> Route:
    path = _PLACEHOLDER.sub(lambda match: "{" + match[1].replace(".", "_") + "}", operation.path)
    methods = _METHODS if operation.name in _ANY_METHOD else (operation.method,)
    return Route(path, _endpoint(operation, context, handler, threads), methods=list(methods), name=operation.name)


def _endpoint(operation: Operation, context: Context, handler: Handler | None, threads: Threads) -> Endpoint:
    action = _action(operation)

    async def endpoint(request: Request) -> Response:
        try:
            if handler is None:
                raise RequestError(UNIMPLEMENTED, f"The local server does not implement {operation.name}")
            received = await receive(operation, request)
            respond = partial(_respond, context, operation, handler, request, received)
            with closing(received):
                return await (threads.run_long if takes_long(received) else threads.run)(respond)
        except RequestError as problem:
            return JSONResponse(problem.body(action), problem.status)
        except ClientDisconnect:
            return Response(status_code=_GONE)
        except Exception:
            _log.exception("%s failed", operation.name)
            error = UploadError if takes_file(operation) else RequestError
            return JSONResponse(error(INTERNAL, _FAILURE).body(action), 500)

    return endpoint


def _respond(
    context: Context, operation: Operation, handler: Handler, request: Request, received: Received
) -> Response:
    """Do all that takes time, from reading a body to writing the reply, in one go outside of the event loop."""
    answer = handler(Call(context, read_arguments(operation, request, received)))
    if isinstance(answer, Stream):
        chunks = iter(answer.chunks)
        return _Streamed(next(chunks, b""), chunks, answer.media_type)
    if isinstance(answer, Page):
        assert operation.paging
        items, following = operation.paging.items, operation.paging.next
        answer = {items: answer.items, following: answer.next_page_token, "total_size": answer.total_size}
    return _Json(protojson.write(operation.returns, answer))


def _action(operation: Operation) -> str:
    """Return what an operation does in words, for error texts."""
    return operation.name.split("_service_")[-1].replace("_", " ")


async def _http_error(request: Request, error: Exception) -> Response:
    """Answer for a path without route (404) or a method that no route of it has (501, like the gateway)."""
    unknown = isinstance(error, HTTPException) and error.status_code == 404
    what = (NOT_FOUND, "Not Found") if unknown else (UNIMPLEMENTED, "Method Not Allowed")
    answer = GatewayError(*what)
    return JSONResponse(answer.body(""), answer.status)


async def _failure(request: Request, error: Exception) -> Response:
    return JSONResponse(RequestError(INTERNAL, _FAILURE).body("answer"), 500)
