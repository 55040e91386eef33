# SPDX-License-Identifier: Apache-2.0
"""Errors as the API's gateway and its upload endpoints write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

INVALID, NOT_FOUND, EXISTS, FORBIDDEN, PRECONDITION, ABORTED = 3, 5, 6, 7, 9, 10
UNIMPLEMENTED, INTERNAL, UNAVAILABLE = 12, 13, 14

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
}


_LONGEST = 10_000
"""Characters of a text for people, which may quote what was sent."""


class RequestError(Exception):
    """The reason why a request is answered with an error.

    Attributes:
        code: gRPC code number.
        message: the text for people; `details[0].message` of the answer.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message: str = message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"

    @property
    def status(self) -> int:
        """HTTP status of the answer."""
        return STATUSES[self.code]

    def body(self, action: str) -> dict[str, Any]:
        """Return the JSON of the answer; `action` says what failed ("get run")."""
        prefix = f"{_NAMES[self.code]}: " if self.code in _NAMES else ""
        details = {
            "@type": "type.googleapis.com/google.rpc.Status",
            "code": self.code,
            "message": self.message,
        }
        return {
            "code": self.code,
            "message": f"Failed to {action}: {prefix}{self.message}",
            "details": [details],
        }


class GatewayError(RequestError):
    """An error found before any handler: the answer has no details and no context."""

    def body(self, action: str) -> dict[str, Any]:
        """Return the JSON of the answer."""
        return {"code": self.code, "message": self.message}


class UploadError(RequestError):
    """An error of an upload, which has a shape of its own."""

    def __init__(self, code: int, message: str, details: str = "") -> None:
        super().__init__(code, message)
        self.details: str = details or message

    def body(self, action: str) -> dict[str, Any]:
        """Return the JSON of the answer."""
        return {"error_message": self.message, "error_details": self.details}


def invalid(message: str) -> RequestError:
    """Make the error for input that the API does not allow."""
    return RequestError(INVALID, message)


def malformed(message: str) -> RequestError:
    """Make the error for a request that cannot be read as the API's JSON or query."""
    return GatewayError(INVALID, message)


def not_found(thing: str, id: str) -> RequestError:
    """Make the error for a thing that does not exist; `thing` is the API's word for it."""
    return RequestError(NOT_FOUND, f"{thing} {id} not found")


def exists(message: str) -> RequestError:
    """Make the error for a name or id that is taken."""
    return RequestError(EXISTS, message)


@contextmanager
def uploading(failure: str) -> Iterator[None]:
    """Turn problems inside the block into the upload endpoints' shape.

    Wrong input has its own text, anything else begins with `failure`; a missing parent is wrong input.
    """
    try:
        yield
    except UploadError:
        raise
    except RequestError as problem:
        text = problem.message if problem.code == INVALID else f"{failure}: {problem.message}"
        code = INVALID if problem.code == NOT_FOUND else problem.code
        raise UploadError(code, text) from problem
