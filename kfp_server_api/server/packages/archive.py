# SPDX-License-Identifier: Apache-2.0
"""Uploaded files: the text in a YAML or JSON file, a zip or a tar.gz, none of which may be huge."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

LIMIT = 32 * 1024 * 1024
"""Bytes that a compiled pipeline may have, packed or not."""

_LARGEST_ARCHIVE = 8 * LIMIT
_LARGEST_HEADER = 64 * 1024
"""Bytes of one header of a tar; `tarfile` reads as many at once as the archive claims."""

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


def read_file(name: str, file: IO[bytes]) -> bytes:
    """Return the YAML or JSON text in an uploaded file.

    Its name says its kind (.yaml, .yml, .json), or else its first bytes do (zip, tar.gz). In an archive
    the entry `pipeline.yaml` is taken, or else the first, which must be YAML.

    Raises:
        UnreadableFileError: there is no such text in it, or it has more than `LIMIT` bytes.
    """
    if name.endswith((".yaml", ".yml", ".json")):
        return _limited(file)
    packed = _limited(file)
    opener = {b"PK": _open_zip, b"\x1f\x8b": _open_tar}.get(packed[:2])
    if opener is None:
        raise UnreadableFileError(f"{name} is not a pipeline file. Supported are .zip, .tar.gz, .json and .yaml")
    try:
        return opener(io.BytesIO(packed))
    except _ARCHIVE_ERRORS as cause:
        raise UnreadableFileError(f"{name} is a broken archive: {cause}") from cause


def _limited(file: IO[bytes]) -> bytes:
    content = file.read(LIMIT + 1)
    if len(content) > LIMIT:
        raise UnreadableFileError(f"File size too large. Maximum supported size: {LIMIT} bytes")
    return content


def _open_zip(file: IO[bytes]) -> bytes:
    with zipfile.ZipFile(file) as archive:
        entries = {info.filename: info for info in archive.infolist() if not info.is_dir()}
        with archive.open(entries[_entry(list(entries))]) as entry:
            return _limited(entry)


def _open_tar(file: IO[bytes]) -> bytes:
    with _Unpacked(fileobj=file) as unpacked, tarfile.open(fileobj=unpacked, mode="r:") as archive:
        entries = {info.name: info for info in _members(archive) if info.isfile()}
        unpacked.largest = LIMIT + 1
        entry = archive.extractfile(entries[_entry(list(entries))])
        return _limited(entry) if entry else b""


class _Unpacked(gzip.GzipFile):
    """A gzip file, unpacked in bounded pieces.

    Attributes:
        largest: bytes that one read may ask for.
    """

    largest = _LARGEST_HEADER

    def read(self, size: int | None = -1) -> bytes:
        if size is None or not 0 <= size <= self.largest:
            raise UnreadableFileError(f"a part of the archive claims more than {self.largest} bytes")
        return super().read(size)


def _members(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield the entries of an archive, which is unpacked on the way and so may not be huge."""
    for info in archive:
        if info.offset_data + info.size > _LARGEST_ARCHIVE:
            raise UnreadableFileError(f"the archive holds more than {_LARGEST_ARCHIVE} bytes")
        yield info


def _entry(names: list[str]) -> str:
    """Choose the pipeline among an archive's entries."""
    if "pipeline.yaml" in names:
        return "pipeline.yaml"
    if not names:
        raise UnreadableFileError("the archive is empty")
    if not names[0].endswith((".yaml", ".yml")):
        raise UnreadableFileError(f"the archive's first entry, {names[0]}, is not a YAML file")
    return names[0]
