# SPDX-License-Identifier: Apache-2.0
"""Tokens in files, which others write."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from fixtures.credentials import refused, sent
from fixtures.servers import reply

from kfp_server_api import ApiTypeError, auth

RUN = reply({"run_id": "r1"})


@pytest.fixture
def server(serve: Any) -> Any:
    return serve(RUN)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text("one\n")
    return path


def test_a_token_file_is_read_once_while_it_stays(server: Any, runs: Any, file: Path) -> None:
    service = runs(server, auth=auth.TokenFile(file))
    service.get_run("r1")
    before = file.stat()
    file.write_text("two\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))  # same size, time and inode
    service.get_run("r1")
    assert sent(server) == ["Bearer one"] * 2


@pytest.mark.parametrize("how", ["written", "replaced", "as long", "as old", "by a link"])
def test_a_token_file_that_changes_is_read_again(server: Any, runs: Any, file: Path, how: str) -> None:
    link = file.with_name("link")
    link.symlink_to(file)
    service = runs(server, auth=auth.TokenFile(link))
    service.get_run("r1")
    stamp, other = file.stat(), file.with_name("other")
    other.write_text("second\n" if how in ("written", "as old") else "two\n")
    if how in ("written", "as long"):
        file.write_text(other.read_text())
        os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns + (how == "as long")))
    elif how == "by a link":
        link.unlink()
        link.symlink_to(other)
    else:
        os.utime(other, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        os.replace(other, file)
    service.get_run("r1")
    assert sent(server)[1] in ("Bearer two", "Bearer second")


def test_a_token_file_is_read_again_when_the_token_is_refused(serve: Any, runs: Any, file: Path) -> None:
    server = serve(RUN, reply({}, 401), RUN)
    service = runs(server, auth=auth.TokenFile(file))
    service.get_run("r1")
    before = file.stat()
    file.write_text("two\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    service.get_run("r1")
    assert sent(server) == ["Bearer one", "Bearer one", "Bearer two"]


def test_a_token_file_that_is_being_written_leaves_the_token_as_it_was(server: Any, runs: Any, file: Path) -> None:
    service = runs(server, auth=auth.TokenFile(file))
    for content in (None, "", "three"):
        file.write_text("one" if content is None else content)
        service.get_run("r1")
    assert sent(server) == ["Bearer one", "Bearer one", "Bearer three"]


@pytest.mark.parametrize("before", [False, True])
def test_a_token_file_that_is_not_there_is_named(server: Any, runs: Any, file: Path, before: bool) -> None:
    service = runs(server, auth=auth.TokenFile(file))
    if before:
        service.get_run("r1")
    file.unlink()
    assert str(file) in refused(service)
    file.write_text("back")
    service.get_run("r1")
    assert sent(server)[-1] == "Bearer back"


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"a c4n4ry5ecret", b"\xffc4n4ry5ecret", b"a\x00", b"two\nlines c4n4ry5ecret"]
)
def test_a_token_file_without_a_token_is_named(server: Any, runs: Any, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert str(file) in refused(runs(server, auth=auth.TokenFile(file)))
    assert server.requests == []


def test_a_token_file_may_begin_with_a_byte_order_mark(server: Any, runs: Any, file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbftoken\r\n")
    runs(server, auth=auth.TokenFile(file)).get_run("r1")
    assert sent(server) == ["Bearer token"]


def test_what_is_no_file_is_named(server: Any, runs: Any, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "a" / "b"):
        assert str(path) in refused(runs(server, auth=auth.TokenFile(path)))


@pytest.mark.parametrize("bad", [None, "", 5])
def test_a_path_that_is_none_is_named(bad: Any) -> None:
    with pytest.raises(ApiTypeError, match="`path`"):
        auth.TokenFile(bad)


def test_the_home_folder_is_known(server: Any, runs: Any, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(file.parent))
    runs(server, auth=auth.TokenFile("~/token")).get_run("r1")
    assert sent(server) == ["Bearer one"]


def test_a_service_account_is_where_the_environment_says(
    server: Any, runs: Any, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KF_PIPELINES_SA_TOKEN_PATH", str(file))
    runs(server, auth=auth.ServiceAccount()).get_run("r1")
    assert sent(server) == ["Bearer one"]


def test_a_service_account_that_is_not_mounted_is_named(
    server: Any, runs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KF_PIPELINES_SA_TOKEN_PATH", raising=False)
    assert "/var/run/secrets/kubeflow/pipelines/token" in refused(runs(server, auth=auth.ServiceAccount()))
