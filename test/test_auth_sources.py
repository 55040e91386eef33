# SPDX-License-Identifier: Apache-2.0
"""Tokens from files, programs and callables, and cookies."""

from __future__ import annotations

import base64
import json
import os
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from fixtures.servers import reply

from kfp_server_api import (
    ApiClient,
    ApiTypeError,
    ApiValueError,
    AuthenticationError,
    Configuration,
    RunServiceApi,
    auth,
)

RUN = reply({"run_id": "r1"})
CANARY = "c4n4ry5ecret"


@pytest.fixture
def server(serve: Any) -> Any:
    return serve(RUN)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text("one\n")
    return path


def sent(server: Any, header: str = "authorization") -> list[str | None]:
    return [request.header(header) for request in server.requests]


def refused(service: Any) -> str:
    """Return the message of a call that fails for want of credentials, which shows none."""
    with pytest.raises(AuthenticationError) as caught:
        service.get_run("r1")
    assert CANARY not in str(caught.value) + repr(caught.value)
    return caught.value.message


def command(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", code, *arguments]


def test_a_token_is_sent_as_bearer(server: Any, runs: Any) -> None:
    runs(server, auth="t").get_run("r1")
    assert sent(server) == ["Bearer t"]


def test_a_configuration_is_made_with_it(server: Any) -> None:
    RunServiceApi(ApiClient(Configuration(server.url, auth="t"))).get_run("r1")
    assert sent(server) == ["Bearer t"]


def test_it_can_be_set_and_taken_away_later(server: Any, runs: Any) -> None:
    service = runs(server)
    for value in ("t", None, lambda: "u", "v"):
        service.api_client.configuration.auth = value
        service.get_run("r1")
    assert sent(server) == ["Bearer t", None, "Bearer u", "Bearer v"]


@pytest.mark.parametrize("given", ["Bearer t", "bearer  t", " t\n", "t\r\n"])
def test_what_is_around_a_token_is_taken_off(server: Any, runs: Any, given: str) -> None:
    runs(server, auth=given).get_run("r1")
    assert sent(server) == ["Bearer t"]


@pytest.mark.parametrize(
    "given", ["", "  ", f"{CANARY} b", f"{CANARY}\nb", f"{CANARY}\x00", "tökén", "\u2603", "Bearer "]
)
@pytest.mark.parametrize("how", [lambda t: t, lambda t: lambda: t], ids=["token", "callable"])
def test_what_is_no_token_is_an_error_before_the_network(server: Any, runs: Any, given: str, how: Any) -> None:
    assert "`Configuration.auth`" in refused(runs(server, auth=how(given)))
    assert server.requests == []


@pytest.mark.parametrize("given", [5, b"token", ["t"], auth.ServiceAccount, object()])
def test_what_gives_no_token_is_named(server: Any, runs: Any, given: Any) -> None:
    with pytest.raises(ApiTypeError, match=r"`Configuration\.auth`"):
        runs(server, auth=given).get_run("r1")
    assert server.requests == []


@pytest.mark.parametrize("given", [None, b"t", 5, {"token": CANARY}])
def test_a_callable_that_returns_no_text_is_named(server: Any, runs: Any, given: Any) -> None:
    def fetch_token() -> Any:
        return given

    message = refused(runs(server, auth=fetch_token))
    assert "fetch_token" in message
    assert type(given).__name__ in message


def test_a_callable_that_raises_is_the_cause(server: Any, runs: Any) -> None:
    def fetch_token() -> str:
        raise LookupError(CANARY)

    with pytest.raises(AuthenticationError, match=r"fetch_token.* raised LookupError") as caught:
        runs(server, auth=fetch_token).get_run("r1")
    assert isinstance(caught.value.__cause__, LookupError)
    assert CANARY not in str(caught.value)


def test_a_callable_may_make_calls_of_its_own(server: Any, runs: Any) -> None:
    other = runs(server)
    runs(server, auth=lambda: other.get_run("r1").run_id).get_run("r1")
    assert sent(server) == [None, "Bearer r1"]


SECRETS = {
    "api_key": {"authorization": "placeholder"},
    "api_key_prefix": {"authorization": "Bearer"},
    "access_token": "placeholder",
}


@pytest.mark.parametrize(("given", "token"), [("t", "Bearer t"), (auth.Cookie("a=b"), None)])
def test_it_wins_over_other_secrets(server: Any, runs: Any, given: Any, token: str | None) -> None:
    runs(server, auth=given, **SECRETS).get_run("r1")
    assert sent(server) == [token]


def test_it_replaces_a_default_header(server: Any, runs: Any) -> None:
    service = runs(server, auth="t")
    service.api_client.set_default_header("Authorization", "Basic x")
    service.get_run("r1")
    assert sent(server) == ["Bearer t"]


def test_the_hook_runs_as_before_and_may_set_the_host(serve: Any, server: Any, runs: Any) -> None:
    def hook(configuration: Configuration) -> None:
        configuration.host = server.url
        configuration.api_key["authorization"] = "of the hook"

    runs(serve(RUN), auth="t", refresh_api_key_hook=hook).get_run("r1")
    assert sent(server) == ["Bearer t"]


def test_a_cookie_is_sent(server: Any, runs: Any) -> None:
    runs(server, auth=auth.Cookie("session=a=b; other=c")).get_run("r1")
    assert sent(server, "cookie") == ["session=a=b; other=c"]


def test_a_cookie_stands_beside_the_clients_own(server: Any) -> None:
    client = ApiClient(Configuration(server.url, auth=auth.Cookie("session=new")), cookie="lang=en; session=old")
    RunServiceApi(client).get_run("r1")
    assert sent(server, "cookie") == ["lang=en; session=new"]


def test_a_cookie_may_come_from_a_callable(serve: Any, runs: Any) -> None:
    values = iter(["session=1", "session=2"])
    server = serve(reply({}, 401), RUN)
    runs(server, auth=auth.Cookie(lambda: next(values))).get_run("r1")
    assert sent(server, "cookie") == ["session=1", "session=2"]


@pytest.mark.parametrize("bad", ["", "no equals sign", CANARY, "a=b\nc", "=b", f"{CANARY}\n=b"])
def test_a_bad_cookie_is_named(bad: str) -> None:
    with pytest.raises(ApiValueError, match="`value`") as caught:
        auth.Cookie(bad)
    assert CANARY not in str(caught.value)


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
    ends = iter([timedelta(seconds=5), timedelta(hours=1), timedelta(hours=2)])
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
        (f"print('two {CANARY}')", "it holds a character of none"),
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


def jwt(**claims: Any) -> str:
    parts = (json.dumps(each).encode() for each in ({"alg": "none"}, claims))
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), CANARY])


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"exp": 1_000_000_000}, "expired at 2001-09-09T01:46:40Z"),
        ({"exp": 32503680000}, "expires at 3000-01-01T00:00:00Z"),
        ({"exp": 1_000_000_000.5, "aud": "istio"}, "expired at 2001-09-09T01:46:40Z and is for istio"),
        ({"aud": ["a", "b"]}, "which is for a, b"),
        ({"aud": "x\ny"}, "is for x y"),
        ({"exp": 1e300}, "`Configuration.auth`"),
        ({"exp": "soon"}, "`Configuration.auth`"),
    ],
)
def test_a_refused_token_says_when_it_ends_and_for_whom_it_is(
    serve: Any, runs: Any, claims: dict[str, Any], said: str
) -> None:
    token = jwt(**claims)
    message = refused(runs(serve(reply({"message": "Unauthenticated: no"}, 401)), auth=token))
    assert said in message
    assert message.endswith(": no")
    assert token not in message


