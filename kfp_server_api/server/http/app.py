# SPDX-License-Identifier: Apache-2.0
"""The HTTP side: routes made from the client's own operations, and what stands between them and handlers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from kfp_server_api import api
from kfp_server_api._operation import Operation, operations
from kfp_server_api.server import protojson
from kfp_server_api.server.errors import (
    INTERNAL,
    UNIMPLEMENTED,
    GatewayError,
    RequestError,
    TextError,
    UploadError,
)
from kfp_server_api.server.http.arguments import Received, closing, error_of, read_arguments, receive, takes_long
from kfp_server_api.server.http.origin_guard import OriginGuard
from kfp_server_api.server.http.paths import refusal
from kfp_server_api.server.http.routes import Endpoint, Route, Routes
from kfp_server_api.server.http.threads import Threads
from kfp_server_api.server.http.token_guard import TokenGuard
from kfp_server_api.server.resources import (
    experiments,
    from_url,
    health,
    logs,
    pipeline_versions,
    pipelines,
    runs,
    uploads,
)
from kfp_server_api.server.resources.call import PATIENCE, Call, Context, Handler, Page, Stream, before

_log = logging.getLogger(__name__)

HANDLERS: Mapping[str, Handler] = {
    **experiments.HANDLERS,
    **pipelines.HANDLERS,
    **pipeline_versions.HANDLERS,
    **uploads.HANDLERS,
    **from_url.HANDLERS,
    **runs.HANDLERS,
    **health.HANDLERS,
}
"""Every operation that this server does, by name; the others of the API answer 501."""

_ANY_METHOD = frozenset({"healthz_service_get_healthz", "upload_pipeline", "upload_pipeline_version"})
_AT_ONCE = frozenset({"experiment_service_get_experiment", "pipeline_service_get_pipeline"})
"""Operations that read one small row, for which nobody keeps a reader waiting: to hand them over takes as long."""
_GONE = 499
"""Status for a client that closed the connection before it had sent its request; nobody sees it."""

_FAILURE = "Internal Server Error"


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
    token: str = "",
    threads: Threads | None = None,
) -> ASGIApp:
    """Return the ASGI application that serves the API.

    Args:
        context: what the handlers share.
        hosts: names and addresses by which clients may call the server besides those of the loopback.
        origins: those of web pages that may use the server besides those that it serves itself.
        handlers: by the names of operations.
        token: what callers have to show, health checks excepted; "" for nothing.
        threads: where they run; some of the application's own if not given.
    """
    threads = threads or Threads()
    routes = [_route(operation, context, handlers.get(operation.name), threads) for operation in _in_order()]
    return _App(
        Routes([*routes, *_older_routes(context, threads)]),
        (OriginGuard(hosts, origins).refusal, TokenGuard(token, _health_paths()).refusal, refusal),
    )


class _App:
    """The application: what Starlette's own does besides takes as long as all of this.

    Args:
        refusals: what may answer instead of a route, in order.
    """

    def __init__(self, routes: Routes, refusals: Iterable[Callable[[Scope], Response | None]]) -> None:
        self._routes = routes
        self._refusals = tuple(refusals)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        for refuse in self._refusals:
            response = refuse(scope)
            if response:
                break
        else:
            response = await self._answer(scope, receive)
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        try:
            route, scope["path_params"] = self._routes.find(scope["method"], scope["path"])
        except GatewayError as problem:
            return _no_route(scope["path"], problem)
        try:
            return await route.endpoint(Request(scope, receive))
        except RequestError as problem:
            return _problem(problem)
        except ClientDisconnect:
            return Response(status_code=_GONE)
        except Exception:
            _log.exception("%s failed", route.name)
            return _problem(route.error(INTERNAL, _FAILURE))


def _health_paths() -> frozenset[str]:
    return frozenset(operation.path for operation in operations(api.HealthzServiceApi))


def _in_order() -> list[Operation]:
    """Return the operations that real servers serve, fixed paths before those with placeholders."""
    found = [operation for name in api.__all__ for operation in operations(getattr(api, name))]
    return sorted((operation for operation in found if operation.served), key=lambda one: one.path.count("{"))


def _route(operation: Operation, context: Context, handler: Handler | None, threads: Threads) -> Route:
    methods = () if operation.name in _ANY_METHOD else (operation.method,)
    endpoint = _endpoint(operation, context, handler, threads)
    return Route(operation.name, operation.path, methods, endpoint, error_of(operation))


def _older_routes(context: Context, threads: Threads) -> list[Route]:
    """Return the routes of older releases that clients still ask."""

    def route(path: str, handler: Callable[[Call], Stream]) -> Route:
        async def endpoint(request: Request) -> Response:
            return await threads.run(lambda: _stream(handler(Call(context, request.path_params))))

        return Route(path, path, (), endpoint)

    log_path = "/apis/v1alpha1/runs/{run_id}/nodes/{node_id}/log"
    return [route("/apis/v1beta1/healthz", health.get_v1), route(log_path, logs.read_log)]


def _endpoint(operation: Operation, context: Context, handler: Handler | None, threads: Threads) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        if handler is None:
            raise RequestError(UNIMPLEMENTED, f"The local server does not implement {operation.name}")
        received = await receive(operation, request)
        respond = partial(_respond, context, operation, handler, request, received)
        with closing(received):
            if operation.name in _AT_ONCE:
                return before(time.monotonic() + PATIENCE, respond)
            return await threads.answer(operation, respond, takes_long(received))

    return endpoint


def _respond(
    context: Context, operation: Operation, handler: Handler, request: Request, received: Received
) -> Response:
    """Do all that takes time, from reading a body to writing the reply, in one go outside of the event loop."""
    answer = handler(Call(context, read_arguments(operation, request, received)))
    if isinstance(answer, Stream):
        return _stream(answer)
    if isinstance(answer, Page):
        assert operation.paging
        items, following = operation.paging.items, operation.paging.next
        answer = {items: answer.items, following: answer.next_page_token, "total_size": answer.total_size}
    text = protojson.write(operation.returns, answer)
    return Response(text.encode("utf-8", "replace"), media_type=JSONResponse.media_type)


def _stream(answer: Stream) -> Response:
    chunks = iter(answer.chunks)
    return _Streamed(next(chunks, b""), chunks, answer.media_type)


def _problem(problem: RequestError) -> Response:
    """Return an error as the API's reply."""
    if isinstance(problem, TextError):
        return PlainTextResponse(f"{problem.trace}\n", problem.status)
    early = isinstance(problem, UploadError) and problem.early
    return JSONResponse(problem.body(), problem.status, media_type="text/plain" if early else None)


def _no_route(path: str, problem: GatewayError) -> Response:
    """Answer for a path without route, or a method that no route of it has, like the gateway."""
    if problem.status == 404 and not path.startswith("/apis/"):
        return PlainTextResponse("404 page not found\n", 404)
    return _problem(problem)
