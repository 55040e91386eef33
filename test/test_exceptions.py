# SPDX-License-Identifier: Apache-2.0
"""The classes of errors: where they are, what they are, how they print and pickle."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from urllib3._collections import HTTPHeaderDict

import kfp_server_api
from kfp_server_api import api_client, exceptions, rest

UPSTREAMS = ("OpenApiException", "ApiException", "ApiTypeError", "ApiValueError", "ApiKeyError")
OURS = (
    "BadRequestError",
    "AuthenticationError",
    "PermissionDeniedError",
    "NotFoundError",
    "ConflictError",
    "RateLimitError",
    "ServerError",
    "DecodeError",
)
NO_REPLY = ("ApiConnectionError", "ApiTimeoutError", "TLSError")
OF_WAITS = ("RunFailed", "RunCanceled", "WaitTimeout")


class Reply:
    """Arguments that upstream's code gives an `ApiException`."""

    status = 404
    reason = "Not Found"
    data = '{"code": 5, "message": "gone", "details": [{"message": "Run r1 not found"}]}'

    def getheaders(self) -> HTTPHeaderDict:
        return HTTPHeaderDict({"Content-Type": "application/json"})


@pytest.mark.parametrize("name", UPSTREAMS + OURS + NO_REPLY + OF_WAITS)
def test_every_class_imports_from_the_package_and_from_exceptions(name: str) -> None:
    assert getattr(kfp_server_api, name) is getattr(exceptions, name)


@pytest.mark.parametrize("name", ["ApiException", "ApiTypeError", "ApiValueError"])
def test_upstreams_classes_import_from_rest(name: str) -> None:
    assert getattr(rest, name) is getattr(exceptions, name)


@pytest.mark.parametrize("name", ["ApiException", "ApiTypeError", "ApiValueError"])
def test_upstreams_classes_import_from_api_client(name: str) -> None:
    assert getattr(api_client, name, getattr(exceptions, name)) is getattr(exceptions, name)


def test_exceptions_exports_all_of_them() -> None:
    assert set(exceptions.__all__) == {*UPSTREAMS, *OURS, *NO_REPLY, *OF_WAITS}


@pytest.mark.parametrize("name", OURS)
def test_an_error_about_a_reply_is_an_api_exception(name: str) -> None:
    assert issubclass(getattr(exceptions, name), exceptions.ApiException)


@pytest.mark.parametrize("name", NO_REPLY)
def test_an_error_without_a_reply_is_no_api_exception(name: str) -> None:
    assert not issubclass(getattr(exceptions, name), exceptions.ApiException)


@pytest.mark.parametrize("name", [*OURS, *NO_REPLY, *UPSTREAMS, *OF_WAITS])
def test_the_tree_on_top_of_the_module_has_every_class(name: str) -> None:
    assert f" {name}" in exceptions.__doc__.replace("(", " (").replace("── ", "  ")


@pytest.mark.parametrize("name", UPSTREAMS + OURS + NO_REPLY + OF_WAITS)
def test_everything_is_an_open_api_exception(name: str) -> None:
    assert issubclass(getattr(exceptions, name), exceptions.OpenApiException)


@pytest.mark.parametrize(("name", "base"), [("Type", TypeError), ("Value", ValueError), ("Key", KeyError)])
def test_argument_errors_are_pythons_too(name: str, base: type) -> None:
    assert issubclass(getattr(exceptions, f"Api{name}Error"), base)


@pytest.mark.parametrize("name", ["ApiTimeoutError", "TLSError"])
def test_timeout_and_tls_are_connection_errors(name: str) -> None:
    assert issubclass(getattr(exceptions, name), exceptions.ApiConnectionError)


def test_an_argument_error_shows_the_path_to_the_item() -> None:
    error = exceptions.ApiTypeError("bad", path_to_item=["run", "tags", 0])
    assert str(error) == "bad at ['run']['tags'][0]"


def test_an_argument_error_keeps_the_path_to_the_item() -> None:
    assert exceptions.ApiValueError("bad", ["a", 1]).path_to_item == ["a", 1]


