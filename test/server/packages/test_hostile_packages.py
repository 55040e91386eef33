# SPDX-License-Identifier: Apache-2.0
"""Compiled pipelines made to hurt: small files that would take much memory, much time, or the process."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import time
import uuid
from typing import Any

import pytest
from fixtures.calling import Caller, Reply, pipeline

from kfp_server_api.server.packages.yaml_documents import read_documents

MERGES = b"a: &a {x: 1}\nb:\n  <<: *a\n"
SPEC = json.dumps(pipeline("true")).encode()


def upload(call: Caller, content: bytes, file_name: str = "a.yaml") -> Reply:
    return call.upload(content, file_name, name=str(uuid.uuid4()))


def with_tasks(spec: dict[str, Any], **components: list[str]) -> dict[str, Any]:
    """Give a pipeline components whose graphs use other components."""
    graphs = {
        name: {"dag": {"tasks": {f"t{n}": {"componentRef": {"name": used}} for n, used in enumerate(uses)}}}
        for name, uses in components.items()
    }
    spec["components"].update(graphs)
    return spec


@pytest.mark.parametrize("text", [b"[" * 100_000, b"- " * 100_000, b"{a: " * 50_000], ids=["[", "-", "{"])
def test_deep_yaml_is_refused(call: Caller, text: bytes) -> None:
    reply = upload(call, text)
    assert reply.status == 400
    assert "nested in more than 100 levels" in reply.reason


def test_yaml_of_100_levels_is_read() -> None:
    assert read_documents(b"[" * 100 + b"]" * 100)


def test_a_merge_key_is_refused(call: Caller) -> None:
    reply = upload(call, MERGES)
    assert reply.status == 400
    assert "merge keys (<<) are not supported" in reply.reason


def test_a_bomb_of_merge_keys_is_refused_at_once(call: Caller) -> None:
    lines = ["a0: &a0 {" + ", ".join(f"k{n}: 1" for n in range(10)) + "}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 9)]
    begin = time.monotonic()
    assert upload(call, "\n".join(lines).encode()).status == 400
    assert time.monotonic() - begin < 10


def test_a_time_of_day_stays_text() -> None:
    assert read_documents(b"[12:30:45, 1:30, 1:30.5]") == [["12:30:45", "1:30", "1:30.5"]]


def test_other_numbers_are_read_as_before() -> None:
    text = b"[0, 010, 0x1F, 0b11, -7, +3, 1_000, 1.5, .5, 1.e+3, 1e3]"
    assert read_documents(text) == [[0, 8, 31, 3, -7, 3, 1000, 1.5, 0.5, 1000.0, "1e3"]]


@pytest.mark.parametrize("tag", [b"!!int", b"!!float"])
def test_a_number_of_base_60_is_refused_even_with_a_tag(tag: bytes) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        read_documents(tag + b' "1:30"')


@pytest.mark.parametrize("number", [b"0x" + b"f" * 8000, b"9" * 400, b"1.0e+999", b".inf", b".nan"])
def test_a_number_beyond_json_is_refused(call: Caller, number: bytes) -> None:
    assert upload(call, SPEC[:-1] + b", sdkVersion: " + number + b"}").status == 400


@pytest.mark.parametrize("key", [b"0x" + b"f" * 8000, b"9" * 400])
def test_a_key_beyond_json_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match="is not a"):
        read_documents(b"? " + key + b"\n: 1")


def test_a_header_that_claims_much_is_not_read(call: Caller) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 600 * 1024 * 1024
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as file:
        file.write(header.tobuf(tarfile.USTAR_FORMAT) + bytes(1024 * 1024))
    reply = upload(call, packed.getvalue(), "a.tar.gz")
    assert reply.status == 400
    assert "a part of the archive claims more than 65536 bytes" in reply.reason


@pytest.mark.parametrize("dag", [[], "x", {"tasks": []}, {"tasks": {"t": []}}, {"tasks": "x"}], ids=repr)
def test_a_graph_that_is_no_mapping_is_refused(call: Caller, dag: Any) -> None:
    spec = {**pipeline("true"), "root": {"dag": dag}}
    reply = call("POST", "/runs", {"display_name": "r", "pipeline_spec": spec})
    assert reply.status == 500
    assert "unknown template format: " in reply.reason


@pytest.mark.parametrize("name", ["../../x", "/x", "a/b", "..", ".", "", "a\0b"], ids=ascii)
def test_a_task_that_can_name_no_folder_is_refused(call: Caller, name: str) -> None:
    spec = {**pipeline("true"), "root": {"dag": {"tasks": {name: {"componentRef": {"name": "comp-step"}}}}}}
    reply = call("POST", "/runs", {"display_name": "r", "pipeline_spec": spec})
    assert reply.status == 500
    assert "cannot be the name of a task" in reply.reason


@pytest.mark.parametrize("uses", [{"a": ["a"]}, {"a": ["b"], "b": ["c"], "c": ["a"]}], ids=["itself", "ring"])
def test_a_component_that_uses_itself_is_refused(call: Caller, uses: dict[str, list[str]]) -> None:
    spec = with_tasks(pipeline("true"), **uses)
    inline = call("POST", "/runs", {"display_name": "r", "pipeline_spec": spec})
    assert (inline.status, "components use themselves: " in inline.reason) == (500, True)
    assert upload(call, json.dumps(spec).encode()).status == 400


def test_a_component_that_is_used_twice_is_taken(call: Caller) -> None:
    spec = with_tasks(pipeline("true"), a=["b", "b"], b=["comp-step"])
    assert upload(call, json.dumps(spec).encode()).status == 200
