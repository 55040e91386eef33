# SPDX-License-Identifier: Apache-2.0
"""multipart/form-data bodies that are read from their files while they are sent."""

from __future__ import annotations

import io
import mimetypes
import os
from collections.abc import Iterable
from typing import Any, BinaryIO

from urllib3.fields import RequestField
from urllib3.filepost import choose_boundary

from kfp_server_api.exceptions import ApiTypeError, ApiValueError

_CHUNK = 1 << 16


class FileSource(os.PathLike[str]):
    """A file to upload, opened when it is sent."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        try:
            self.size = os.stat(self.path).st_size
        except OSError as error:
            raise ApiValueError(f"cannot read the file to upload: {error}") from error

    def __fspath__(self) -> str:
        return self.path

    def open(self) -> BinaryIO:
        """Return the file, opened for reading bytes."""
        return open(self.path, "rb")


class ObjectSource:
    """An open binary file to upload, from where it stands."""

    def __init__(self, file: Any) -> None:
        if isinstance(file, io.TextIOBase):
            raise ApiTypeError("the file to upload is open in text mode; open it with 'rb'")
        self.file, self.start = file, file.tell()
        self.size = file.seek(0, os.SEEK_END) - self.start
        file.seek(self.start)

    def open(self) -> _Kept:
        """Return the file, back where it stood."""
        self.file.seek(self.start)
        return _Kept(self.file)


class _Kept:
    """A caller's file: it is not ours to close."""

    def __init__(self, file: Any) -> None:
        self.read = file.read

    def close(self) -> None:
        pass


def source_of(value: Any, name: str) -> tuple[str, Any, str]:
    """Return (file name, content, content type) of a path, bytes or open binary file.

    Raises:
        ApiValueError: no such file.
        ApiTypeError: not something to upload.
    """
    if isinstance(value, (bytes, bytearray, memoryview)):
        return name, bytes(value), "application/octet-stream"
    if isinstance(value, (str, os.PathLike)):
        filename = os.path.basename(os.fspath(value))
        return filename, FileSource(value), _type_of(filename)
    if hasattr(value, "read"):
        given = getattr(value, "name", None)
        filename = os.path.basename(given) if isinstance(given, str) else name
        return filename, ObjectSource(value), _type_of(filename)
    raise ApiTypeError(f"`{name}` takes a path, bytes or a binary file, not {type(value).__name__}")


def _type_of(filename: str) -> str:
    return mimetypes.guess_type(filename)[0] or "application/octet-stream"


class Multipart:
    """A request body over form fields and files; can be read again after `seek(0)`."""

    def __init__(self, fields: Iterable[tuple[str, Any]]) -> None:
        self.boundary = choose_boundary()
        self.content_type = f"multipart/form-data; boundary={self.boundary}"
        self._parts: list[Any] = []
        for name, value in fields:
            self._add(name, value)
        self._parts.append(f"--{self.boundary}--\r\n".encode())
        self.size: int = sum(part.size if hasattr(part, "size") else len(part) for part in self._parts)
        self._open: Any = None
        self.seek(0)

    def _add(self, name: str, value: Any) -> None:
        field = RequestField.from_tuples(name, value)
        data = field.data
        if not hasattr(data, "size"):
            data = (
                data.encode()
                if isinstance(data, str)
                else bytes(data)
                if isinstance(data, bytes)
                else str(data).encode()
            )
        self._parts += [f"--{self.boundary}\r\n{field.render_headers()}".encode(), data, b"\r\n"]

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes (at most 64 KiB at once unless all are asked for); b"" at the end."""
        if size < 0:
            return b"".join(iter(lambda: self.read(_CHUNK), b""))
        while self._open is not None or self._next < len(self._parts):
            if self._open is None:
                part = self._parts[self._next]
                self._open = io.BytesIO(part) if isinstance(part, bytes) else part.open()
            chunk: bytes = self._open.read(min(size, _CHUNK))
            if chunk:
                self._at += len(chunk)
                return chunk
            self.close()
            self._next += 1
        return b""

    def close(self) -> None:
        """Close the file being read."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def tell(self) -> int:
        """Return the position in bytes."""
        return self._at

    def seek(self, position: int) -> int:
        """Start again: the only position is 0."""
        if position != 0:
            raise io.UnsupportedOperation("a multipart body can only be read from its start")
        self._open, self._next, self._at = None, 0, 0
        return 0
