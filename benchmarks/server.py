# SPDX-License-Identifier: Apache-2.0
"""A server of canned replies, in a process of its own: `python -m benchmarks.server` prints its port.

It ends when its standard input does, that is with the process that started it.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from typing import Any

from benchmarks import payloads

_CHUNK = b"x" * 65536


def start() -> tuple[subprocess.Popen[str], str]:
    """Start the server and return its process and URL."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from benchmarks.server import main; main()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    return process, f"http://127.0.0.1:{process.stdout.readline().strip()}"


def main() -> None:
    """Serve until standard input ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    threading.Thread(target=_accept, args=(listener,), daemon=True).start()
    sys.stdin.read()
    os._exit(0)


def _accept(listener: socket.socket) -> None:
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_serve, args=(connection,), daemon=True).start()


def _serve(connection: socket.socket) -> None:
    reader = connection.makefile("rb", buffering=65536)
    one_run, page = payloads.one_run().encode(), payloads.list_page().encode()
    while True:
        head = b"".join(iter(reader.readline, b"\r\n"))
        if not head:
            return
        _skip(reader, int((re.search(rb"(?i)content-length: *(\d+)", head) or [0, 0])[1]))
        asked = re.search(rb"/bytes/(\d+)", head)
        body = one_run
        if b"page_" in head:
            body = _by_id(head) if b"run_id" in head else _with_token(page, head)
        size = int(asked[1]) if asked else len(body)
        content_type = "application/octet-stream" if asked else "application/json"
        answer = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {size}\r\n\r\n".encode()
        connection.sendall(answer if asked else answer + body)
        while asked and size:
            size -= connection.send(_CHUNK[:size])


def _with_token(page: bytes, head: bytes) -> bytes:
    """Return a page with the token of the next one, which is a number; the list has no end."""
    token = int((re.search(rb"page_token=(\d+)", head) or [0, 0])[1])
    return page[:-1] + b',"next_page_token":"%d"}' % (token + 1)


def _by_id(head: bytes) -> bytes:
    """Return a page of the running runs whose IDs stand in a filter."""
    ids = re.findall(rb"%22([0-9a-f-]{36})%22", head.partition(b"\r\n")[0])
    return b'{"runs":[%s]}' % b",".join(b'{"run_id":"%s","state":"RUNNING"}' % each for each in ids)


def _skip(reader: Any, size: int) -> None:
    while size:
        size -= len(reader.read1(size))
