# SPDX-License-Identifier: Apache-2.0
"""When two compiled pipelines are the same."""

from __future__ import annotations

import base64
import copy
import io
import json
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fixtures.calling import pipeline

from kfp_server_api import ApiValueError
from kfp_server_api._spec_files import comparable, read_spec_file

RECORDED = Path(__file__).resolve().parents[2] / "shared" / "facts" / "recorded"
SPEC = pipeline("echo", n={"parameterType": "NUMBER_INTEGER", "defaultValue": 5})
TEXT = json.dumps(SPEC).encode()
PLATFORM = {
    "platforms": {"kubernetes": {"deploymentSpec": {"executors": {"exec-step": {"imagePullPolicy": "Always"}}}}}
}


def changed(change: Callable[[dict[str, Any]], Any]) -> str:
    """Return the content of the spec after a change."""
    spec = copy.deepcopy(SPEC)
    change(spec)
    return comparable(spec)


def task(spec: dict[str, Any]) -> Any:
    return spec["root"]["dag"]["tasks"]["step"]


def parameter(spec: dict[str, Any]) -> Any:
    return spec["root"]["inputDefinitions"]["parameters"]["n"]


def zipped(**entries: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("_", "."), content)
    return file.getvalue()


def tarred(**entries: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in entries.items():
            info = tarfile.TarInfo(name.replace("_", "."))
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        lambda spec: spec.update({key: spec.pop(key) for key in sorted(spec)}),
        lambda spec: parameter(spec).update(defaultValue=5.0),
        lambda spec: parameter(spec).update(isOptional=False, description=""),
        lambda spec: task(spec).update(cachingOptions={"enableCache": False}, dependentTasks=[], inputs={}),
    ],
)
def test_what_a_server_writes_in_another_way_is_the_same(change: Any) -> None:
    assert changed(change) == comparable(SPEC)


@pytest.mark.parametrize(
    "change",
    [
        lambda spec: parameter(spec).update(defaultValue=6),
        lambda spec: parameter(spec).update(defaultValue="5"),
        lambda spec: parameter(spec).update(defaultValue=True),
        lambda spec: task(spec).update(cachingOptions={"enableCache": True}),
        lambda spec: task(spec).update(dependentTasks=["a"]),
        lambda spec: spec["deploymentSpec"]["executors"]["exec-step"]["container"].update(env=[]),
        lambda spec: spec.update(sdkVersion="kfp-2.15.0"),
    ],
)
def test_what_means_something_else_is_another(change: Any) -> None:
    assert changed(change) != comparable(SPEC)


@pytest.mark.parametrize("values", [(0, False), (0, ""), (0, None), ("", []), ([], {}), (False, None)])
@pytest.mark.parametrize("place", ["defaultValue", "constant", "metadata"])
def test_empty_values_are_data_where_a_pipeline_holds_data(values: tuple[Any, Any], place: str) -> None:
    one, two = (comparable({"root": {place: {"a": each}}}) for each in values)
    assert one != two
    one, two = (comparable({"root": {place: each}}) for each in values)
    assert one != two
    assert one != comparable({"root": {}})


def test_platform_specs_count() -> None:
    wrapped = {"pipeline_spec": SPEC, "platform_spec": PLATFORM}
    assert comparable(wrapped) != comparable(SPEC)
    assert comparable({"pipeline_spec": SPEC}) == comparable(SPEC)


def test_a_name_is_made_from_the_content_alone() -> None:
    files = [TEXT, json.dumps(SPEC, indent=2, sort_keys=True).encode(), zipped(pipeline_yaml=TEXT)]
    assert {read_spec_file(each).name for each in files} == {"sha256-f8df9eb19a84c2ea"}


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_of_an_archive_pipeline_yaml_is_read_else_the_first_entry(pack: Callable[..., bytes]) -> None:
    wanted = read_spec_file(TEXT).spec
    assert read_spec_file(pack(other_yaml=b"{}", pipeline_yaml=TEXT)).spec == wanted
    assert read_spec_file(pack(other_yaml=TEXT, more_yaml=b"{}")).spec == wanted


