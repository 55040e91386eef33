# SPDX-License-Identifier: Apache-2.0
"""Credentials at the local server, and those of kubeconfig, whose package the server's extra installs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fixtures.credentials import CANARY, counted, refused, sent
from fixtures.servers import reply

from kfp_server_api import ApiClient, Configuration, ExperimentServiceApi, auth
from kfp_server_api.server import LocalServer

RUN = reply({"run_id": "r1"})


@pytest.fixture
def server(serve: Any) -> Any:
    return serve(RUN)


def kubeconfig(path: Path, server: str, **user: Any) -> Path:
    """Write a kubeconfig whose current context has a cluster and a user; JSON is YAML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = {"context": {"cluster": "c", "user": "u"}, "name": "here"}
    path.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "here",
                "contexts": [names],
                "clusters": [{"name": "c", "cluster": {"server": server}}],
                "users": [{"name": "u", "user": user}],
            }
        )
    )
    return path


def test_a_local_server_takes_calls_with_credentials() -> None:
    fetch, given = counted()
    with LocalServer(parallel_runs=0) as local, ApiClient(Configuration(local.url, auth=fetch)) as client:
        for name in ("a", "b"):
            assert ExperimentServiceApi(client).create_experiment({"display_name": name}).display_name == name
    assert given == ["t1"]


def test_kubeconfig_comes_next(server: Any, runs: Any, home: Path) -> None:
    kubeconfig(home / ".kube" / "config", server.url, token="t")
    runs(f"{server.url}/api/v1/namespaces/kubeflow/services/ml-pipeline:http/proxy", auth=auth.auto()).get_run("r1")
    assert sent(server) == ["Bearer t"]


def test_kubeconfig_is_where_the_environment_says(
    server: Any, runs: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", f"{home / 'missing'}:{kubeconfig(home / 'mine', server.url, token='t')}")
    runs(server, auth=auth.auto()).get_run("r1")
    assert sent(server) == ["Bearer t"]


def test_a_plugin_of_kubeconfig_is_run_and_run_again(serve: Any, runs: Any, home: Path) -> None:
    server = serve(RUN, reply({}, 401), RUN)
    printed = json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                          "status": {"token": "T"}})  # fmt: skip
    script = f"echo x >> {home}/count; printf '%s' '{printed}' | sed s/T/t$(wc -l < {home}/count | tr -d ' ')/"
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": "sh", "args": ["-c", script]}
    kubeconfig(home / ".kube" / "config", server.url, exec=plugin)
    service = runs(server, auth=auth.auto())
    for _ in range(2):
        service.get_run("r1")
    assert sent(server) == ["Bearer t1", "Bearer t1", "Bearer t2"]


@pytest.mark.parametrize("cluster", ["https://cluster.example", "http://127.0.0.1:1", "", "x"])
def test_a_token_of_kubeconfig_goes_to_its_own_cluster_alone(server: Any, runs: Any, home: Path, cluster: str) -> None:
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": "touch", "args": [str(home / "ran")]}
    kubeconfig(home / ".kube" / "config", cluster, exec=plugin)
    runs(server, auth=auth.auto()).get_run("r1")
    assert sent(server) == [None]
    assert not (home / "ran").exists()


@pytest.mark.parametrize("content", ["", "[]", "{", "apiVersion: v1"])
def test_a_broken_kubeconfig_is_none(server: Any, runs: Any, home: Path, content: str) -> None:
    kubeconfig(home / ".kube" / "config", server.url).write_text(content)
    runs(server, auth=auth.auto()).get_run("r1")
    assert sent(server) == [None]


def test_a_plugin_of_kubeconfig_that_gives_nothing_is_named_where_a_server_asks(
    serve: Any, runs: Any, home: Path
) -> None:
    server = serve(reply({}, 401))
    script = f"echo {CANARY}; exit 3"
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": "sh", "args": ["-c", script]}
    kubeconfig(home / ".kube" / "config", server.url, exec=plugin)
    assert "kubeconfig" in refused(runs(server, auth=auth.auto()))
    assert sent(server) == [None]
