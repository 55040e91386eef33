# SPDX-License-Identifier: Apache-2.0
"""Replies that are files: written to disk while they arrive."""

from __future__ import annotations

import os
import re
import tempfile
from email.message import Message
from typing import Any, BinaryIO

_CHUNK = 1 << 16
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:]")


def save(response: Any, folder: str | None) -> str:
    """Write a reply's body to a new file and return its path.

    The file stands directly in the folder, whatever name the server asks for; no existing file is touched.

    Args:
        response: urllib3's response, unread, or anything with the body in `data`.
        folder: where to; None = the system's folder for temporary files.
    """
    folder = folder or tempfile.gettempdir()
    path, file = _create(folder, _name(getattr(response, "headers", None) or {}))
    try:
        with file:
            for chunk in _chunks(response):
                file.write(chunk)
    except BaseException:
        os.unlink(path)
        raise
    return path


def _chunks(response: Any) -> Any:
    if hasattr(response, "stream"):
        return response.stream(_CHUNK)
    data = response.data
    return [data.encode() if isinstance(data, str) else data]


def _name(headers: Any) -> str:
    """Return the last part of the name in Content-Disposition, "" for none or one that is no file's name."""
    message = Message()
    message["Content-Disposition"] = re.sub(r"[\r\n]", " ", headers.get("content-disposition", "") or "attachment")
    try:
        asked = message.get_filename() or ""
    except (LookupError, ValueError):  # an unknown charset in filename*
        return ""
    name = _UNSAFE.sub("_", re.split(r"[/\\]", asked)[-1]).strip(" .")
    return name.encode()[:200].decode(errors="ignore")


def _create(folder: str, name: str) -> tuple[str, BinaryIO]:
    """Open a file that did not exist: under the name, else with a number in it."""
    if not name:
        handle, path = tempfile.mkstemp(dir=folder)
        return path, os.fdopen(handle, "wb")
    stem, suffix = os.path.splitext(name)
    number = 0
    while True:
        path = os.path.join(folder, f"{stem}-{number}{suffix}" if number else name)
        try:
            return path, open(path, "xb")
        except FileExistsError:
            number += 1
