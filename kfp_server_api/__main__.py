# SPDX-License-Identifier: Apache-2.0
"""Commands: `python -m kfp_server_api doctor`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from kfp_server_api import auth
from kfp_server_api.configuration import Configuration
from kfp_server_api.doctor import examine
from kfp_server_api.exceptions import ApiValueError

_DOCTOR = "Find out why calls to a server fail. The exit code is 1 where they would, 0 where not."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    configuration = Configuration(host=options.host)
    configuration.namespace, configuration.ssl_ca_cert = options.namespace, options.ca_cert
    configuration.trust_env = options.trust_env
    configuration.auth = auth.TokenFile(options.token_file) if options.token_file else auth.auto()
    try:
        report = examine(configuration, timeout=options.timeout)
    except ApiValueError as error:
        parser.error(str(error))
    print(report)
    return 1 if report.failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kfp_server_api")
    commands = parser.add_subparsers(required=True, metavar="command")
    doctor = commands.add_parser("doctor", help="find out why calls fail", description=_DOCTOR)
    host = os.environ.get("KFP_SERVER_API_HOST") or Configuration().host
    doctor.add_argument("--host", default=host, help="where the server is (%(default)s)")
    doctor.add_argument("--token-file", metavar="FILE", help="file of a token; without it, what `auth.auto()` finds")
    doctor.add_argument("--namespace", help="namespace of a multi-user server")
    doctor.add_argument(
        "--ca-cert", metavar="FILE", help="CA certificates in PEM, where the server's are of no public CA"
    )
    doctor.add_argument("--trust-env", action="store_true", help="go through the proxies that the environment names")
    doctor.add_argument("--timeout", type=float, default=20.0, help="seconds within which it ends (%(default)g)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
