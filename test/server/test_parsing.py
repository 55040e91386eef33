# SPDX-License-Identifier: Apache-2.0
"""What is large is read in a process of its own, with the same result as what is small."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, Any

import pytest
from fixtures.calling import Caller, pipeline

from kfp_server_api.server.errors import RequestError
from kfp_server_api.server.json_safe import decode
from kfp_server_api.server.limits import DEEPEST, LARGEST, MOST_VALUES
from kfp_server_api.server.packages.archive import UnreadableFileError
from kfp_server_api.server.parsing import SMALL, parse_body, parse_file

LONG = "x" * (SMALL + 1)


@contextmanager
def on_disk(content: bytes) -> Iterator[IO[bytes]]:
    with TemporaryFile() as file:
        file.write(content)
        yield file


def body(value: Any) -> dict[str, Any]:
    with on_disk(value if isinstance(value, bytes) else json.dumps(value).encode()) as file:
        return parse_body("V2beta1Experiment", file)


@pytest.mark.parametrize("description", ["short", LONG], ids=["small", "large"])
def test_a_body_is_read(description: str) -> None:
    assert body({"displayName": "ä\U0001f600", "description": description}) == {
        "display_name": "ä\U0001f600",
        "description": description,
    }


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (b'{"a":' + b" " * SMALL, "unexpected EOF"),
        (b'{"display_name":"\\ud800", "description": "%b"}' % LONG.encode(), "invalid escape code"),
        (b'{"description": "\xff%b"}' % LONG.encode(), "invalid UTF-8 in string"),
        (b'{"x": "%b"}' % LONG.encode(), 'unknown field "x"'),
        (b"[" + b"1," * MOST_VALUES + b"1]", f"more than {MOST_VALUES} values"),
        (b"[" + b"{}," * MOST_VALUES + b"{}]", f"more than {MOST_VALUES} values"),
        (b'["' + b'","' * MOST_VALUES + b'"]', f"more than {MOST_VALUES} values"),
        (b"[" * 101 + b"1" + b"]" * 101, f"more than {DEEPEST} levels"),
        (b"[" * SMALL * 2, "values|recursion"),
    ],
    ids=["no JSON", "half", "bytes", "field", "numbers", "mappings", "texts", "levels", "open"],
)
def test_a_wrong_body_is_refused(wrong: bytes, reason: str) -> None:
    with pytest.raises(RequestError, match=reason) as caught:
        body(wrong)
    assert caught.value.status == 400


def test_signs_inside_of_texts_are_no_values() -> None:
    assert decode(json.dumps(["[{,:" * MOST_VALUES, '\\"' * 1000])) == ["[{,:" * MOST_VALUES, '\\"' * 1000]


def test_a_hundred_levels_are_read() -> None:
    assert decode("[" * DEEPEST + "]" * DEEPEST)


@pytest.mark.parametrize("name", ["a.yaml", "a.zip"])
def test_a_large_file_is_read(name: str) -> None:
    text = json.dumps({"a": LONG, "b": [1, 2.5, None, True]})
    packed = io.BytesIO(b"" if name == "a.zip" else text.encode())
    if name == "a.zip":
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("pipeline.yaml", text)
    with on_disk(packed.getvalue()) as file:
        assert parse_file(name, file) == [json.loads(text)]


def test_a_large_file_that_is_no_archive_is_refused() -> None:
    with on_disk(b"PX") as file, pytest.raises(UnreadableFileError, match="x is not a pipeline file"):
        parse_file("x", file)


def test_what_takes_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("resource")
    monkeypatch.setattr("kfp_server_api.server.parsing._COMMAND", "import sys; bytearray(1 << 40)  # {} {} {}")
    with on_disk(LONG.encode()) as file, pytest.raises(ValueError, match="too much time or memory"):
        parse_file("a.yaml", file)


def test_what_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kfp_server_api.server.parsing._LONGEST", 0.0)
    with pytest.raises(RequestError, match="too much time or memory"):
        body({"description": LONG})


def test_a_body_of_more_bytes_is_refused_with_its_limit(call: Caller) -> None:
    reply = call("POST", "/experiments", b'{"display_name":"%b"}' % (b"x" * LARGEST))
    assert (reply.status, reply.json["code"], str(LARGEST) in reply.json["message"]) == (400, 3, True)


def test_a_large_body_is_stored(call: Caller) -> None:
    made = call("POST", "/experiments", {"display_name": "large", "description": LONG})
    assert made.status == 200
    assert call("GET", f"/experiments/{made.json['experiment_id']}").json["description"] == LONG


def test_a_large_spec_of_a_run_is_stored(call: Caller) -> None:
    spec = {**pipeline("true"), "sdkVersion": LONG}
    made = call("POST", "/runs", {"display_name": "r", "pipeline_spec": spec})
    assert call("GET", f"/runs/{made.json['run_id']}").json["pipeline_spec"] == spec


def test_an_error_quotes_no_more_than_a_part_of_what_was_sent(call: Caller) -> None:
    reply = call.upload(b'{"%b": 1}' % LONG.encode(), "a.yaml", name="quoted")
    assert (reply.status, len(reply.json["error_message"]) < 20_000) == (400, True)
