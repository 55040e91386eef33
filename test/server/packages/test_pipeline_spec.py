# SPDX-License-Identifier: Apache-2.0
"""Files that are and are not pipelines."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import uuid
import zipfile
from typing import Any

import pytest
import yaml
from fixtures.calling import Caller, Reply, pipeline, shared

from kfp_server_api.server.limits import LARGEST as LIMIT

SPEC = yaml.safe_dump(pipeline("true")).encode()
PLATFORM = b"---\nplatforms:\n  kubernetes:\n    deploymentSpec: {}\n"


def upload(call: Caller, content: bytes, file_name: str = "pipeline.yaml") -> Reply:
    return call.upload(content, file_name, name=str(uuid.uuid4()))


def spec_of(call: Caller, reply: Reply) -> dict[str, Any]:
    assert reply.status == 200, reply
    versions = call("GET", f"/pipelines/{reply.json['pipeline_id']}/versions").json["pipeline_versions"]
    spec: dict[str, Any] = versions[0]["pipeline_spec"]
    return spec


def zipped(**entries: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()


def tarred(**entries: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in entries.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "file_name"),
    [
        (SPEC, "a.yaml"),
        (SPEC, "a.yml"),
        (json.dumps(pipeline("true")).encode(), "a.json"),
        (zipped(**{"x.yaml": SPEC}), "a.zip"),
        (zipped(**{"readme.txt": b"x", "pipeline.yaml": SPEC}), "a.zip"),
        (tarred(**{"x.yml": SPEC}), "a.tar.gz"),
        (tarred(**{"readme.txt": b"x", "pipeline.yaml": SPEC}), "a.tgz"),
        (zipped(**{"x.yaml": SPEC}), "unknown.foo"),
    ],
    ids=[
        "yaml",
        "yml",
        "json",
        "zip",
        "zip with pipeline.yaml",
        "tar.gz",
        "tgz with pipeline.yaml",
        "by content",
    ],
)
def test_kinds_of_files(call: Caller, content: bytes, file_name: str) -> None:
    assert spec_of(call, upload(call, content, file_name)) == pipeline("true")


@pytest.mark.parametrize(
    ("content", "file_name"),
    [
        (b"just text", "a.png"),
        (SPEC, "a.YAML"),
        (b"", "a.zip"),
        (b"PK\x03\x04 broken", "a.zip"),
        (b"\x1f\x8b broken", "a.tar.gz"),
        (gzip.compress(b"no tar"), "a.tar.gz"),
        (tarred(**{"x.yaml": SPEC})[:-40], "cut.tar.gz"),
        (zipped(), "empty.zip"),
        (tarred(), "empty.tar.gz"),
        (zipped(**{"x.txt": SPEC}), "text.zip"),
        (tarred(**{"x.txt": SPEC}), "text.tar.gz"),
        (zipped(**{"x.yaml": bytes(LIMIT + 1)}), "bomb.zip"),
        (tarred(**{"x.yaml": bytes(LIMIT + 1)}), "bomb.tar.gz"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_unreadable_file_is_refused(call: Caller, content: bytes, file_name: str) -> None:
    reply = upload(call, content, file_name)
    assert reply.status == 400
    assert reply.reason.startswith("Failed to read a pipeline spec file: ")


def test_file_of_more_than_32_mib_is_refused(call: Caller) -> None:
    reply = upload(call, b"#" * (LIMIT + 1024 * 1024))
    assert reply.status == 400
    assert "File size too large" in reply.reason


@pytest.mark.parametrize("name", ["invalid_yaml.yaml", "no_name.yaml", "empty_zip.zip", "wrong_format.png"])
def test_broken_shared_files_are_refused(call: Caller, name: str) -> None:
    reply = upload(call, shared(name), name)
    assert reply.status == 400
    assert reply.reason


def changed(**fields: Any) -> bytes:
    return json.dumps({**pipeline("true"), **fields}).encode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "pipeline spec is invalid: the file is empty"),
        (b"- 1", "pipeline spec is invalid: the document is not a mapping"),
        (b"a: [", "failed to parse pipeline spec YAML: "),
        (b"a: \x00", "failed to parse pipeline spec YAML: "),
        (b"a: &a [*a]", "failed to parse pipeline spec YAML: "),
        (b"a: !!binary aGk=", "failed to parse pipeline spec YAML: binary is not a JSON value"),
        (b"a: .nan", "failed to parse pipeline spec YAML: .nan is not a number"),
        (b"apiVersion: argoproj.io/v1alpha1\nkind: Workflow", "pipeline spec is invalid: this server runs no"),
        (changed(foo=1), '"foo"'),
        (changed(pipelineInfo={}), "pipeline spec is invalid: pipelineInfo.name is missing"),
        (changed(root=None), "pipeline spec is invalid: root is missing"),
        (changed(components=[]), "Failed to parse components field"),
        (changed(components={"a": {"inputs": 1}}), '"inputs"'),
        (changed(components={}), 'pipeline spec is invalid: task "step" of root uses'),
        (changed(root={"inputDefinitions": 1}), "Failed to parse inputDefinitions field"),
        (changed(schemaVersion="2.0.0"), "KFP only supports schema version 2.1.0, but the pipeline spec has"),
        (changed(pipelineInfo={"name": "Upper"}), "pipeline's name must contain only lowercase"),
        (changed(pipelineInfo={"name": "a" * 129}), "pipeline's name must contain no more than 128"),
        (SPEC + b"---\n" + SPEC, "multiple pipeline specs provided"),
        (SPEC + PLATFORM + PLATFORM, "multiple platform specs provided"),
    ],
)  # fmt: skip
def test_text_that_is_no_pipeline_is_refused(call: Caller, content: bytes, message: str) -> None:
    reply = upload(call, content)
    assert reply.status == 400
    assert message in reply.reason


def test_aliases_that_blow_up_are_refused(call: Caller) -> None:
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12))
    assert upload(call, f"a0: &a0 [x, x]\n{levels}".encode()).status == 400


def test_platform_document_stands_beside_the_spec(call: Caller) -> None:
    spec = spec_of(call, upload(call, SPEC + PLATFORM))
    assert spec == {
        "pipeline_spec": pipeline("true"),
        "platform_spec": {"platforms": {"kubernetes": {"deploymentSpec": {}}}},
    }


def test_other_documents_are_ignored(call: Caller) -> None:
    assert spec_of(call, upload(call, SPEC + b"---\nother: 1\n")) == pipeline("true")


def test_what_looks_like_a_date_stays_text(call: Caller) -> None:
    text = SPEC.replace(b"sdkVersion: kfp-2.14.6", b"sdkVersion: 2024-01-01")
    assert spec_of(call, upload(call, text))["sdkVersion"] == "2024-01-01"


def test_every_whole_shared_pipeline_is_accepted(call: Caller) -> None:
    shared("README.md")
    from fixtures.calling import SHARED

    broken = {"invalid_yaml.yaml", "no_name.yaml"}
    for file in sorted(set(SHARED.glob("*.yaml")) - {SHARED / name for name in broken}):
        assert upload(call, file.read_bytes(), file.name).status == 200, file.name