def test_a_refused_token_of_a_file_names_the_file_and_the_end(serve: Any, runs: Any, file: Path) -> None:
    file.write_text(jwt(exp=1_000_000_000))
    message = refused(runs(serve(reply({}, 401)), auth=auth.TokenFile(file)))
    assert f"TokenFile({str(file)!r}) gave, which expired at 2001-09-09T01:46:40Z, fetched anew" in message


def test_a_refused_token_of_a_command_says_the_end_that_the_command_said(serve: Any, runs: Any) -> None:
    printed = json.dumps({**EXEC, "status": {"token": CANARY, "expirationTimestamp": "2999-01-01T00:00:00Z"}})
    message = refused(runs(serve(reply({}, 401)), auth=auth.Command(["echo", printed])))
    assert "Command('echo') gave, which expires at 2999-01-01T00:00:00Z" in message


def test_a_token_that_only_looks_like_one_with_claims_is_refused_without_them(serve: Any, runs: Any) -> None:
    for token in ("a.b.c", f"a.{base64.b64encode(b'[1]').decode()}.c", "..", "a.!!.c"):
        assert "the token `Configuration.auth` gave:" in refused(runs(serve(reply({}, 401)), auth=token))


def test_without_it_a_call_looks_at_no_source(server: Any, runs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth.Source, "_give", lambda *_: time.sleep(1) or 1 / 0)
    runs(server).get_run("r1")
