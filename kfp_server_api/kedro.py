# SPDX-License-Identifier: Apache-2.0
"""Client of Kedro's HTTP server (`kedro server start`), Kedro 1.5 and later."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import urllib3

from kfp_server_api._kedro_models import (
    DatasetSnapshot,
    ErrorDetail,
    HealthResponse,
    NodeSnapshot,
    NodeSourceSnapshot,
    PipelineSnapshot,
    ProjectMetadataSnapshot,
    RunFailure,
    RunRequest,
    RunSuccess,
    SnapshotFailure,
    SnapshotSuccess,
)
from kfp_server_api._model import Model
from kfp_server_api._operation import Operation, Param
from kfp_server_api._reply import Reply
from kfp_server_api._request import timeout_of
from kfp_server_api._service import Service
from kfp_server_api.exceptions import ApiException, ApiTypeError, ApiValueError, did_you_mean

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from kfp_server_api._types import Timeout
    from kfp_server_api.api_client import ApiClient

__all__ = [
    "DatasetSnapshot",
    "ErrorDetail",
    "HealthResponse",
    "KedroError",
    "KedroRunError",
    "KedroServer",
    "NodeSnapshot",
    "NodeSourceSnapshot",
    "PipelineSnapshot",
    "ProjectMetadataSnapshot",
    "RunFailure",
    "RunRequest",
    "RunSuccess",
    "SnapshotFailure",
    "SnapshotSuccess",
]


class KedroError(ApiException):
    """The request failed inside Kedro, which answers so with HTTP status 200.

    Attributes:
        error_type: name of the exception's class on the server.
        message: its whole text; may be empty or hold newlines.
    """

    error_type: str = ""

    @property
    def message(self) -> str:
        return self.reason or ""

    def __str__(self) -> str:
        return f"{self.error_type}: {self.message}"


class KedroRunError(KedroError):
    """A run failed or could not be started; `run_id` and `duration_ms` as in `RunFailure`."""

    run_id: str = ""
    duration_ms: float = 0.0

    def __str__(self) -> str:
        return f"{super().__str__()} (run {self.run_id}, {self.duration_ms} ms)"


class _ByStatus:
    """Decodes a reply as the model that its `status` names."""

    def __init__(self, **models: type[Model]) -> None:
        self._models = models

    def _from_reply(self, data: Any, reply: Reply) -> Model:
        status = data.get("status") if isinstance(data, dict) else None
        if not isinstance(status, str) or status not in self._models:
            raise ValueError(f"`status` has to be {' or '.join(self._models)}")
        return self._models[status]._from_reply(data, reply)


class KedroServer(Service):
    """A running `kedro server start`; one instance serves any number of calls and threads.

    Args:
        api_client: the client to call through: its host, token, headers, TLS, proxy and timeouts hold here, too.
            Without one, a client of the default configuration.
    """

    _health = Operation("health", "GET", "/health", returns=_ByStatus(healthy=HealthResponse, unhealthy=HealthResponse))
    _snapshot = Operation(
        "snapshot", "GET", "/snapshot", (Param("params", "query", "str"),),
        returns=_ByStatus(success=SnapshotSuccess, failure=SnapshotFailure),
    )  # fmt: skip
    _run = Operation(
        "run", "POST", "/run", (Param("request", "body", "RunRequest", required=True),),
        returns=_ByStatus(success=RunSuccess, failure=RunFailure), sent_once=True,
    )  # fmt: skip

    def health(self, *, _request_timeout: Timeout = None) -> HealthResponse:
        """Ask whether the server answers. It does so also when its project is broken."""
        answer: HealthResponse = self._call(self._health, (), {"_request_timeout": _request_timeout})
        return answer

    def snapshot(
        self, params: str | Mapping[str, Any] | None = None, *, _request_timeout: Timeout = None
    ) -> SnapshotSuccess:
        """Return pipelines, nodes, datasets and names of parameters.

        Args:
            params: parameters to read the catalog with, as a dict or as the text that `kedro run --params` takes.
                Since Kedro 1.7; older servers ignore them.

        Raises:
            KedroError: the project cannot be read.
            ApiValueError: a name or value that such a text cannot hold.
        """
        if params is not None and not isinstance(params, str):
            params = ",".join(_pairs(self.api_client.sanitize_for_serialization(params), []))
        found: SnapshotSuccess | SnapshotFailure = self._call(
            self._snapshot, (params,), {"_request_timeout": _request_timeout}
        )
        if isinstance(found, SnapshotFailure):
            raise _failure(KedroError(), found)
        return found

    def run(
        self, *, check: bool = True, _request_timeout: Timeout = None, **request: Unpack[RunRequest]
    ) -> RunSuccess | RunFailure:
        """Run pipelines and wait for the end.

        The request is sent once, whatever `Configuration.retries` says: a second one would be a second run.

        Args:
            check: False returns a `RunFailure` instead of raising it.
            _request_timeout: without one, `Configuration.timeout` for connecting and no end for the run. The server
                goes on with a run that nobody waits for.
            **request: the fields of `RunRequest`.

        Raises:
            KedroRunError: the run failed or could not be started.
            BadRequestError: the server does not take a value; `message` names each by its path.
            ApiTypeError, ApiValueError: an unknown field, or a value that JSON cannot hold; nothing was sent.
        """
        body = _body(request, self.api_client)
        if _request_timeout is None:
            configured = timeout_of(self.api_client.configuration.timeout)
            _request_timeout = urllib3.Timeout(connect=configured.connect_timeout, read=None)
        ended: RunSuccess | RunFailure = self._call(self._run, (body,), {"_request_timeout": _request_timeout})
        if check and isinstance(ended, RunFailure):
            raise _failure(KedroRunError(), ended)
        return ended

    def run_async(
        self, *, check: bool = True, _request_timeout: Timeout = None, **request: Unpack[RunRequest]
    ) -> Future[RunSuccess | RunFailure]:
        """Run pipelines in a thread of its own; arguments and errors as in `run`.

        The server works on 40 runs at a time, further ones wait there. Connections beyond
        `Configuration.connection_pool_maxsize` are closed after use, of which urllib3 warns. The future cannot be
        cancelled, as the server cannot stop a run; the interpreter's exit does not wait for it.
        """
        # Here, so that a bad field raises at once and later changes of the values do not matter.
        body = _body(request, self.api_client)
        future: Future[RunSuccess | RunFailure] = Future()
        future.set_running_or_notify_cancel()

        def work() -> None:
            try:
                future.set_result(self.run(check=check, _request_timeout=_request_timeout, **body))
            except BaseException as error:
                future.set_exception(error)

        threading.Thread(target=work, name="kedro-run", daemon=True).start()
        return future


def _body(request: Mapping[str, Any], client: ApiClient) -> Any:
    for name in request.keys() - RunRequest.__annotations__.keys():
        raise ApiTypeError(f"a Kedro run has no field {name!r}{did_you_mean(name, RunRequest.__annotations__)}")
    given = {name: value for name, value in request.items() if value is not None}
    return client.sanitize_for_serialization(given)


def _failure(error: KedroError, ended: RunFailure | SnapshotFailure) -> KedroError:
    """Return `error` filled with what a reply of status "failure" says."""
    reply = ended._reply or Reply()
    ApiException.__init__(error, reply.status)
    error.body, error.headers = reply.body, reply.headers
    error.method, error.url = reply.method, reply.url
    raised = ended.error or ErrorDetail(type="", message="")
    error.error_type, error.reason = raised.type, raised.message
    if isinstance(error, KedroRunError) and isinstance(ended, RunFailure):
        error.run_id, error.duration_ms = ended.run_id, ended.duration_ms
    return error


def _pairs(params: Mapping[str, Any], above: list[str]) -> Iterator[str]:
    """Yield `dotted.name=value`, the value as YAML, which is what the server reads it as."""
    for key, value in params.items():
        path, text = [*above, str(key)], json.dumps(value, ensure_ascii=False)
        if isinstance(value, dict) and value:
            yield from _pairs(value, path)
        elif "," in text or not path[-1] or set(path[-1]) & set(",=\\"):
            raise ApiValueError("the server splits parameters at `,` and `=`, which cannot be escaped", path)
        else:
            yield f"{'.'.join(path)}={text}"
