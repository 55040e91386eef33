# SPDX-License-Identifier: Apache-2.0
"""From a status and a body of any shape that servers use to a class, a code and one line for people."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from fixtures.servers import reply

from kfp_server_api import (
    ApiException,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    PipelineUploadServiceApi,
    RateLimitError,
    ServerError,
)


def gateway(code: int, long: str, short: str | None = None, **more: Any) -> dict[str, Any]:
    """Return the body of an error of the gateway."""
    detail = {"@type": "type.googleapis.com/google.rpc.Status", "code": code, "message": short}
    return {**more, "code": code, "message": long, **({} if short is None else {"details": [detail]})}


def without_hint(error: ApiException) -> str:
    """Return the message alone; what may follow it is for test_hints.py."""
    return error.message.removesuffix(f" ({error.hint})")


@pytest.fixture
def failing(serve: Any, runs: Any) -> Any:
    """Return what a call raises that is answered so."""

    def call(status: int, body: Any, *headers: tuple[str, str], type: str = "application/json") -> ApiException:
        with pytest.raises(ApiException) as caught:
            runs(serve(reply(body, status, *headers, type=type)), retries=False).get_run("r1")
        return caught.value

    return call


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequestError),
        (401, AuthenticationError),
        (402, ApiException),
        (403, PermissionDeniedError),
        (404, NotFoundError),
        (405, ApiException),
        (409, ConflictError),
        (413, ApiException),
        (418, ApiException),
        (429, RateLimitError),
        (499, ApiException),
        (500, ServerError),
        (501, ServerError),
        (502, ServerError),
        (503, ServerError),
        (504, ServerError),
        (599, ServerError),
        (304, ApiException),
    ],
)
def test_every_status_has_its_class(failing: Any, status: int, kind: type) -> None:
    error = failing(status, b"" if status == 304 else {})
    assert (type(error), error.status) == (kind, status)


NOT_FOUND = "Failed to get a run: Failed to fetch run r1: ResourceNotFoundError: Run r1 not found"
MANIFEST = "Failed to create a new run: InternalServerError: Failed to create a run due to error fetching manifest"
NO_IDENTITY = "Failed to check authorization. User identity is empty in the request header"
STACK = "Internal error: Run name cannot be empty\ngithub.com/kubeflow/pipelines/backend/src/common/util.go:77\nmain.go"
TABLE: dict[str, tuple[int, Any, type, int | None, str]] = {
    "gateway": (404, gateway(5, NOT_FOUND, "Run r1 not found"), NotFoundError, 5, "Run r1 not found"),
    "gateway up to 2.5.0": (
        404, gateway(5, NOT_FOUND, "Run r1 not found", error=NOT_FOUND), NotFoundError, 5, "Run r1 not found",
    ),
    "gateway without details": (
        400, gateway(3, 'proto: (line 1:2): unknown field "foo"'), BadRequestError, 3,
        'proto: (line 1:2): unknown field "foo"',
    ),
    "unknown path": (404, gateway(5, "Not Found"), NotFoundError, 5, "Not Found"),
    "wrong method": (501, gateway(12, "Method Not Allowed"), ServerError, 12, "Method Not Allowed"),
    "duplicate": (
        409, gateway(6, "Create: Already exist error: The name X already exist", "The name X already exist"),
        ConflictError, 6, "The name X already exist",
    ),
    "state forbids": (
        409, gateway(10, "Delete: BadRequestError: The default experiment cannot be deleted"), ConflictError, 10,
        "The default experiment cannot be deleted",
    ),
    "internal with a cause": (
        500, gateway(13, f"{MANIFEST}: x: ResourceNotFoundError: PipelineVersion V not found", "Internal Server Error"),
        ServerError, 13, "PipelineVersion V not found",
    ),
    "internal of invalid input": (
        500, gateway(13, "Failed to create: Invalid input error: Run name cannot be empty", "Internal Server Error"),
        ServerError, 13, "Run name cannot be empty",
    ),
    "unavailable with a cause": (
        503, gateway(14, "Failed to list: ServiceUnavailable: database is down", "Service unavailable"),
        ServerError, 14, "database is down",
    ),
    "plain Go error": (500, gateway(13, STACK, STACK), ServerError, 13, "Internal error: Run name cannot be empty"),
    "no identity": (
        401, gateway(16, f"Failed to list: Unauthenticated: {NO_IDENTITY}", NO_IDENTITY), AuthenticationError, 16,
        NO_IDENTITY,
    ),
    "no identity as 500": (
        500, gateway(13, f"Internal error: Unauthenticated: {NO_IDENTITY}\nstack", "Internal Server Error"),
        AuthenticationError, 13, NO_IDENTITY,
    ),
    "code 16 as 500": (500, gateway(16, "no"), AuthenticationError, 16, "no"),
    "forbidden": (
        403, gateway(7, "List: PermissionDenied: User 'a' is not authorized", "User 'a' is not authorized"),
        PermissionDeniedError, 7, "User 'a' is not authorized",
    ),
    "upload": (
        400, {"error_message": "Failed to read a pipeline spec file", "error_details": "unknown\nstack"},
        BadRequestError, None, "Failed to read a pipeline spec file",
    ),
    "upload whose details say more": (
        400, {"error_message": "unknown template format",
              "error_details": "Failed: InvalidInputError: unknown template format: no components"},
        BadRequestError, None, "unknown template format: no components",
    ),
    "upload of a taken name": (
        409, {"error_message": "Failed to create a pipeline version", "error_details": "x"}, ConflictError, None,
        "Failed to create a pipeline version",
    ),
    "too long": (
        400, "Invalid input error: Pipeline.Name length cannot exceed 128", BadRequestError, None,
        "Invalid input error: Pipeline.Name length cannot exceed 128",
    ),
    "plain text of old gateways": (404, "Not Found\n", NotFoundError, None, "Not Found"),
    "mesh": (503, "upstream connect error or disconnect/reset before headers", ServerError, None,
             "upstream connect error or disconnect/reset before headers"),
    "no body": (502, b"", ServerError, None, "Because"),
    "JSON text": (400, '"bad"', BadRequestError, None, '"bad"'),
    "JSON null": (400, "null", BadRequestError, None, "null"),
}  # fmt: skip


@pytest.mark.parametrize("status, body, kind, code, message", TABLE.values(), ids=TABLE)
def test_every_shape_of_error_is_read(
    failing: Any, status: int, body: Any, kind: type, code: int | None, message: str
) -> None:
    error = failing(status, body)
    assert (type(error), error.status, error.code, without_hint(error)) == (kind, status, code, message)


@pytest.mark.parametrize("status, body, kind, code, message", TABLE.values(), ids=TABLE)
def test_the_shape_is_told_by_the_body_and_not_by_its_label(
    failing: Any, status: int, body: Any, kind: type, code: int | None, message: str
) -> None:
    error = failing(status, body, type="text/plain; charset=utf-8")
    assert (type(error), error.code, without_hint(error)) == (kind, code, message)


@pytest.mark.parametrize("status, body, kind, code, message", TABLE.values(), ids=TABLE)
def test_every_error_of_a_server_pickles(
    failing: Any, status: int, body: Any, kind: type, code: int | None, message: str
) -> None:
    error = failing(status, body)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), without_hint(again), again.url) == (kind, str(error), message, error.url)


def test_details_are_the_bodys(failing: Any) -> None:
    body = gateway(5, NOT_FOUND, "Run r1 not found")
    assert failing(404, body).details == body["details"]


@pytest.mark.parametrize(
    "body",
    [
        {"code": "five", "message": 7, "details": "none"},
        {"message": None, "details": None},
        {"details": [None, 3, {"message": 4}, {"message": None}]},
        {"error_message": {"a": 1}},
        {"message": ["a"]},
        {"code": True},
        [],
        {"code": 1e999},
        b"[" * 50_000,
        b"\xff\xfe\x00{",
        b"\x00",
    ],
)
def test_no_body_breaks_the_error_itself(failing: Any, body: Any) -> None:
    error = failing(500, body if not isinstance(body, dict) else json.dumps(body))
    assert error.status == 500
    assert isinstance(error.message, str)
    assert isinstance(error.details, list)
    assert error.code is None
    assert str(error).startswith("(500)\nReason: ")


def test_a_message_is_one_line(failing: Any) -> None:
    assert "\n" not in failing(500, gateway(13, STACK, STACK)).message


def test_a_body_that_is_not_utf_8_is_decoded_with_replacement(failing: Any) -> None:
    assert failing(401, b"caf\xe9 is closed").body == "caf\ufffd is closed"


def test_the_body_is_text(failing: Any) -> None:
    assert failing(404, '{"code": 5}').body == '{"code": 5}'


def test_the_headers_are_found_in_any_case(failing: Any) -> None:
    assert failing(429, {}, ("Retry-After", "7")).headers["retry-after"] == "7"


def test_the_reason_is_the_servers(failing: Any) -> None:
    assert failing(404, {}).reason == "Because"


def test_the_error_names_method_and_url(failing: Any) -> None:
    error = failing(404, {})
    assert error.method == "GET"
    assert error.url.startswith("http://127.0.0.1:")
    assert error.url.endswith("/apis/v2beta1/runs/r1")


def test_the_text_has_upstreams_lines_first(failing: Any) -> None:
    error = failing(404, '{"code": 5}')
    assert str(error).startswith(
        f"(404)\nReason: Because\nHTTP response headers: {error.headers}\nHTTP response body: {error.body}\n"
    )


def test_a_run_that_is_called_unauthenticated_is_no_authentication_error(failing: Any) -> None:
    text = "Failed to create run unauthenticated-demo: InternalServerError: disk full"
    assert type(failing(500, gateway(13, text, "Internal Server Error"))) is ServerError


@pytest.mark.parametrize(
    "body",
    [
        gateway(13, "Internal error: Unauthenticated: Request header error: there is no user identity header.: x"),
        {"error_message": "Failed to create a pipeline", "error_details": "Unauthenticated: no user identity header"},
        gateway(16, "Failed to list: x", error="Failed to list: x"),
    ],
)
def test_an_unauthenticated_call_that_is_reported_as_500_keeps_its_status(failing: Any, body: Any) -> None:
    error = failing(500, body)
    assert (type(error), error.status) == (AuthenticationError, 500)


@pytest.mark.parametrize("title", ["502 Bad Gateway", ""])
def test_the_message_of_an_error_page_is_no_markup(failing: Any, title: str) -> None:
    body = f"<html>\r\n<head><title>{title}</title></head>\r\n<body><h1>Oh</h1></body></html>"
    assert failing(502, body, type="text/html").message in ("502 Bad Gateway", "Because", "Oh")


@pytest.mark.parametrize(("status", "kind"), [(413, ApiException), (429, RateLimitError), (503, ServerError)])
def test_a_status_that_says_when_to_retry_has_its_class(serve: Any, runs: Any, status: int, kind: type) -> None:
    with pytest.raises(ApiException) as caught:
        runs(serve(reply({"code": 8, "message": "slow down"}, status, ("Retry-After", "0")))).get_run("r1")
    error = caught.value
    assert (type(error), error.status, error.message) == (kind, status, "slow down")
    assert error.headers["Retry-After"] == "0"


@pytest.mark.parametrize("when", ["3600", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_server_cannot_put_the_client_to_sleep(serve: Any, runs: Any, when: str) -> None:
    with pytest.raises(RateLimitError):
        runs(serve(reply({}, 429, ("Retry-After", when)))).get_run("r1", async_req=True).get(5)


def test_a_login_page_with_status_401_is_an_authentication_error(failing: Any) -> None:
    assert type(failing(401, "<html>Log in", type="text/html")) is AuthenticationError


def test_a_huge_error_page_gives_a_short_message(failing: Any) -> None:
    assert len(failing(502, "<html>" + "x" * 1_000_000).message) < 1000


def test_an_error_of_an_upload_has_its_class(serve: Any, connect: Any) -> None:
    server = serve(reply({"error_message": "Failed to read a pipeline spec file"}, 400, type="text/plain"))
    with pytest.raises(BadRequestError) as caught:
        PipelineUploadServiceApi(connect(server)).upload_pipeline(b"a: b")
    assert caught.value.message == "Failed to read a pipeline spec file"


def test_an_error_without_preloading_has_its_class_and_body(serve: Any, runs: Any) -> None:
    with pytest.raises(NotFoundError) as caught:
        runs(serve(reply(gateway(5, "Not Found"), 404))).get_run("r1", _preload_content=False)
    assert without_hint(caught.value) == "Not Found"


def test_an_error_without_preloading_gives_its_connection_back(serve: Any, runs: Any) -> None:
    server = serve(reply({}, 404))
    service = runs(server)
    for _ in range(5):
        with pytest.raises(NotFoundError):
            service.get_run("r1", _preload_content=False)
    assert server.connections == 1


def test_an_async_error_has_its_class(serve: Any, runs: Any) -> None:
    with pytest.raises(NotFoundError):
        runs(serve(reply({}, 404))).get_run("r1", async_req=True).get(20)
