# SPDX-License-Identifier: Apache-2.0
"""Reads what users send, in a process of its own where that may take long.

A parser holds up all threads of its process. `main` is that other process: it reads a file from standard input and
writes what it found to standard output.
"""

from __future__ import annotations

import contextlib
import gc
import io
import logging
import marshal
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import IO, Any

from kfp_server_api.server import protojson
from kfp_server_api.server.errors import RequestError, malformed
from kfp_server_api.server.json_safe import check_shape
from kfp_server_api.server.limits import LARGEST, TOO_LARGE
from kfp_server_api.server.packages.archive import UnreadableFileError, is_archive, read_file
from kfp_server_api.server.packages.yaml_documents import read_documents

_log = logging.getLogger(__name__)

SMALL = 256 * 1024
"""Bytes of a text that is read at once, which takes less than starting a process does."""
_SECONDS = 10
"""CPU time of the process."""
_LONGEST = 60.0
"""Seconds after which it is ended in any case, on a machine where it gets no CPU time."""
_MEMORY = 1024 * 1024 * 1024
"""Bytes of its address space."""
_LONGEST_NAME = 1000
_COMMAND = "import sys; sys.path[:] = {!a}; from kfp_server_api.server.parsing import main; main({!a}, {!a})"


def parse_body(type_name: str, file: IO[bytes]) -> dict[str, Any]:
    """Return the message of a request's body in the server's form; an empty body is an empty message.

    Args:
        type_name: the model of the message. Only the first JSON value of the body is read.

    Raises:
        RequestError: it is too large, no JSON, or not this message.
    """
    size = _size(file)
    if size > LARGEST:
        raise malformed(TOO_LARGE)
    found: dict[str, Any] = (_apart if size > SMALL else _read)("body", type_name, file)
    return found


def parse_file(name: str, file: IO[bytes]) -> list[Any]:
    """Return the YAML documents of an uploaded file, which may be an archive.

    Raises:
        UnreadableFileError: there is no YAML file in it, or one that is too large.
        ValueError: why the YAML cannot be read.
    """
    name, apart = name[-_LONGEST_NAME:], _size(file) > SMALL or is_archive(name)
    documents: list[Any] = (_apart if apart else _read)("file", name, file)
    return documents


def _size(file: IO[bytes]) -> int:
    """Return the bytes of a file, which is at its beginning then."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    return size


def _read(what: str, about: str, file: IO[bytes]) -> Any:
    if what == "file":
        return read_documents(read_file(about, file))
    raw = file.read()
    try:
        check_shape(raw.decode("utf-8", "replace"))
    except ValueError as cause:
        raise malformed(f"proto: {cause}") from cause
    return protojson.decode(about, raw)


def _apart(what: str, about: str, file: IO[bytes]) -> Any:
    command = [sys.executable, "-c", _COMMAND.format(sys.path, what, about)]
    try:
        done = subprocess.run(command, stdin=file, capture_output=True, timeout=_LONGEST, check=True)
        error, found = marshal.loads(done.stdout)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as cause:
        _log.warning("%s %s could not be read: %s; %s", what, about, cause, (cause.stderr or b"")[-1000:])
        error, found = what, "reading it takes too much time or memory"
    if error:
        raise _ERRORS[error](found)
    return found


_ERRORS: Mapping[str, Callable[[str], Exception]] = {
    "body": malformed,
    "archive": UnreadableFileError,
    "file": ValueError,
}


def main(what: str, about: str) -> None:
    """Read standard input and write what came of it, within limits on time and memory."""
    _limit()
    gc.disable()
    error, found = "", None
    try:
        found = _read(what, about, sys.stdin.buffer)
    except UnreadableFileError as problem:
        error, found = "archive", str(problem)
    except (RequestError, ValueError) as problem:
        error, found = what, str(problem)
    sys.stdout.buffer.write(marshal.dumps((error, found)))


def _limit() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):  # not on Windows; not more than is allowed already
        os.nice(5)
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