@pytest.mark.parametrize(
    "data",
    [zipped(), tarred(), zipped(a_yaml=TEXT)[:-9], tarred(a_yaml=TEXT)[:60], b"PK", b"\x1f\x8b"],
    ids=["empty zip", "empty tar", "half a zip", "half a tar", "PK", "gzip"],
)
def test_a_broken_or_empty_archive_is_an_error_that_names_the_argument(data: bytes) -> None:
    with pytest.raises(ApiValueError, match="`package` is an archive"):
        read_spec_file(data)


def test_what_is_nested_too_deeply_is_an_error_that_names_the_argument() -> None:
    with pytest.raises(ApiValueError, match="`package`"):
        read_spec_file(b'{"a":' * 100_000 + b"1" + b"}" * 100_000)


def test_a_file_object_is_read_from_where_it_stands() -> None:
    file = io.BytesIO(b"#\n" + TEXT)
    file.seek(2)
    assert read_spec_file(file).data == TEXT


class TestYaml:
    """With PyYAML."""

    @pytest.fixture(autouse=True)
    def yaml(self) -> Any:
        return pytest.importorskip("yaml")

    def test_comments_and_style_do_not_count(self, yaml: Any) -> None:
        text = "# made by hand\n" + yaml.safe_dump(SPEC, default_flow_style=False)
        assert read_spec_file(text.encode()).name == read_spec_file(TEXT).name

    def test_a_platform_spec_is_a_document_of_its_own(self, yaml: Any) -> None:
        text = yaml.safe_dump_all([SPEC, PLATFORM, {"platforms": {"cloud": {}}}, None])
        assert read_spec_file(text.encode()).spec == comparable({"pipeline_spec": SPEC, "platform_spec": PLATFORM})

    def test_what_looks_like_a_date_is_text(self) -> None:
        assert "2024-01-01" in str(read_spec_file(b"a: 2024-01-01").spec)

    @pytest.mark.parametrize("text", [b"a: [1", b"\ta: 1", b"a: \xff", b"a: !!nosuch 1"])
    def test_what_is_no_yaml_is_an_error_that_names_the_argument(self, text: bytes) -> None:
        with pytest.raises(ApiValueError, match="`package` is neither YAML nor JSON"):
            read_spec_file(text)

    @pytest.mark.parametrize("text", [b"#\n" + b"[" * 100_000 + b"]" * 100_000, b"a: &a [*a]"])
    def test_yaml_without_a_bottom_is_an_error(self, text: bytes) -> None:
        with pytest.raises(ApiValueError, match="nest"):
            read_spec_file(text)

    @pytest.mark.parametrize("release", ["2.0", "2.5", "2.17"])
    def test_what_real_servers_made_of_an_upload_has_the_same_content(self, release: str) -> None:
        file = RECORDED / release / "uploads.json"
        if not file.exists():
            pytest.skip("the folder of recordings is missing")
        compared = 0
        for step in json.loads(file.read_text(encoding="utf-8")):
            answer = step["reply"]
            # What looks like a token was masked in the recordings.
            if step["path"].endswith("upload_version") and answer["status"] == 200 and "<token>" not in str(answer):
                local = read_spec_file(base64.b64decode(step["file"]["base64"]))
                assert local.spec == comparable(answer["body"]["pipeline_spec"]), step["name"]
                compared += 1
        assert compared > 20


def test_without_pyyaml_a_yaml_file_is_known_by_its_text_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)  # its import fails then
    plain, packed, other = (read_spec_file(each) for each in (b"a: 1", zipped(a_yaml=b"a: 1"), b"a:  1"))
    assert plain.spec is packed.spec is other.spec is None
    assert plain.name == packed.name != other.name


def test_without_pyyaml_json_is_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert read_spec_file(TEXT).spec == comparable(SPEC)
