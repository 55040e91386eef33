# SPDX-License-Identifier: Apache-2.0
"""Tokens that programs print."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from fixtures.credentials import CANARY, refused, sent
from fixtures.servers import reply

from kfp_server_api import ApiTypeError, ApiValueError, auth

RUN = reply({"run_id": "r1"})


@pytest.fixture
def server(serve: Any) -> Any:
    return serve(RUN)


def command(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", code, *arguments]


EXEC = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential"}


@pytest.mark.parametrize(
    "printed",
    [
        "t",
        "t\n",
        json.dumps({"token": "t"}),
        json.dumps({"access_token": "t", "expires_in": 3600, "token_type": "Bearer"}),
        json.dumps({**EXEC, "status": {"token": "t"}}),
        json.dumps({**EXEC, "status": {"token": "t", "expirationTimestamp": "2999-01-01T00:00:00Z"}}, indent=1),
        json.dumps({**EXEC, "status": {"token": "t", "expirationTimestamp": "2999-01-01T00:00:00.123456789+01:00"}}),
        json.dumps({**EXEC, "status": {"token": "t", "expirationTimestamp": "soon"}}),
    ],
)
def test_what_a_command_prints_is_the_token(server: Any, runs: Any, printed: str) -> None:
    service = runs(server, auth=auth.Command(command("import sys; print(sys.argv[1])", printed)))
    service.get_run("r1")
    assert sent(server) == ["Bearer t"]


def test_a_command_is_run_again_when_what_it_printed_ends(server: Any, runs: Any, tmp_path: Path) -> None:
    ends = iter([timedelta(seconds=-1), timedelta(hours=1), timedelta(hours=2)])
    printed = tmp_path / "printed"

    def write(n: int) -> None:
        end = (datetime.now(timezone.utc) + next(ends)).strftime("%Y-%m-%dT%H:%M:%SZ")
        printed.write_text(json.dumps({**EXEC, "status": {"token": f"t{n}", "expirationTimestamp": end}}))

    service = runs(server, auth=auth.Command(["cat", printed]))
    for n in range(3):
        write(n)
        service.get_run("r1")
    assert sent(server) == ["Bearer t0", "Bearer t1", "Bearer t1"]


def test_a_command_is_run_again_when_its_token_is_refused(serve: Any, runs: Any, tmp_path: Path) -> None:
    count = tmp_path / "count"
    server = serve(RUN, reply({}, 401), RUN)
    service = runs(server, auth=auth.Command(["sh", "-c", f"echo x >> {count}; echo t$(wc -l < {count} | tr -d ' ')"]))
    for _ in range(2):
        service.get_run("r1")
    assert sent(server) == ["Bearer t1", "Bearer t1", "Bearer t2"]


def test_a_command_is_asked_as_a_plugin_of_kubernetes(server: Any, runs: Any) -> None:
    code = "import json, os; print(json.loads(os.environ['KUBERNETES_EXEC_INFO'])['kind'])"
    runs(server, auth=auth.Command(command(code))).get_run("r1")
    assert sent(server) == ["Bearer ExecCredential"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (f"print('{CANARY}'); raise SystemExit(3)", "exit code 3"),
        ("pass", "it is empty"),
        (f"print('two {CANARY}')", "it holds a blank"),
        (f"print('{{{CANARY}')", "broken JSON"),
        (f'print(\'{{"other": "{CANARY}"}}\')', "without `status.token`"),
        (f'print(\'{{"token": ["{CANARY}"]}}\')', "no text but list"),
        ('print(\'{"status": {"clientCertificateData": "x"}}\')', "without `status.token`"),
        (f"import sys; sys.stdout.buffer.write(b'\\xff{CANARY}')", "no UTF-8"),
        ("print('[' * 100000)", "broken JSON"),
        ("print('[1]')", "without `status.token`"),
    ],
)
def test_a_command_that_gives_no_token_is_named(server: Any, runs: Any, code: str, said: str) -> None:
    message = refused(runs(server, auth=auth.Command(command(code, CANARY))))
    assert said in message
    assert os.path.basename(sys.executable) in message
    assert server.requests == []


def test_a_command_that_is_not_there_is_named(server: Any, runs: Any) -> None:
    assert "'no-such-program'" in refused(runs(server, auth=auth.Command(["no-such-program"])))
    assert "cannot be run" in refused(runs(server, auth=auth.Command(["echo", "a\x00"])))


def test_a_command_that_hangs_is_killed(server: Any, runs: Any) -> None:
    source = auth.Command(command("import time; time.sleep(60)"), timeout=0.5)
    assert "has not ended within 0.5 s" in refused(runs(server, auth=source))


def test_a_command_does_not_read_what_the_program_reads(server: Any, runs: Any) -> None:
    runs(server, auth=auth.Command(command("import sys; print('t' + sys.stdin.read())"))).get_run("r1")
    assert sent(server) == ["Bearer t"]


@pytest.mark.parametrize("bad", ["gcloud auth print-access-token", b"x", [], None, [5], 5])
def test_a_command_that_is_no_list_is_named(bad: Any) -> None:
    with pytest.raises(ApiTypeError, match="`command`"):
        auth.Command(bad)


@pytest.mark.parametrize("bad", [0, -1, None, "5", True])
def test_a_timeout_of_a_command_that_is_none_is_named(bad: Any) -> None:
    with pytest.raises(ApiValueError, match="`timeout`"):
        auth.Command(["x"], timeout=bad)


def test_a_command_may_have_any_time(serve: Any, runs: Any) -> None:
    source = auth.Command([sys.executable, "-c", "print('t1')"], timeout=9e8)
    assert runs(serve(RUN), auth=source).get_run("r1").run_id == "r1"
