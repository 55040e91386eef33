# SPDX-License-Identifier: Apache-2.0
"""`uploadfile` takes a path, bytes or a binary file, and is read while it is sent."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
from email import message_from_bytes
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fixtures.servers import Request, redirect, reply, reset_after

from kfp_server_api import ApiConnectionError, OpenApiException, PipelineUploadServiceApi

YAML = b"pipelineInfo: {name: hello}\nroot: {}\n"


class Part(NamedTuple):
    """A part of a multipart body."""

    disposition: str
    type: str
    content: bytes

    @property
    def filename(self) -> str:
        return str(message_from_bytes(f"Content-Disposition: {self.disposition}\n\n".encode()).get_filename())


def parts(request: Request) -> list[Part]:
    """Return the parts of a request's body."""
    boundary = re.fullmatch(r"multipart/form-data; boundary=(\S+)", request.header("Content-Type") or "")
    assert boundary is not None
    start, *middle, end = request.body.split(b"--" + boundary[1].encode())
    assert (start, end) == (b"", b"--\r\n")
    out = []
    for each in middle:
        headers, _, content = each.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        named = dict(line.split(": ", 1) for line in headers.decode().split("\r\n"))
        out.append(Part(named["Content-Disposition"], named.get("Content-Type", ""), content.removesuffix(b"\r\n")))
    return out


@pytest.fixture
def upload(serve: Any, connect: Any) -> Any:
    """Return the one part that arrives for an `uploadfile`."""
    server = serve(reply({"pipeline_id": "p"}))
    service = PipelineUploadServiceApi(connect(server))

    def send(uploadfile: Any) -> Part:
        service.upload_pipeline(uploadfile)
        (part,) = parts(server.requests[-1])
        return part

    return send


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "hello.yaml"
    path.write_bytes(YAML)
    return path


@pytest.mark.parametrize("form", [str, Path, lambda path: path.open("rb")], ids=["text", "Path", "file"])
def test_a_file_arrives_under_its_name(upload: Any, package: Path, form: Any) -> None:
    given = form(package)
    part = upload(given)
    if hasattr(given, "close"):
        given.close()
    assert (part.content, part.filename) == (YAML, "hello.yaml")


@pytest.mark.parametrize("form", [bytes, bytearray, memoryview, io.BytesIO], ids=lambda form: form.__name__)
def test_content_arrives(upload: Any, form: Any) -> None:
    assert upload(form(YAML)).content == YAML


@pytest.mark.parametrize("form", [bytes, io.BytesIO], ids=lambda form: form.__name__)
def test_text_without_a_name_gets_one_that_servers_take_for_yaml(upload: Any, form: Any) -> None:
    assert upload(form(YAML)).filename.endswith((".yaml", ".yml"))


def test_an_archive_without_a_name_gets_none_that_servers_take_for_yaml(upload: Any) -> None:
    assert not upload(gzip.compress(YAML)).filename.endswith((".yaml", ".yml", ".json"))


def test_the_field_is_called_uploadfile(upload: Any, package: Path) -> None:
    assert 'name="uploadfile"' in upload(package).disposition


def test_a_file_object_is_read_from_where_it_stands(upload: Any) -> None:
    file = io.BytesIO(b"skipped" + YAML)
    file.seek(7)
    assert upload(file).content == YAML


def test_a_file_object_stays_open(upload: Any, package: Path) -> None:
    with package.open("rb") as file:
        upload(file)
        assert not file.closed


