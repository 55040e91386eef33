# SPDX-License-Identifier: Apache-2.0
"""The credentials that a machine has."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from fixtures.credentials import CANARY, refused, sent
from fixtures.servers import reply

from kfp_server_api import auth

RUN = reply({"run_id": "r1"})


@pytest.fixture
def server(serve: Any) -> Any:
    return serve(RUN)


def context(home: Path, **settings: Any) -> Path:
    """Write what the kfp SDK writes."""
    path = home / ".config" / "kfp" / "context.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(settings))
    return path


def test_a_token_file_that_the_environment_names_comes_first(
    server: Any, runs: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context(home, client_authentication_cookie="session=1")
    (home / "token").write_text("t")
    monkeypatch.setenv("KF_PIPELINES_SA_TOKEN_PATH", str(home / "token"))
    runs(server, auth=auth.auto()).get_run("r1")
    assert (sent(server), sent(server, "cookie")) == (["Bearer t"], [None])


def test_a_token_file_that_the_environment_names_and_that_is_not_there_is_named(
    server: Any, runs: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KF_PIPELINES_SA_TOKEN_PATH", str(home / "token"))
    assert str(home / "token") in refused(runs(server, auth=auth.auto()))


def test_the_mounted_token_comes_next(server: Any, runs: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "mounted").write_text("t")
    monkeypatch.setattr(auth, "_TOKEN_PATH", str(home / "mounted"))
    context(home, client_authentication_cookie="session=1")
    runs(server, auth=auth.auto()).get_run("r1")
    assert (sent(server), sent(server, "cookie")) == (["Bearer t"], [None])


def test_the_cookie_of_the_sdk_comes_next_and_is_read_again(serve: Any, runs: Any, home: Path) -> None:
    context(home, client_authentication_cookie="session=1", namespace="team")
    server = serve(RUN, RUN, reply({}, 401), RUN)
    service = runs(server, auth=auth.auto())
    service.get_run("r1")
    context(home, client_authentication_cookie="session=22")
    service.get_run("r1")
    service.get_run("r1")
    assert sent(server, "cookie") == ["session=1", *["session=22"] * 3]


@pytest.mark.parametrize("content", ["", "[]", "{", '{"namespace": "n"}', '{"client_authentication_cookie": ""}'])
def test_a_context_without_a_cookie_is_none(server: Any, runs: Any, home: Path, content: str) -> None:
    context(home).write_text(content)
    runs(server, auth=auth.auto()).get_run("r1")
    assert (sent(server), sent(server, "cookie")) == ([None], [None])


@pytest.mark.parametrize("cookie", [5, "no equals sign"])
def test_a_context_with_a_bad_cookie_is_named(server: Any, runs: Any, home: Path, cookie: Any) -> None:
    path = context(home, client_authentication_cookie=cookie)
    assert str(path) in refused(runs(server, auth=auth.auto()))


@pytest.mark.parametrize("content", ["{", "[]"])
def test_a_context_that_breaks_later_is_named(server: Any, runs: Any, home: Path, content: str) -> None:
    path = context(home, client_authentication_cookie="session=1")
    service = runs(server, auth=auth.auto())
    path.write_text(content)
    assert str(path) in refused(service)


def test_without_any_a_call_is_sent_without(server: Any, runs: Any, home: Path) -> None:
    runs(server, auth=auth.auto()).get_run("r1")
    assert (sent(server), sent(server, "cookie")) == ([None], [None])


def test_without_any_the_error_lists_where_they_were_looked_for(serve: Any, runs: Any, home: Path) -> None:
    server = serve(reply({}, 401))
    message = refused(runs(server, auth=auth.auto()))
    for each in ("KF_PIPELINES_SA_TOKEN_PATH", "/var/run/secrets/", "context.json", "kubeconfig", "IAP, GCP"):
        assert each in message
    assert len(server.requests) == 1


def test_without_the_package_kubernetes_kubeconfig_is_not_read(
    serve: Any, runs: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "kubernetes", None)
    server = serve(reply({}, 401))
    (home / ".kube").mkdir()
    (home / ".kube" / "config").write_text("{}")
    assert "the package kubernetes is not installed" in refused(runs(server, auth=auth.auto()))
    assert sent(server) == [None]


def test_what_was_found_can_be_shown(home: Path) -> None:
    context(home, client_authentication_cookie=f"session={CANARY}")
    assert str(home) in repr(auth.auto())
    assert CANARY not in repr(auth.auto())
