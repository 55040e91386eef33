# SPDX-License-Identifier: Apache-2.0
"""Our parser of a reply's headers gives what the standard library's gives."""

from __future__ import annotations

import http.client
import io
from typing import Any

import pytest
from fixtures.servers import raw
from hypothesis import example, given
from hypothesis import strategies as st

from kfp_server_api import HealthzServiceApi
from kfp_server_api._headers import parse_headers

NAMES = st.sampled_from([b"Date", b"set-cookie", b"Content-Type", b"X-1_~!", b"", b"a b", b"\xe9", b"From ", b"x\t"])
VALUES = st.sampled_from(
    [b"", b"1", b" a: b ", b"\t\xe9\xff", b"a\rb", b"a\x0bb", b"a\x85b", b"=?utf-8?q?x?=", b"\x00"]
)
ENDS = st.sampled_from([b"\r\n", b"\n", b"\r\r\n", b""])
LINES = st.tuples(NAMES, st.sampled_from([b":", b": ", b" :", b"", b" "]), VALUES, ENDS).map(b"".join)
FOLDED = st.sampled_from([b" folded\r\n", b"\tfolded\n", b"--\r\n"])


def outcome(parse: Any, reply: bytes) -> Any:
    file = io.BytesIO(reply)
    try:
        message = parse(file)
    except http.client.HTTPException as error:
        return type(error), str(error)
    return message.items(), message.get_payload() or "", [type(each) for each in message.defects], file.read()


@given(st.lists(st.one_of(LINES, FOLDED), max_size=6).map(b"".join), st.sampled_from([b"\r\nbody", b"\nbody", b""]))
@example(b"A: b\r\n" * 101, b"\r\n")
@example(b"A: b\r\n" * 100, b"\r\n")
@example(b"A: b\r\n" * 99, b"\r\n")
@example(b"A: " + b"b" * 65531 + b"\r\n", b"\r\nbody")
@example(b"A: " + b"b" * 65532 + b"\r\n", b"\r\nbody")
@example(b"A: " + b"b" * 70000 + b"\r\n", b"\r\nbody")
@example(b"A : b\r\nC: d\r\n", b"\r\nbody")
def test_headers_are_those_of_the_standard_library(headers: bytes, rest: bytes) -> None:
    assert outcome(parse_headers, headers + rest) == outcome(http.client.parse_headers, headers + rest)


@pytest.mark.parametrize(("header", "times"), [(b"A: b", 0), (b"A: b\r\n c", 1)])
def test_only_odd_headers_are_left_to_the_standard_library(
    serve: Any, connect: Any, monkeypatch: pytest.MonkeyPatch, header: bytes, times: int
) -> None:
    calls = []
    theirs = http.client.parse_headers
    monkeypatch.setattr(http.client, "parse_headers", lambda *args: calls.append(args) or theirs(*args))
    client = connect(serve(raw(b"HTTP/1.1 200 OK\r\n" + header + b"\r\nContent-Length: 2\r\n\r\n{}")))
    _, _, headers = HealthzServiceApi(client).healthz_service_get_healthz_with_http_info()
    assert headers["A"].split() == header.decode()[2:].split()
    assert len(calls) == times
