# SPDX-License-Identifier: Apache-2.0
"""The doctor says what answers and why calls fail, by GET alone, in time, and shows no secret."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from fixtures.ports import black_hole, closed_port
from fixtures.servers import (
    Answer,
    Server,
    by_path,
    drip,
    page,
    raw,
    redirect,
    reply,
    reset_after,
    silence_after,
)

from kfp_server_api import ApiValueError, Configuration, auth
from kfp_server_api.doctor import AUDIENCE, Finding, Report, examine

CANARY = "hunter2-canary"
HEALTHZ, EXPERIMENTS = "/apis/v2beta1/healthz", "/apis/v2beta1/experiments"
HEALTH = {"commit_sha": "unknown", "tag_name": "unknown", "multi_user": False, "pipeline_store": "database"}
OLD_HEALTH = {"commit_sha": "unknown", "tag_name": "unknown", "multi_user": False}
MULTI = {**HEALTH, "multi_user": True}
LIST = {"experiments": [{"experiment_id": "e", "last_run_created_at": "1970-01-01T00:00:00Z"}]}


def failed(status: int, code: int, words: str) -> Answer:
    details = [{"@type": "type.googleapis.com/google.rpc.Status", "code": code, "message": words}]
    return reply({"code": code, "message": f"Failed: {words}", "details": details}, status)


NOBODY = failed(401, 16, "Failed to check authorization. User identity is empty in the request header")
FOREIGN = failed(403, 7, "User 'ann' is not authorized with reason:  (request: x)")


def server_of(serve: Any, healthz: Any = HEALTH, experiments: Answer | None = None, prefix: str = "") -> Server:
    """Start an API server that answers these two routes."""
    routes = {prefix + HEALTHZ: reply(healthz), prefix + EXPERIMENTS: experiments or reply(LIST)}
    return serve(by_path(routes))  # type: ignore[no-any-return]


def look(server: Any, **settings: Any) -> Report:
    configuration = Configuration(host=getattr(server, "url", server))
    for name, value in settings.items():
        assert hasattr(configuration, name)
        setattr(configuration, name, value)
    report = examine(configuration, timeout=5)
    assert all("\n" not in each.text + each.advice for each in report.findings)
    assert all(each.advice for each in report.findings if each.level != "ok")
    return report


def the(level: str, words: str, report: Report) -> Finding:
    """Return the only finding of a level that says some words."""
    (found,) = [each for each in report.findings if each.level == level and words in each.text]
    return found


def jwt(**claims: Any) -> str:
    parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
    return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), CANARY])


# What answers


def test_a_good_server_is_no_failure_and_no_warning(serve: Any) -> None:
    report = look(server_of(serve))
    assert not report.failed
    assert {each.level for each in report.findings} == {"ok"}
    the("ok", "single-user", report)


@pytest.mark.parametrize(
    ("healthz", "experiments", "refusal", "release"),
    [
        (OLD_HEALTH, {"experiments": [{"experiment_id": "e"}]}, "Invalid package token", "2.0 to 2.3"),
        (OLD_HEALTH, LIST, "Invalid package token", "2.4 to 2.5"),
        (HEALTH, LIST, "Invalid package token", "2.14 to 2.16"),
        (HEALTH, LIST, "Invalid page token", "2.17 or newer"),
        (HEALTH, LIST, "no", "2.14 or newer"),
        ({**HEALTH, "tag_name": "2.15.0"}, LIST, "Invalid package token", "2.14 to 2.16; it calls itself '2.15.0'"),
    ],
)
def test_it_names_the_release(serve: Any, healthz: Any, experiments: Any, refusal: str, release: str) -> None:
    error = {"code": 3, "message": f"Failed: {refusal}: x"}
    refused = reply({"error": error["message"], **error} if "pipeline_store" not in healthz else error, 400)
    report = look(serve(reply(healthz), reply(experiments), refused))
    assert the("ok", "looks like release", report).text.endswith(release)


PAGES = {
    "a web UI (Kubeflow Central Dashboard)": page("<html><title>Kubeflow Central Dashboard</title>"),
    "a web UI (Kubeflow Pipelines)": page("<title> Kubeflow Pipelines </title>"),
    "the login of Dex": page("<title>dex</title><a href='/dex/auth/local'>"),
    "the login of oauth2-proxy": page("<form action='/oauth2/start'>", 403),
    "the login of Google's Identity-Aware Proxy": reply(
        "Invalid IAP credentials: empty token", 401, ("x-goog-iap-generated-response", "true"), type="text/html"
    ),
    "a login page": page("<title>Sign in</title><input type=password>"),
    "a gateway that does not let this caller through (HTTP 401)": reply({}, 401),
    "a gateway that does not let this caller through (HTTP 403)": reply("RBAC: access denied", 403, type="text/plain"),
    "another HTTP server (HTTP 404, server nginx, page '404 Not Found')": reply(
        "<html><title>404 Not Found</title>", 404, ("Server", "nginx"), type="text/html"
    ),
    "another HTTP server (HTTP 200)": reply({"status": "ok"}),
    "a server that speaks TLS only": reply("Client sent an HTTP request to an HTTPS server.\n", 400, type="text/plain"),
}


@pytest.mark.parametrize("name", PAGES)
def test_it_says_what_answers_instead_of_the_api(serve: Any, name: str) -> None:
    assert the("failure", f"something else than the API answers: {name}", look(serve(PAGES[name]))).advice


def test_a_redirect_to_a_login_is_a_login(serve: Any) -> None:
    server = serve(by_path({HEALTHZ: redirect("/dex/auth?state=s3cret"), "/dex/auth": page("<title>x</title>")}))
    finding = the("failure", "the login of Dex: no credentials were sent", look(server))
    assert "s3cret" not in str(finding)


def test_an_api_that_lists_behind_a_login_fails(serve: Any) -> None:
    the("failure", "a page for people", look(server_of(serve, experiments=page())))


@pytest.mark.parametrize("status", [502, 503])
def test_a_gateway_without_a_server_behind_it(serve: Any, status: int) -> None:
    finding = the("failure", f"HTTP {status}", look(serve(reply("no healthy upstream", status, type="text/plain"))))
    assert "ml-pipeline" in finding.advice


def test_a_server_of_version_one(serve: Any) -> None:
    server = serve(by_path({"/apis/v1beta1/healthz": reply(OLD_HEALTH)}))
    assert "before 2.0.0" in the("failure", "another HTTP server", look(server)).advice


@pytest.mark.parametrize(
    ("given", "prefix"), [("", "/pipeline"), ("/pipeline", ""), ("/_/pipeline/x", "/_/pipeline"), ("/apis/v2beta1", "")]
)
def test_it_finds_the_right_path(serve: Any, given: str, prefix: str) -> None:
    server = server_of(serve, prefix=prefix)
    finding = the("failure", "the API is at", look(server.url + given))
    assert finding.advice == f"set `Configuration.host` to {server.url}{prefix}"


def test_a_redirect_to_the_api_is_a_warning(serve: Any) -> None:
    target = server_of(serve)
    routes = {path: redirect(target.url + path) for path in (HEALTHZ, EXPERIMENTS)}
    report = look(serve(by_path(routes)))
    assert not report.failed
    assert the("warning", "is redirected", report).advice == f"set `Configuration.host` to {target.url}"


def test_credentials_that_do_not_follow_a_redirect_are_the_reason(serve: Any) -> None:
    target = server_of(serve, MULTI, NOBODY)
    routes = {path: redirect(target.url_by_name + path) for path in (HEALTHZ, EXPERIMENTS)}
    report = look(serve(by_path(routes)), auth=CANARY)
    finding = the("failure", "credentials do not follow a redirect", report)
    assert finding.advice == f"set `Configuration.host` to {target.url_by_name}"


def test_a_redirect_to_where_nobody_answers_is_most_likely_a_login(serve: Any) -> None:
    with closed_port() as url:
        server = serve(redirect(f"{url}/authorize?state=s3cret"))
        finding = the("failure", f"{server.url} redirects to {url}/authorize", look(server))
    assert "login" in finding.advice
    assert "s3cret" not in str(finding)


# Nothing answers


def test_a_port_that_nobody_listens_on() -> None:
    with closed_port() as url:
        assert "runs" in the("failure", "refused", look(url)).advice


def test_a_name_that_nobody_has() -> None:
    the("failure", "no-such-host.invalid", look("http://no-such-host.invalid"))


@pytest.mark.parametrize(
    "answer", [raw(b"\x00\x00\x12\x04\x00"), raw(b""), reset_after()], ids=["gRPC", "hangs up", "reset"]
)
def test_a_port_of_something_else(serve: Any, answer: Answer) -> None:
    assert "8887" in the("failure", "Nothing answers", look(serve(answer))).advice


@pytest.mark.parametrize(
    "answer",
    [silence_after(), drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + bytes(1000))],
    ids=["silent", "drip"],
)
def test_it_ends_in_time(serve: Any, answer: Answer) -> None:
    began = time.monotonic()
    report = examine(Configuration(host=serve(answer).url), timeout=0.5)
    assert report.failed
    assert time.monotonic() - began < 5  # the server would take a minute


def test_it_ends_in_time_where_no_connection_is_made() -> None:
    with black_hole() as url:
        assert "firewall" in the("failure", "Nothing answers", look(url)).advice


def test_an_api_that_falls_silent_fails(serve: Any) -> None:
    report = examine(Configuration(host=server_of(serve, experiments=silence_after()).url), timeout=0.5)
    the("ok", "The API answers", report)
    the("failure", "Nothing answers", report)


def test_what_was_found_before_the_time_was_up_is_said(serve: Any) -> None:
    server = serve(page("<title>Kubeflow Pipelines</title>"), silence_after())
    report = examine(Configuration(host=server.url), timeout=0.5)
    the("failure", "a web UI", report)


@pytest.mark.parametrize("body", ["hello", '{"experiments": ', "[]"])
def test_lists_that_are_none_fail(serve: Any, body: str) -> None:
    the("failure", "Listing experiments ends in HTTP 200", look(server_of(serve, experiments=reply(body))))


# TLS


def test_tls_that_is_good(serve: Any, certificates: Any) -> None:
    server = serve(by_path({HEALTHZ: reply(HEALTH), EXPERIMENTS: reply(LIST)}), tls=certificates.right)
    the("ok", "the certificate is good", look(server, ssl_ca_cert=certificates.file))


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_tls_that_is_not_checked_is_a_warning(serve: Any, certificates: Any) -> None:
    server = serve(by_path({HEALTHZ: reply(HEALTH), EXPERIMENTS: reply(LIST)}), tls=certificates.right)
    report = look(server, verify_ssl=False)
    assert not report.failed
    the("warning", "not checked", report)


@pytest.mark.parametrize(
    ("certificate", "settings", "advice"),
    [
        ("right", {}, "ssl_ca_cert"),
        ("wrong_host", {"ssl_ca_cert": "file"}, "assert_hostname"),
        ("expired", {"ssl_ca_cert": "file"}, "renew it on the server"),
    ],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tls_that_fails(serve: Any, certificates: Any, certificate: str, settings: Any, advice: str) -> None:
    server = serve(reply(HEALTH), tls=getattr(certificates, certificate))
    settings = {name: getattr(certificates, value) for name, value in settings.items()}
    assert advice in the("failure", "TLS to", look(server, **settings)).advice


def test_https_where_the_port_has_none(serve: Any) -> None:
    server = server_of(serve)
    finding = the("failure", "TLS to", look(server.url.replace("http:", "https:")))
    assert "http://" in finding.advice


def test_http_where_the_port_has_tls(serve: Any, certificates: Any) -> None:
    server = serve(reply(HEALTH), tls=certificates.right)
    assert "https://" in the("failure", "speaks TLS only", look(server.url.replace("https:", "http:"))).advice


# Credentials


def test_no_credentials_where_some_are_wanted(serve: Any) -> None:
    report = look(server_of(serve, MULTI, NOBODY))
    assert "Configuration.auth" in the("failure", "no credentials were sent", report).advice


DAY = 86400.0


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"exp": time.time() - 3 * DAY, "aud": [AUDIENCE]}, "the token has expired 3 days ago"),
        ({"exp": time.time() + 3 * DAY, "aud": ["kubernetes", "other"]}, "the token is for kubernetes, other, and"),
        ({"exp": time.time() + 3 * DAY, "aud": "kubernetes"}, "the token is for kubernetes, and"),
        ({"exp": time.time() + 3 * DAY, "aud": [AUDIENCE]}, "is good for 3 days, is refused"),
        ({"exp": "soon", "aud": {"a": 1}}, "authorization holds is refused"),
        ({"exp": True, "aud": [1, None]}, "authorization holds is refused"),
        ({"exp": 1e400}, "authorization holds is refused"),
    ],
)
@pytest.mark.parametrize("settings", ["auth", "access_token"])
def test_it_says_why_a_token_is_refused(serve: Any, claims: Any, why: str, settings: str) -> None:
    report = look(server_of(serve, MULTI, NOBODY), **{settings: jwt(**claims)})
    assert report.failed
    the("failure", why, report)
    assert CANARY not in str(report)


@pytest.mark.parametrize("token", [CANARY, f"{CANARY}.{CANARY}.{CANARY}", f"a.!!!!.{CANARY}", f"a.W10=.{CANARY}"])
def test_a_token_that_says_nothing_is_refused_all_the_same(serve: Any, token: str) -> None:
    report = look(server_of(serve, MULTI, NOBODY), auth=token)
    the("failure", "is refused", report)
    assert CANARY not in str(report)


def test_a_cookie_that_is_refused(serve: Any) -> None:
    report = look(serve(reply({}, 401)), auth=auth.Cookie(f"authservice_session={CANARY}"))
    the("failure", "what the header cookie holds is refused", report)
    assert CANARY not in str(report)


def test_a_token_that_has_expired_where_nobody_looks_is_a_warning(serve: Any) -> None:
    report = look(server_of(serve), auth=jwt(exp=time.time() - 3 * DAY))
    assert not report.failed
    the("warning", "expired 3 days ago", report)


def test_a_token_of_another_audience_that_is_accepted_is_good(serve: Any) -> None:
    report = look(server_of(serve, MULTI), auth=jwt(aud="other"), namespace="team-a")
    assert {each.level for each in report.findings} == {"ok"}


def test_expiry_is_told_by_the_servers_clock(serve: Any) -> None:
    date = ("Date", formatdate(time.time() + 2 * DAY, usegmt=True))
    server = serve(reply(MULTI, 200, date), reply({}, 401, date))
    report = look(server, auth=jwt(exp=time.time() + DAY))
    the("failure", "the token has expired 24 h ago", report)


@pytest.mark.parametrize(("shift", "word"), [(3 * DAY, "behind"), (-3 * DAY, "ahead of")])
def test_a_clock_that_is_wrong_is_a_warning(serve: Any, shift: float, word: str) -> None:
    server = serve(reply(HEALTH, 200, ("Date", formatdate(time.time() + shift, usegmt=True))), reply(LIST))
    report = look(server)
    assert not report.failed
    assert f"3 days {word}" in the("warning", "clock", report).text


@pytest.mark.parametrize("date", ["yesterday", "", "Mon, 99 Foo 2024 00:00:00 GMT", "0", "\xff"])
def test_a_date_that_is_none_tells_no_clock(serve: Any, date: str) -> None:
    assert not [
        each for each in look(serve(reply(HEALTH, 200, ("Date", date)), reply(LIST))).findings if "clock" in each.text
    ]


def test_a_token_file_that_is_not_there_is_a_failure_that_names_it(serve: Any, tmp_path: Path) -> None:
    server = server_of(serve)
    the("failure", str(tmp_path / "token"), look(server, auth=auth.TokenFile(tmp_path / "token")))
    assert server.requests == []


def test_a_server_that_puts_secrets_into_its_address_does_not_make_them_shown(serve: Any) -> None:
    routes = {f"/{CANARY}{path}": reply(HEALTH if path == HEALTHZ else LIST) for path in (HEALTHZ, EXPERIMENTS)}
    moved = {path: redirect(f"/{CANARY}{path}") for path in (HEALTHZ, EXPERIMENTS)}
    report = look(serve(by_path({**routes, **moved})), auth=CANARY)
    the("warning", "is redirected", report)
    assert CANARY not in str(report)


@pytest.mark.parametrize("sent", [CANARY, auth.Cookie(f"a={CANARY}"), auth.Cookie(f"b=1; a={CANARY}; c=1")])
def test_a_server_that_sends_secrets_back_does_not_make_them_shown(serve: Any, sent: Any) -> None:
    echo = failed(400, 3, f"bad token \x1b[31m{CANARY}\x07")
    report = look(server_of(serve, MULTI, echo), auth=sent, namespace="team-a")
    assert report.failed
    assert CANARY not in str(report)
    assert str(report).replace("\n", "").isprintable()


# Namespaces


def test_a_namespace_that_may_be_read(serve: Any) -> None:
    server = server_of(serve, MULTI)
    the("ok", "namespace 'team-a' can be listed", look(server, namespace="team-a"))
    assert server.requests[1].query["namespace"] == ["team-a"]


def test_a_namespace_of_others_is_a_failure(serve: Any) -> None:
    report = look(server_of(serve, MULTI, FOREIGN), namespace="team-b", auth=CANARY)
    assert report.failed
    the("failure", "'ann' may not list the experiments of namespace 'team-b'", report)


def test_without_a_namespace_the_caller_is_known_by_the_refusal(serve: Any) -> None:
    report = look(server_of(serve, MULTI, FOREIGN), auth=CANARY)
    assert not report.failed
    the("ok", "accepted as those of 'ann'", report)
    the("warning", "No namespace is set", report)


def test_a_namespace_on_a_single_user_server_is_ignored(serve: Any) -> None:
    the("ok", "ignored", look(server_of(serve), namespace="team-a"))


def test_a_listing_that_fails_is_a_failure(serve: Any) -> None:
    the(
        "failure", "HTTP 500: Database is down", look(server_of(serve, experiments=failed(500, 13, "Database is down")))
    )


# Settings


def test_a_host_without_a_scheme_is_a_warning(serve: Any) -> None:
    report = look(server_of(serve).url.replace("http://", ""))
    assert not report.failed
    the("warning", "taken as http://", report)


def test_a_password_in_the_host_is_a_warning_that_does_not_show_it(serve: Any) -> None:
    report = look(server_of(serve).url.replace("http://", f"http://me:{CANARY}@"))
    assert not report.failed
    the("warning", "never sent", report)
    assert CANARY not in str(report)


@pytest.mark.parametrize("host", ["ftp://kfp", "http://kfp/#/runs", "", None, f"http://me:{CANARY}@k fp"])
def test_a_host_that_is_none_is_a_failure(host: Any) -> None:
    configuration = Configuration(host=host)
    report = examine(configuration)
    the("failure", "`Configuration.host`", report)
    assert CANARY not in str(report)


def test_a_timeout_that_is_none_is_an_error_that_names_it() -> None:
    with pytest.raises(ApiValueError, match="`timeout`"):
        examine(Configuration(), timeout=0)


def test_a_proxy_of_the_configuration_is_named_without_its_password(serve: Any) -> None:
    proxy = server_of(serve)
    report = look("http://kfp.example", proxy=proxy.url.replace("http://", f"http://me:{CANARY}@"))
    the("ok", f"through the proxy {proxy.url}", report)
    assert CANARY not in str(report)


def test_a_proxy_that_is_not_there_is_a_failure() -> None:
    with closed_port() as url:
        assert "Configuration.proxy" in the("failure", "Nothing answers", look("http://kfp.example", proxy=url)).advice


@pytest.mark.parametrize("header", [("Via", "1.1 squid"), ("X-Squid-Error", "ERR_DNS_FAIL 0")])
def test_a_proxy_that_shows_itself_is_a_warning(serve: Any, header: tuple[str, str]) -> None:
    report = look(serve(reply(HEALTH, 200, header), reply(LIST)))
    assert not report.failed
    assert header[1] in the("warning", "A proxy stands in the way", report).text


def test_a_proxy_that_wants_credentials(serve: Any) -> None:
    finding = the("failure", "HTTP 407", look(serve(reply("", 407, ("Proxy-Authenticate", "Basic")))))
    assert "proxy_headers" in finding.advice


def test_a_proxy_of_the_environment_is_named_where_nothing_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://me:{CANARY}@proxy.example:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    report = look("http://no-such-host.invalid")
    assert "Configuration.trust_env" in the("failure", "Nothing answers", report).advice
    assert CANARY not in str(report)


def test_a_proxy_of_the_environment_that_is_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with closed_port() as url:
        monkeypatch.setenv("http_proxy", url)
        report = look("http://kfp.example", trust_env=True)
    the("ok", f"through the proxy {url}", report)
    assert "the environment's proxy" in the("failure", "Nothing answers", report).advice


def test_a_host_that_is_not_known_may_be_spelled_wrong() -> None:
    assert "spelled" in the("failure", "Nothing answers", look("http://no-such-host.invalid")).advice


def test_the_host_is_shown_as_it_was_given(serve: Any) -> None:
    server = server_of(serve, MULTI, NOBODY)
    finding = the("failure", f"At {server.url}/apis/v2beta1 something else", look(f"{server.url}/apis/v2beta1"))
    assert finding.advice == f"set `Configuration.host` to {server.url}"


# As a whole


def test_it_changes_nothing(serve: Any) -> None:
    server = server_of(serve, MULTI, NOBODY)
    configuration = Configuration(host=server.url + "/x/y")
    before = dict(configuration.__dict__)
    examine(configuration)
    assert configuration.__dict__ == before
    assert {request.method for request in server.requests} == {"GET"}


def test_a_report_reads_well() -> None:
    report = Report((Finding("ok", "One."), Finding("warning", "Two.", "do three")))
    assert str(report) == "ok       One.\nwarning  Two.\n         -> do three"


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Any]:
    """Run the command; nothing of this machine's credentials is found."""
    env = {"HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).resolve().parents[1]), "PATH": ""}

    def command(*arguments: str, **more: str) -> Any:
        line = [sys.executable, "-W", "error", "-m", "kfp_server_api", *arguments]
        return subprocess.run(
            line, env={**env, **more}, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )

    return command


def test_the_command_ends_with_0_where_only_warnings_stand(serve: Any, run: Any) -> None:
    done = run("doctor", "--host", server_of(serve).url.replace("http://", ""))
    assert (done.returncode, done.stderr) == (0, "")
    assert "warning" in done.stdout


def test_the_command_ends_with_1_where_calls_fail(serve: Any, run: Any) -> None:
    done = run("doctor", KFP_SERVER_API_HOST=server_of(serve, MULTI, NOBODY).url)
    assert (done.returncode, done.stderr) == (1, "")
    assert "there is no" in done.stdout  # where auth.auto() looked


def test_the_command_takes_a_token_file_and_a_namespace(serve: Any, run: Any, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(jwt(exp=time.time() + 3 * DAY) + "\n")
    server = server_of(serve, MULTI)
    done = run("doctor", "--host", server.url, "--token-file", "token", "--namespace", "team-a", "--timeout", "30")
    assert (done.returncode, done.stderr) == (0, "")
    assert "good for 3 days" in done.stdout
    assert CANARY not in done.stdout
    assert server.requests[1].query["namespace"] == ["team-a"]


@pytest.mark.parametrize("arguments", [[], ["doctor", "--timeout", "0"], ["doctor", "--timeout", "x"], ["docter"]])
def test_a_wrong_command_line_is_said(run: Any, arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "usage:" in done.stderr
    assert "Traceback" not in done.stderr