def test_a_file_of_gzip_is_a_binary_file(upload: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml.gz"
    path.write_bytes(gzip.compress(YAML))
    with gzip.open(path) as file:
        assert upload(file).content == YAML


def test_a_file_that_cannot_seek_arrives_or_is_refused_by_us(upload: Any) -> None:
    reading, writing = os.pipe()
    os.write(writing, YAML)
    os.close(writing)
    with open(reading, "rb") as file:
        try:
            assert upload(file).content == YAML
        except (TypeError, ValueError) as error:
            assert isinstance(error, OpenApiException)


def test_an_empty_file_arrives_empty(upload: Any, tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").touch()
    assert upload(tmp_path / "empty.yaml").content == b""


def test_empty_bytes_arrive_empty(upload: Any) -> None:
    assert upload(b"").content == b""


def test_a_file_open_as_text_is_refused_before_anything_is_sent(serve: Any, connect: Any, package: Path) -> None:
    server = serve(reply({}))
    with package.open() as file, pytest.raises(OpenApiException, match="rb"):
        PipelineUploadServiceApi(connect(server)).upload_pipeline(file)
    assert server.requests == []


@pytest.mark.parametrize("bad", [7, object(), {"a": 1}, 1.5, True])
def test_what_is_no_file_is_refused(upload: Any, bad: Any) -> None:
    with pytest.raises(OpenApiException, match="uploadfile"):
        upload(bad)


def test_a_missing_file_is_told_before_anything_is_sent(upload: Any, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"gone\.yaml"):
        upload(tmp_path / "gone.yaml")


def test_a_folder_is_told_before_anything_is_sent(serve: Any, connect: Any, tmp_path: Path) -> None:
    server = serve(reply({}))
    with pytest.raises(IsADirectoryError):
        PipelineUploadServiceApi(connect(server)).upload_pipeline(tmp_path)
    assert server.requests == []


@pytest.mark.parametrize("name", ['a"b.yaml', "a\r\nX-Evil: 1.yaml", "a; filename=b.yaml", "ünï.yaml", "a\nb.yaml"])
def test_a_file_name_cannot_split_the_part(upload: Any, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(YAML)
    part = upload(path)
    assert part.content == YAML
    assert "\r" not in part.disposition
    assert "\n" not in part.disposition


def test_the_length_is_announced(serve: Any, connect: Any, package: Path) -> None:
    server = serve(reply({}))
    PipelineUploadServiceApi(connect(server)).upload_pipeline(package)
    request = server.requests[0]
    assert request.header("Content-Length") == str(len(request.body))
    assert request.header("Transfer-Encoding") is None


def test_a_redirected_upload_is_sent_whole_again(serve: Any, connect: Any, package: Path) -> None:
    server = serve(redirect("/apis/v2beta1/elsewhere", 307), reply({}))
    with package.open("rb") as file:
        PipelineUploadServiceApi(connect(server)).upload_pipeline(file)
    assert [parts(each)[0].content for each in server.requests] == [YAML, YAML]


def test_an_upload_that_breaks_off_is_a_connection_error_and_not_repeated(
    serve: Any, connect: Any, package: Path
) -> None:
    server = serve(reset_after())
    with pytest.raises(ApiConnectionError):
        PipelineUploadServiceApi(connect(server)).upload_pipeline(package)
    assert len(server.requests) == 1


def test_an_upload_leaves_no_file_open(serve: Any, connect: Any, package: Path) -> None:
    service = PipelineUploadServiceApi(connect(serve(reply({}), reset_after())))
    service.upload_pipeline(package)
    with pytest.raises(ApiConnectionError):
        service.upload_pipeline(package)
    open_now = [os.readlink(f"/proc/self/fd/{each}") for each in os.listdir("/proc/self/fd") if _is_link(each)]
    assert str(package) not in open_now


def _is_link(number: str) -> bool:
    return os.path.islink(f"/proc/self/fd/{number}")


def test_an_async_upload_arrives(serve: Any, connect: Any, package: Path) -> None:
    server = serve(reply({"pipeline_id": "p"}))
    result = PipelineUploadServiceApi(connect(server)).upload_pipeline(package, async_req=True)
    assert result.get(20).pipeline_id == "p"
    assert parts(server.requests[0])[0].content == YAML


SIZE = 256 << 20
STREAMED = """
import resource, sys
from kfp_server_api import ApiClient, Configuration, PipelineUploadServiceApi
url, path, form = sys.argv[1:]
service = PipelineUploadServiceApi(ApiClient(Configuration(host=url)))
service.upload_pipeline(b"a: b")  # what the first call imports does not count
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with open(path, "rb") as file:
    service.upload_pipeline(file if form == "file" else path)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("form", ["path", "file"])
def test_the_memory_of_an_upload_stays_flat(serve: Any, python: Any, tmp_path: Path, form: str) -> None:
    path = tmp_path / "big.zip"
    with path.open("wb") as file:
        file.truncate(SIZE)
    server = serve(reply({}))
    grown = int(python(STREAMED, server.url, str(path), form))
    assert server.requests[-1].size > SIZE
    assert grown < 16 << 10  # KiB


def test_a_big_upload_arrives_byte_for_byte(serve: Any, connect: Any, tmp_path: Path) -> None:
    content = os.urandom(3 << 20)
    (tmp_path / "a.zip").write_bytes(content)
    server = serve(reply({}))
    PipelineUploadServiceApi(connect(server)).upload_pipeline(tmp_path / "a.zip")
    arrived = parts(server.requests[0])[0].content
    assert hashlib.sha256(arrived).digest() == hashlib.sha256(content).digest()
