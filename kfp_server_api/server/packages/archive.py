# SPDX-License-Identifier: Apache-2.0
"""Uploaded files: the text in a YAML or JSON file, a zip or a tar.gz, none of which may be huge."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
import zlib
from typing import IO

from kfp_server_api.server.limits import LARGEST, TOO_LARGE

_LARGEST_ARCHIVE = 4 * LARGEST
"""Bytes of all that is packed in an archive."""
_LARGEST_DIRECTORY = 1024 * 1024
"""Bytes of what an archive says of its entries, in one piece of a zip or in all headers of a tar."""
_LARGEST_HEADER = 64 * 1024
"""Bytes of one header of a tar; `tarfile` reads as many at once as the archive claims."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Of the others `zipfile` unpacks all at once."""
_TEXTS = (".yaml", ".yml", ".json")
_GZIP = b"\x1f\x8b\x08"
_MOST_STREAMS = 1000
"""Parts of a gzip file, each of which takes time, however small it is."""

_ARCHIVE_ERRORS = (
    zipfile.BadZipFile,
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,  # zipfile: the entry is encrypted
    NotImplementedError,  # zipfile: an unknown compression
    ValueError,
)


class UnreadableFileError(Exception):
    """An uploaded file is of an unknown kind, broken, or too large."""


def is_archive(name: str) -> bool:
    """Tell whether the file of a name is one that others are packed in, if it is any that can be read."""
    return not name.endswith(_TEXTS)


def read_file(name: str, file: IO[bytes]) -> bytes:
    """Return the YAML or JSON text in an uploaded file.

    Its name says its kind (.yaml, .yml, .json), or else its first bytes do (zip, tar.gz). In an archive
    the entry `pipeline.yaml` is taken, or else the first, which must be YAML.

    Raises:
        UnreadableFileError: there is no such text in it, or it has more bytes than `limits` allows.
    """
    if not is_archive(name):
        return _limited(file)
    packed = _limited(file)
    opener = {b"PK": _open_zip, b"\x1f\x8b": _open_tar}.get(packed[:2])
    if opener is None:
        raise UnreadableFileError(f"{name} is not a pipeline file. Supported are .zip, .tar.gz, .json and .yaml")
    try:
        return opener(packed)
    except _ARCHIVE_ERRORS as cause:
        raise UnreadableFileError(f"{name} is a broken archive: {cause}") from cause


def _limited(file: IO[bytes]) -> bytes:
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise UnreadableFileError(TOO_LARGE)
    return content


def _open_zip(packed: bytes) -> bytes:
    bounded = _Bounded(packed)
    with zipfile.ZipFile(bounded) as archive:
        bounded.largest = LARGEST
        entries = {info.filename: info for info in archive.infolist() if not info.is_dir()}
        info = entries[_entry(list(entries))]
        if info.file_size > LARGEST:
            raise UnreadableFileError(TOO_LARGE)
        if info.compress_type not in _METHODS:
            raise UnreadableFileError(f"{info.filename} is packed by a method that is neither stored nor deflated")
        with archive.open(info) as entry:
            return _limited(entry)


class _Bounded(io.BytesIO):
    """A zip, read in bounded pieces.

    Attributes:
        largest: bytes that one read may ask for.
    """

    largest = _LARGEST_DIRECTORY

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > self.largest:
            raise UnreadableFileError(f"a part of the archive has more than {self.largest} bytes")
        return super().read(size)


def _open_tar(packed: bytes) -> bytes:
    if packed.count(_GZIP) > _MOST_STREAMS:
        raise UnreadableFileError(f"the archive is made of more than {_MOST_STREAMS} gzip streams")
    with _Unpacked(fileobj=io.BytesIO(packed)) as unpacked, tarfile.open(fileobj=unpacked, mode="r:") as archive:
        entries = {info.name: info for info in archive if info.isfile()}
        entry = archive.extractfile(entries[_entry(list(entries))])
        unpacked.largest, unpacked.left = LARGEST + 1, _LARGEST_ARCHIVE
        return _limited(entry) if entry else b""


class _Unpacked(gzip.GzipFile):
    """A gzip file, unpacked in bounded pieces, and no more of it than an archive may hold.

    Attributes:
        largest: bytes that one read may ask for.
        left: bytes that all further reads may ask for; what they skip does not count.
    """

    largest = _LARGEST_HEADER
    left = _LARGEST_DIRECTORY

    def read(self, size: int | None = -1) -> bytes:
        if size is None or not 0 <= size <= self.largest:
            raise UnreadableFileError(f"a part of the archive claims more than {self.largest} bytes")
        self.left -= size
        if self.left < 0:
            raise UnreadableFileError("the headers of the archive are too long")
        return super().read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if offset > _LARGEST_ARCHIVE:
            raise UnreadableFileError(f"the archive holds more than {_LARGEST_ARCHIVE} bytes")
        return super().seek(offset, whence)


def _entry(names: list[str]) -> str:
    """Choose the pipeline among an archive's entries."""
    if "pipeline.yaml" in names:
        return "pipeline.yaml"
    if not names:
        raise UnreadableFileError("the archive is empty")
    if not names[0].endswith((".yaml", ".yml")):
        raise UnreadableFileError(f"the archive's first entry, {names[0]}, is not a YAML file")
    return names[0]
