# SPDX-License-Identifier: Apache-2.0
"""Errors as the API's gateway and its upload endpoints write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

INVALID, NOT_FOUND, EXISTS, FORBIDDEN, PRECONDITION, ABORTED = 3, 5, 6, 7, 9, 10
UNIMPLEMENTED, INTERNAL, UNAVAILABLE, UNAUTHENTICATED = 12, 13, 14, 16

STATUSES: Mapping[int, int] = {
    INVALID: 400,
    NOT_FOUND: 404,
    EXISTS: 409,
    FORBIDDEN: 403,
    PRECONDITION: 400,
    ABORTED: 409,
    UNIMPLEMENTED: 501,
    INTERNAL: 500,
    UNAVAILABLE: 503,
    UNAUTHENTICATED: 401,
}
"""gRPC code to HTTP status."""

_NAMES: Mapping[int, str] = {
    INVALID: "Invalid input error",
    NOT_FOUND: "ResourceNotFoundError",
    EXISTS: "Already exist error",
    PRECONDITION: "FailedPreconditionError",
    ABORTED: "BadRequestError",
    INTERNAL: "InternalServerError",
    UNAVAILABLE: "ServiceUnavailable",
    UNAUTHENTICATED: "Unauthenticated",
}

_INTERNAL = "Internal Server Error"

_LONGEST = 10_000
"""Characters of a text in an answer, which may quote what was sent."""


class RequestError(Exception):
    """The reason why a request is answered with an error.

    Args:
        code: gRPC code number.
        message: the text for people; `details[0].message` of the answer.
        name: of the error, where it is not the usual one of the code.
        cause: what stands behind the message in `trace`.

    Attributes:
        trace: `message` of the answer: what was being done, from the outside in, then the error and its cause.
    """

    def __init__(self, code: int, message: str, name: str = "", cause: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.trace: str = ": ".join(filter(None, (name or _NAMES.get(code, ""), message, cause)))

    @property
    def status(self) -> int:
        """HTTP status of the answer."""
        return STATUSES[self.code]

    def body(self) -> dict[str, Any]:
        """Return the JSON of the answer."""
        details = {
            "@type": "type.googleapis.com/google.rpc.Status",
            "code": self.code,
            "message": _shortened(self.message),
        }
        return {"code": self.code, "message": _shortened(self.trace), "details": [details]}


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


class GatewayError(RequestError):
    """An error found before any handler: the answer has no details and no context."""

    def body(self) -> dict[str, Any]:
        """Return the JSON of the answer."""
        return {"code": self.code, "message": _shortened(self.message)}


class UploadError(RequestError):
    """An error of an upload, which has a shape of its own.

    Attributes:
        early: found before anything was to be stored, which the type of the reply shows.
    """

    def __init__(self, code: int, message: str, details: str = "", early: bool = False) -> None:
        super().__init__(code, message)
        self.details: str = details or message
        self.early = early

    def body(self) -> dict[str, Any]:
        """Return the JSON of the answer."""
        return {"error_message": _shortened(self.message), "error_details": _shortened(self.details)}


class TextError(RequestError):
    """An error that is answered as text."""


def invalid(message: str, name: str = "", cause: str = "") -> RequestError:
    """Make the error for input that the API does not allow."""
    return RequestError(INVALID, message, name, cause)


def malformed(message: str) -> RequestError:
    """Make the error for a request that cannot be read as the API's JSON or query."""
    return GatewayError(INVALID, message)


def not_found(thing: str, id: str) -> RequestError:
    """Make the error for a thing that does not exist; `thing` is the API's word for it."""
    return RequestError(NOT_FOUND, f"{thing} {id} not found")


def exists(message: str) -> RequestError:
    """Make the error for a name or id that is taken."""
    return RequestError(EXISTS, message)


def internal(doing: str, cause: RequestError | str) -> RequestError:
    """Make the error for what the API takes as its own failure, whoever's it is; only the trace says why."""
    problem = RequestError(INTERNAL, _INTERNAL)
    problem.trace = f"{_NAMES[INTERNAL]}: {doing}: {cause.trace if isinstance(cause, RequestError) else cause}"
    return problem


@contextmanager
def doing(*texts: str) -> Iterator[None]:
    """Say in the trace of an error inside the block what was being done, from the outside in."""
    try:
        yield
    except RequestError as problem:
        problem.trace = ": ".join((*texts, problem.trace))
        raise


@contextmanager
def failing(doing: str) -> Iterator[None]:
    """Turn an error inside the block into the API's own failure."""
    try:
        yield
    except RequestError as problem:
        raise internal(doing, problem) from problem


@contextmanager
def uploading(failure: str) -> Iterator[None]:
    """Turn problems inside the block into the upload endpoints' shape.

    Wrong input has its own text, anything else is `failure`; the details say more.
    """
    try:
        yield
    except (UploadError, TextError):
        raise
    except RequestError as problem:
        text = problem.message if problem.code == INVALID else failure
        raise UploadError(problem.code, text, problem.trace) from problem
