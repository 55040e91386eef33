# SPDX-License-Identifier: Apache-2.0
"""Downloads stay in their folder, overwrite nothing and go to disk while they arrive."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from fixtures.servers import head, reply, reset_after, silence_after, stream

from kfp_server_api import ApiConnectionError, ApiTimeoutError, NotFoundError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "deep" / "downloads"
    path.mkdir(parents=True)
    return path


@pytest.fixture
def download(connect: Any, folder: Path) -> Any:
    """Call an operation whose result is a file."""

    def get(server: Any, **options: Any) -> Path:
        client = connect(server, temp_folder_path=str(folder))
        path = client.call_api("/file", "GET", response_type="file", _return_http_data_only=True, **options)
        return Path(path)

    return get


def named(disposition: str) -> Any:
    """Answer with a file under a name."""
    return reply(b"content", 200, ("Content-Disposition", disposition), type="application/octet-stream")


EVIL = [
    "../evil",
    "../../../../../../../../../../etc/evil",
    "/etc/evil",
    "//evil",
    "..",
    ".",
    "",
    "...",
    " .. ",
    "a/../../evil",
    "..\\..\\evil",
    "C:\\Windows\\evil",
    "C:evil",
    "\\\\host\\share\\evil",
    "~/evil",
    "~root",
    "a/",
    "/",
    "evil\x00.txt",
    "evil\x1b[31m",
    "a" * 300,
    "\u00fc" * 200,
    "CON",
    "-rf",
    ".bashrc",
    "%2e%2e%2fevil",
    "x;y",
]


@pytest.mark.parametrize("name", EVIL)
def test_a_name_stays_inside_the_folder(serve: Any, download: Any, folder: Path, name: str) -> None:
    path = download(serve(named(f'attachment; filename="{name}"'.encode().decode("latin-1"))))
    assert path.resolve().parent == folder.resolve()
    assert path.read_bytes() == b"content"
    assert [each.name for each in folder.parent.parent.rglob("*") if each.is_file()] == [path.name]


@pytest.mark.parametrize(
    "disposition",
    [
        "attachment; filename=../evil",
        "attachment; filename*=UTF-8''..%2F..%2Fevil",
        "attachment; filename*=UTF-8''%2Fetc%2Fevil",
        "attachment; filename*=martian''evil",
        "attachment; filename*0=../; filename*1=../evil",
        'attachment; filename="\\.\\./evil"',
        'attachment; filename="a"; filename="../evil"',
        "filename=../evil",
        "attachment",
        ";;;",
        'attachment; filename="',
        "=?utf-8?q?attachment=3B_filename=3D../evil?=",
    ],
)
def test_no_shape_of_the_header_leaves_the_folder(serve: Any, download: Any, folder: Path, disposition: str) -> None:
    path = download(serve(named(disposition)))
    assert path.resolve().parent == folder.resolve()
    assert path.read_bytes() == b"content"


def test_a_good_name_is_kept(serve: Any, download: Any) -> None:
    assert download(serve(named('attachment; filename="model 1.tar.gz"'))).name == "model 1.tar.gz"


def test_an_encoded_name_is_kept(serve: Any, download: Any) -> None:
    assert download(serve(named("attachment; filename*=UTF-8''%C3%BC.txt"))).name == "ü.txt"


def test_a_reply_without_a_name_is_saved(serve: Any, download: Any) -> None:
    assert download(serve(reply(b"\x00\xff"))).read_bytes() == b"\x00\xff"


def test_a_name_that_is_taken_is_not_overwritten(serve: Any, download: Any, folder: Path) -> None:
    (folder / "a.txt").write_text("mine")
    paths = {download(serve(named("attachment; filename=a.txt"))) for _ in range(3)}
    assert (folder / "a.txt").read_text() == "mine"
    assert len(paths) == 3
    assert all(path.read_bytes() == b"content" for path in paths)


def test_a_link_of_that_name_is_not_followed(serve: Any, download: Any, folder: Path) -> None:
    outside = folder.parent / "outside"
    (folder / "a.txt").symlink_to(outside)
    download(serve(named("attachment; filename=a.txt")))
    assert not outside.exists()


def test_without_a_folder_the_systems_is_taken(
    serve: Any, connect: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    path = connect(serve(named("attachment; filename=a"))).call_api(
        "/file", "GET", response_type="file", _return_http_data_only=True
    )
    assert Path(path) == folder / "a"


def test_with_http_info_a_download_has_status_and_headers(serve: Any, connect: Any, folder: Path) -> None:
    client = connect(serve(named("attachment; filename=a")), temp_folder_path=str(folder))
    path, status, headers = client.call_api("/file", "GET", response_type="file")
    assert (Path(path).name, status, headers["content-type"]) == ("a", 200, "application/octet-stream")


def test_an_error_instead_of_a_file_is_its_error(serve: Any, download: Any, folder: Path) -> None:
    with pytest.raises(NotFoundError, match="gone"):
        download(serve(reply({"error_message": "gone"}, 404)))
    assert list(folder.iterdir()) == []


def test_a_download_that_breaks_off_is_an_error_of_ours_and_leaves_no_file(
    serve: Any, download: Any, folder: Path
) -> None:
    with pytest.raises(ApiConnectionError):
        download(serve(reset_after(head(200, ("Content-Length", "100")) + b"begin")))
    assert list(folder.iterdir()) == []


def test_a_download_that_ends_early_is_an_error_of_ours_and_leaves_no_file(
    serve: Any, download: Any, folder: Path
) -> None:
    from fixtures.servers import raw

    with pytest.raises(ApiConnectionError):
        download(serve(raw(head(200, ("Content-Length", "100")) + b"begin")))
    assert list(folder.iterdir()) == []


def test_a_download_that_stalls_is_a_timeout_of_ours_and_leaves_no_file(
    serve: Any, download: Any, folder: Path
) -> None:
    with pytest.raises(ApiTimeoutError):
        download(serve(silence_after(head(200, ("Content-Length", "100")) + b"begin")), _request_timeout=0.3)
    assert list(folder.iterdir()) == []


def test_a_download_gives_its_connection_back(serve: Any, connect: Any, folder: Path) -> None:
    server = serve(reply(b"content"))
    client = connect(server, temp_folder_path=str(folder))
    for _ in range(5):
        client.call_api("/file", "GET", response_type="file")
    assert server.connections == 1


def test_a_download_into_a_folder_that_is_not_there_says_so(serve: Any, connect: Any, tmp_path: Path) -> None:
    client = connect(serve(reply(b"content")), temp_folder_path=str(tmp_path / "gone"))
    with pytest.raises(Exception, match="gone"):
        client.call_api("/file", "GET", response_type="file")


def test_nobody_else_can_read_a_download_without_a_name(serve: Any, download: Any) -> None:
    assert os.stat(download(serve(reply(b"content")))).st_mode & 0o077 == 0


SIZE = 256 << 20
STREAMED = """
import os, resource, sys
from kfp_server_api import ApiClient, Configuration
url, folder = sys.argv[1:]
configuration = Configuration(host=url)
configuration.temp_folder_path = folder
client = ApiClient(configuration)
client.call_api("/small", "GET", response_type="file")  # what the first call imports does not count
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
path = client.call_api("/big", "GET", response_type="file", _return_http_data_only=True)
print(os.path.getsize(path), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_the_memory_of_a_download_stays_flat(serve: Any, python: Any, tmp_path: Path) -> None:
    server = serve(reply(b"small"), stream(SIZE))
    size, grown = map(int, python(STREAMED, server.url, str(tmp_path)).split())
    assert size == SIZE
    assert grown < 16 << 10  # KiB


def test_a_raw_response_can_be_read_piece_by_piece(serve: Any, runs: Any) -> None:
    response = runs(serve(stream(3 << 20))).get_run("r1", _preload_content=False)
    assert sum(len(each) for each in response.stream(1 << 16)) == 3 << 20
