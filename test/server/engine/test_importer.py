# SPDX-License-Identifier: Apache-2.0
"""Importers, and artifacts that no process here can open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kfp_server_api.server.engine import artifacts
from kfp_server_api.server.engine.importer import imported, notices
from kfp_server_api.server.engine.outcome import TaskError

GIVEN = {"artifactUri": {"runtimeParameter": "uri"}}


def uri_of(spec: dict[str, Any], **arguments: Any) -> Any:
    return imported(spec, arguments, Path("/no-workspace"))["uri"]


def test_a_uri_is_a_constant_or_an_input() -> None:
    assert uri_of({"artifactUri": {"constant": "/a"}}) == "/a"
    assert uri_of(GIVEN, uri="s3://b/c") == "s3://b/c"
    assert uri_of(GIVEN, uri="file:///a%20b") == "/a b"


@pytest.mark.parametrize("arguments", [{}, {"uri": ""}])
def test_an_empty_uri_fails(arguments: dict[str, Any]) -> None:
    with pytest.raises(TaskError, match="the uri of what it imports is empty"):
        uri_of(GIVEN, **arguments)


def test_metadata_stay_as_they_are_and_that_is_said() -> None:
    metadata = {"rows": 3.0, "name": "{{$.inputs.parameters['metadata']}}"}
    artifact = imported({"artifactUri": {"constant": "/a"}, "metadata": metadata}, {"metadata": "x"}, Path("/ws"))
    assert repr(artifact["metadata"]) == repr({"rows": 3, "name": "{{$.inputs.parameters['metadata']}}"})
    assert notices(artifact) == ["{{$.inputs.parameters['metadata']}} in its metadata stays as it is, as on a cluster"]


@pytest.mark.parametrize("folder", [False, True], ids=["file", "folder"])
def test_a_local_artifact_goes_into_the_workspace(tmp_path: Path, folder: bool) -> None:
    source = tmp_path / "data"
    (source / "part" if folder else source).parent.mkdir(exist_ok=True)
    (source / "part" if folder else source).write_text("content")
    spec = {"artifactUri": {"constant": str(source)}, "downloadToWorkspace": True}
    copy = Path(imported(spec, {}, tmp_path / "ws")["uri"])
    assert tmp_path / "ws" in copy.parents
    assert (copy / "part" if folder else copy).read_text() == "content"


def test_what_shall_be_in_the_workspace_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="'/absent', which shall be in the workspace, is not there"):
        uri_of({"artifactUri": {"constant": "/absent"}, "downloadToWorkspace": True})


@pytest.mark.parametrize("uri", ["gs://b/x", "s3://b/x", "minio://b/x", "oci://registry/model:1", "hdfs://h/x"])
def test_a_store_is_out_of_reach(uri: str) -> None:
    assert notices({"uri": uri, "metadata": {}}) == [f"{uri!r} is not opened here: no process on this machine can"]
    assert artifacts.out_of_reach({"data": {"uri": uri}, "n": 1}) == (
        f"its input 'data' is {uri!r}, which no process on this machine can open"
    )


@pytest.mark.parametrize("uri", ["/a/b", "file:///a", "https://example.com/x", "relative"])
def test_a_file_and_an_address_of_the_web_are_in_reach(uri: str) -> None:
    assert artifacts.out_of_reach({"data": [{"uri": uri}]}) == ""


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("gs://b/x", "/gcs/b/x"),
        ("s3://b/x", "/s3/b/x"),
        ("minio://b/x", "/minio/b/x"),
        ("oci://r/m:1", "/oci/r_m:1/models"),
        ("/a", "/a"),
    ],
)
def test_the_path_of_an_artifact_is_the_one_that_kfp_says(uri: str, path: str) -> None:
    assert artifacts.local_path(uri) == path
