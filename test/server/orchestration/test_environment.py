# SPDX-License-Identifier: Apache-2.0
"""What components get of the server's environment: chosen variables and those that the user adds."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures.calling import Caller, pipeline

from kfp_server_api.server import LocalServer
from kfp_server_api.server.orchestration.environment import component_environment

CHOSEN = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/home/x",
    "LANG": "C",
    "LC_ALL": "C",
    "TZ": "UTC",
    "TMPDIR": "/tmp",
    "https_proxy": "http://proxy:1",
    "NO_PROXY": "localhost",
    "SSL_CERT_FILE": "/ca.pem",
    "PIP_INDEX_URL": "http://packages",
}


@pytest.fixture
def of_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the server an environment with a secret."""
    for name, value in {
        **CHOSEN,
        "AWS_SECRET_ACCESS_KEY": "secret",
        "PYTHONPATH": "/x",
        "LCX": "",
        "MY_PIP_": "",
    }.items():
        monkeypatch.setenv(name, value)


def test_chosen_variables_are_kept_and_others_dropped(of_server: None) -> None:
    kept = component_environment({})
    assert {name: kept[name] for name in CHOSEN} == CHOSEN
    assert not {"AWS_SECRET_ACCESS_KEY", "PYTHONPATH", "LCX", "MY_PIP_"} & set(kept)


def test_what_a_user_adds_wins(of_server: None) -> None:
    assert component_environment({"TZ": "CET", "NEW": "1"}).items() >= {"TZ": "CET", "NEW": "1", "LANG": "C"}.items()


def test_a_component_of_a_server_sees_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("kfp")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("GIVEN", "on purpose")
    script = f"env > {tmp_path}/component; tr '\\0' '\\n' < /proc/$PPID/environ > {tmp_path}/engine || true"
    with LocalServer(env={"GIVEN": None, "AND": "more=of it"}) as server:
        call = Caller(server.url)
        run_id = call("POST", "/runs", {"display_name": "r", "pipeline_spec": pipeline(script)}).json["run_id"]
        assert call.wait(run_id)["state"] == "SUCCEEDED"
    said = (tmp_path / "component").read_text().splitlines()
    assert {"GIVEN=on purpose", "AND=more=of it"} <= set(said)
    assert "secret" not in "".join(said) + (tmp_path / "engine").read_text()


@pytest.mark.parametrize(
    ("env", "reason"),
    [
        ({"NOT_SET_ANYWHERE": None}, "env NOT_SET_ANYWHERE has no value"),
        ({"": "x"}, "env '' cannot be the name"),
        ({"A=B": "x"}, "env 'A=B' cannot be the name"),
        ({"A": "x\0"}, "env 'A' cannot be"),
    ],
)
def test_a_variable_that_cannot_be_is_refused(env: dict[str, str | None], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        LocalServer(env=env)
