# SPDX-License-Identifier: Apache-2.0
"""Reads a request as the arguments of its operation."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Union
from urllib.parse import unquote_to_bytes

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.types import Scope

from kfp_server_api._operation import Operation
from kfp_server_api.server import protojson
from kfp_server_api.server.errors import RequestError, UploadError, malformed
from kfp_server_api.server.gotext import bad_escape
from kfp_server_api.server.json_safe import check_text
from kfp_server_api.server.limits import LARGEST, TOO_LARGE
from kfp_server_api.server.parsing import SMALL, parse_body
from kfp_server_api.server.resources.uploads import Upload

_ENVELOPE = 64 * 1024
"""Bytes that a multipart body may have besides the file."""
_IN_MEMORY = 1024 * 1024
"""Bytes of a body that are kept in memory; the rest of a longer one goes to a file."""


Received = Union[IO[bytes], Upload, str, None]
"""What a request brings besides its address: a body, an upload, why an upload cannot be read, or nothing."""


def takes_file(operation: Operation) -> bool:
    """Tell whether an operation is an upload."""
    return any(param.location == "file" for param in operation.params)


def error_of(operation: Operation) -> type[RequestError]:
    """Return the shape of an operation's errors."""
    return UploadError if takes_file(operation) else RequestError


@contextmanager
def closing(received: Received) -> Iterator[None]:
    """Close what a request brought, at the end of the block."""
    try:
        yield
    finally:
        file = received.file if isinstance(received, Upload) else received
        if file is not None and not isinstance(file, str):
            file.close()


def takes_long(received: Received) -> bool:
    """Tell whether what a request brought takes long to read."""
    if received is None or isinstance(received, str):
        return False
    return isinstance(received, Upload) or received.tell() > SMALL


async def receive(operation: Operation, request: Request) -> Received:
    """Receive what a request brings besides its address.

    Raises:
        RequestError: a body is too large.
    """
    for param in operation.params:
        if param.location == "body":
            return await _body(request)
        if param.location == "file":
            return await _upload(request)
    return None


def read_arguments(operation: Operation, request: Request, received: Received) -> dict[str, Any]:
    """Return the arguments of a call by the names of its operation's parameters.

    Raises:
        RequestError: they cannot be read as what the operation takes.
    """
    _check_address(request.scope)
    arguments = _query(operation, request)
    arguments.update(request.path_params)
    for param in operation.params:
        if param.location == "body":
            arguments[param.name] = _value(operation, param.type, received)
        elif param.location == "file":
            arguments[param.name] = received
    return arguments


def _query(operation: Operation, request: Request) -> dict[str, Any]:
    """Return what a query says; of what stands in it twice an upload takes the first."""
    if not request.scope["query_string"]:
        return {}
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


def _check_address(scope: Scope) -> None:
    """Refuse a path or query that is no text; what decodes them puts other characters in the place of such bytes."""
    for part in (scope.get("raw_path", b""), scope["query_string"]):
        if b"%" in part or not part.isascii():
            try:
                unquote_to_bytes(part).decode("utf-8")
            except UnicodeDecodeError as cause:
                raise malformed(f"the address is not UTF-8: {cause}") from cause


async def _body(request: Request) -> IO[bytes]:
    file: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size <= LARGEST:  # the rest is read too, since clients send before they read
                file.write(chunk)
        if size > LARGEST:
            raise malformed(TOO_LARGE)
    except BaseException:
        file.close()
        raise
    return file


def _value(operation: Operation, type_name: str, received: Received) -> Any:
    assert received is not None
    assert not isinstance(received, (Upload, str))
    # The schema of a PATCH lacks the ids, which the server takes (and overrides by those of the path).
    return parse_body(operation.returns if operation.method == "PATCH" else type_name, received)


async def _upload(request: Request) -> Upload | str | None:
    """Return the file part of a multipart request, why it cannot be read, or None where there is none."""
    if "multipart/form-data" not in request.headers.get("content-type", ""):
        return None
    try:
        form = await MultiPartParser(request.headers, _limited(request), max_files=1).parse()
    except (MultiPartException, KeyError) as cause:
        return str(cause)
    part = form.get("uploadfile")
    if not isinstance(part, UploadFile):
        await form.close()
        return None
    try:
        dict(part.headers.raw)[b"content-disposition"].decode("utf-8")  # the parser takes other bytes for Latin-1
        check_text(part.filename or "")
    except ValueError as cause:
        await form.close()
        return f"the name of its file: {cause}"
    return Upload(part.filename or "", part.file)


async def _limited(request: Request) -> AsyncGenerator[bytes, None]:
    """Yield a request's body; of one too large the rest is read too, since clients send before they read."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= LARGEST + _ENVELOPE:
            yield chunk
    if size > LARGEST + _ENVELOPE:
        raise MultiPartException(TOO_LARGE)
