# SPDX-License-Identifier: Apache-2.0
"""A failed TLS handshake says which host, which check and which setting."""

from __future__ import annotations

import pickle
import ssl
import time
from typing import Any

import pytest
import urllib3
from fixtures.certificates import Certificates
from fixtures.ports import silent_port
from fixtures.servers import reply

from kfp_server_api import ApiConnectionError, ApiTimeoutError, TLSError, V2beta1Run

RUN = V2beta1Run(display_name="r")


def failing(service: Any, **options: Any) -> TLSError:
    with pytest.raises(TLSError) as caught:
        service.create_run(RUN, **options)
    return caught.value


def test_a_certificate_of_a_known_ca_is_taken(serve: Any, runs: Any, certificates: Certificates) -> None:
    server = serve(reply({"run_id": "r1"}), tls=certificates.right)
    assert runs(server, ssl_ca_cert=certificates.file).get_run("r1").run_id == "r1"


def test_an_unknown_ca_is_a_tls_error_that_names_the_setting(serve: Any, runs: Any, certificates: Certificates) -> None:
    server = serve(tls=certificates.right)
    text = str(failing(runs(server)))
    assert f"127.0.0.1:{server.port}" in text
    assert "certificate verify failed" in text
    assert "ssl_ca_cert" in text


def test_a_certificate_for_another_host_is_a_tls_error_that_names_the_setting(
    serve: Any, runs: Any, certificates: Certificates
) -> None:
    server = serve(tls=certificates.wrong_host)
    text = str(failing(runs(server, ssl_ca_cert=certificates.file)))
    assert f"127.0.0.1:{server.port}" in text
    assert "another host" in text
    assert "assert_hostname" in text


def test_a_certificate_for_another_host_name_is_told_from_an_unknown_ca(
    serve: Any, runs: Any, certificates: Certificates
) -> None:
    server = serve(tls=certificates.wrong_host)
    text = str(failing(runs(server.url_by_name, ssl_ca_cert=certificates.file)))
    assert f"localhost:{server.port}" in text
    assert "assert_hostname" in text


def test_an_expired_certificate_is_a_tls_error_that_says_so(serve: Any, runs: Any, certificates: Certificates) -> None:
    server = serve(tls=certificates.expired)
    text = str(failing(runs(server, ssl_ca_cert=certificates.file)))
    assert f"127.0.0.1:{server.port}" in text
    assert "expired" in text


def test_https_to_a_plain_http_port_is_a_tls_error_that_names_the_host_setting(serve: Any, runs: Any) -> None:
    server = serve()
    text = str(failing(runs(server.url.replace("http:", "https:"))))
    assert f"127.0.0.1:{server.port}" in text
    assert "Configuration.host" in text


def test_http_to_a_tls_port_is_an_error_of_ours(serve: Any, runs: Any, certificates: Certificates) -> None:
    server = serve(tls=certificates.right)
    with pytest.raises(ApiConnectionError):
        runs(server.url.replace("https:", "http:")).create_run(RUN)


def test_a_ca_file_that_is_not_there_is_named(serve: Any, runs: Any, certificates: Certificates) -> None:
    server = serve(tls=certificates.right)
    with pytest.raises(ApiConnectionError) as caught:
        runs(server, ssl_ca_cert="/no/such/ca.pem").create_run(RUN)
    assert "ssl_ca_cert" in str(caught.value)


def test_a_client_certificate_that_is_asked_for_and_missing_is_an_error_of_ours(
    serve: Any, runs: Any, certificates: Certificates
) -> None:
    context = certificates.context(certificates.authority.issue_cert("127.0.0.1"))
    context.verify_mode = ssl.CERT_REQUIRED
    certificates.authority.configure_trust(context)
    with pytest.raises(ApiConnectionError):
        runs(serve(tls=context), ssl_ca_cert=certificates.file).create_run(RUN)


def test_a_tls_error_without_retries_is_the_same(serve: Any, runs: Any, certificates: Certificates) -> None:
    error = failing(runs(serve(tls=certificates.right), retries=False))
    assert isinstance(error, urllib3.exceptions.SSLError)
    assert "ssl_ca_cert" in str(error)


def test_a_tls_error_is_still_caught_as_urllib3s(serve: Any, runs: Any, certificates: Certificates) -> None:
    error = failing(runs(serve(tls=certificates.right)))
    assert isinstance(error, urllib3.exceptions.MaxRetryError)


def test_tls_errors_pickle(serve: Any, runs: Any, certificates: Certificates) -> None:
    error = failing(runs(serve(tls=certificates.right)))
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, TLSError)
    assert str(again) == str(error)


def test_assert_hostname_names_another_host_to_accept(serve: Any, runs: Any, certificates: Certificates) -> None:
    server = serve(reply({"run_id": "r1"}), tls=certificates.wrong_host)
    service = runs(server, ssl_ca_cert=certificates.file, assert_hostname="kfp.example")
    assert service.get_run("r1").run_id == "r1"


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
def test_verify_ssl_false_takes_any_certificate(serve: Any, runs: Any, certificates: Certificates) -> None:
    server = serve(reply({"run_id": "r1"}), tls=certificates.expired)
    assert runs(server, verify_ssl=False).get_run("r1").run_id == "r1"


def test_a_tls_handshake_that_never_ends_is_a_timeout(runs: Any) -> None:
    with silent_port() as url:
        start = time.monotonic()
        with pytest.raises(ApiTimeoutError):
            runs(url, retries=False).get_run("r1", _request_timeout=0.3)
    assert time.monotonic() - start < 5