def test_a_type_error_keeps_what_upstream_keeps() -> None:
    error = exceptions.ApiTypeError("bad", ["a"], (int,), True)
    assert (error.valid_classes, error.key_type) == ((int,), True)


def test_status_and_reason_are_taken_without_a_reply() -> None:
    error = exceptions.ApiException(status=0, reason="why")
    assert (error.status, error.reason, error.body, error.headers) == (0, "why", None, None)


def test_the_text_without_a_reply_is_upstreams() -> None:
    assert str(exceptions.ApiException(status=0, reason="why")) == "(0)\nReason: why\n"


def test_the_text_with_a_reply_is_upstreams() -> None:
    assert str(exceptions.ApiException(http_resp=Reply())) == (
        "(404)\nReason: Not Found\n"
        "HTTP response headers: HTTPHeaderDict({'Content-Type': 'application/json'})\n"
        f"HTTP response body: {Reply.data}\n"
    )


def test_an_exception_made_of_a_reply_reads_code_message_and_details() -> None:
    error = exceptions.ApiException(http_resp=Reply())
    assert (error.code, error.message, error.details) == (5, "Run r1 not found", [{"message": "Run r1 not found"}])


ERRORS: list[Any] = [
    exceptions.OpenApiException("a", 1),
    exceptions.ApiTypeError("bad", ["a", 0], (int,), True),
    exceptions.ApiValueError("bad", ["a"]),
    exceptions.ApiKeyError("bad", ["a"]),
    exceptions.ApiException(404, "why"),
    exceptions.ApiException(http_resp=Reply()),
    *(getattr(exceptions, name)(http_resp=Reply()) for name in OURS),
    *(getattr(exceptions, name)("GET /: refused", "refused", "GET", "/") for name in NO_REPLY),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_every_error_pickles(error: Exception, protocol: int) -> None:
    again = pickle.loads(pickle.dumps(error, protocol))
    assert (type(again), str(again), again.args) == (type(error), str(error), error.args)
    assert again.__dict__ == error.__dict__


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_every_error_copies(error: Exception) -> None:
    assert str(copy.deepcopy(error)) == str(error)


def test_a_subclass_of_a_user_pickles() -> None:
    again = pickle.loads(pickle.dumps(OfAUser(status=418, reason="teapot")))
    assert (type(again), again.status) == (OfAUser, 418)


class OfAUser(exceptions.ApiException):
    """A class of somebody who builds on ours."""


def test_a_decode_error_keeps_path_and_committed_in_a_pickle() -> None:
    error = exceptions.DecodeError(200, "why")
    error.path, error.committed = "runs[3].created_at", True
    again = pickle.loads(pickle.dumps(error))
    assert (again.path, again.committed) == ("runs[3].created_at", True)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_the_text_of_an_error_with_a_status_of_success_shows_no_body(status: int) -> None:
    error = exceptions.ApiException(http_resp=Reply())
    error.status = status
    assert "gone" not in str(error)


@pytest.mark.parametrize("status", [None, 200])
def test_the_text_of_a_decode_error_shows_no_body(status: int | None) -> None:
    error = exceptions.DecodeError(status, "why")
    error.body = '{"password": "hunter2"}'
    assert "hunter2" not in str(error)
    assert error.body == '{"password": "hunter2"}'


@pytest.mark.parametrize("headers", [{"Retry-After": 5}, {"X-Trace": b"t1"}, {"X-Trace": None}])
def test_headers_of_a_callers_own_making_do_not_spoil_the_text(headers: dict[str, object]) -> None:
    error = exceptions.ApiException(status=503, reason="busy")
    error.headers = headers
    assert f"HTTP response headers: {headers}" in str(error)


def test_a_header_of_slashes_is_written_fast(python: Any) -> None:
    python(
        "from kfp_server_api import ApiException; error = ApiException(500); error.headers = {'x': '@' + '/' * 65000};"
        "assert '//' in str(error)",
        timeout=20,
    )
