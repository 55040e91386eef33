# SPDX-License-Identifier: Apache-2.0
"""multipart/form-data bodies that are read from their files while they are sent."""

from __future__ import annotations

import io
import mimetypes
import os
from collections.abc import Iterable, Iterator
from typing import Any

from urllib3.fields import RequestField
from urllib3.filepost import choose_boundary

from kfp_server_api.exceptions import ApiTypeError

_CHUNK = 1 << 16


class FileSource(os.PathLike[str]):
    """A file to upload, opened when it is sent.

    Raises:
        OSError: no such file, or one that cannot be read.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        with open(self.path, "rb") as file:
            self.size = os.fstat(file.fileno()).st_size

    def __fspath__(self) -> str:
        return self.path

    def chunks(self) -> Iterator[bytes]:
        """Yield the content."""
        with open(self.path, "rb") as file:
            yield from iter(lambda: file.read(_CHUNK), b"")


class ObjectSource:
    """An open binary file to upload, from where it stands; it is not ours to close."""

    def __init__(self, file: Any) -> None:
        if isinstance(file, io.TextIOBase):
            raise ApiTypeError("the file to upload is open in text mode; open it with 'rb'")
        try:
            self.file, self.start = file, file.tell()
            self.size = file.seek(0, os.SEEK_END) - self.start
            file.seek(self.start)
        except (AttributeError, OSError) as error:
            raise ApiTypeError("the file to upload cannot seek; read it and pass the bytes") from error

    def chunks(self) -> Iterator[bytes]:
        """Yield the content, each time from the same start."""
        self.file.seek(self.start)
        yield from iter(lambda: self.file.read(_CHUNK), b"")


def source_of(value: Any, name: str) -> tuple[str, Any, str]:
    """Return (file name, content, content type) of a path, bytes or open binary file.

    Raises:
        OSError: no such file.
        ApiTypeError: not something to upload.
    """
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"{name}{_suffix(bytes(value[:2]))}", bytes(value), "application/octet-stream"
    if isinstance(value, (str, os.PathLike)):
        filename = os.path.basename(os.fspath(value))
        return filename, FileSource(value), _type_of(filename)
    if hasattr(value, "read"):
        source = ObjectSource(value)
        given = getattr(value, "name", None)
        filename = os.path.basename(given) if isinstance(given, str) else f"{name}{_suffix(next(source.chunks(), b''))}"
        return filename, source, _type_of(filename)
    raise ApiTypeError(f"`{name}` takes a path, bytes or a binary file, not {type(value).__name__}")


def _suffix(content: bytes) -> str:
    """Return the suffix by which a server knows what an upload without a name is."""
    return {b"PK": ".zip", b"\x1f\x8b": ".tar.gz"}.get(content[:2], ".yaml")


def _type_of(filename: str) -> str:
    return mimetypes.guess_type(filename)[0] or "application/octet-stream"


class Multipart:
    """A request body over form fields and files.

    Iterating gives its chunks, each time from the start: urllib3 iterates again when it has to send a request again.
    """

    def __init__(self, fields: Iterable[tuple[str, Any]]) -> None:
        self.boundary = choose_boundary()
        self.content_type = f"multipart/form-data; boundary={self.boundary}"
        self._parts: list[Any] = []
        for name, value in fields:
            self._add(name, value)
        self._parts.append(f"--{self.boundary}--\r\n".encode())
        self.size: int = sum(len(part) if isinstance(part, bytes) else part.size for part in self._parts)

    def _add(self, name: str, value: Any) -> None:
        field = RequestField.from_tuples(name, value)
        data: Any = field.data
        if not isinstance(data, (bytes, FileSource, ObjectSource)):
            data = str(data).encode()
        self._parts += [f"--{self.boundary}\r\n{field.render_headers()}".encode(), data, b"\r\n"]

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            yield from [part] if isinstance(part, bytes) else part.chunks()
