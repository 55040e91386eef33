# SPDX-License-Identifier: Apache-2.0
"""`python -m kfp_server_api doctor`: find out why calls fail. Exit code 1 where they would, 0 where not."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from kfp_server_api import auth
from kfp_server_api.configuration import Configuration
from kfp_server_api.doctor import examine


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code."""
    options = _parser().parse_args(arguments)
    configuration = Configuration(host=options.host)
    configuration.namespace, configuration.ssl_ca_cert = options.namespace, options.ca_cert
    configuration.auth = auth.TokenFile(options.token_file) if options.token_file else auth.auto()
    report = examine(configuration, timeout=options.timeout)
    print(report)
    return 1 if report.failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kfp_server_api")
    commands = parser.add_subparsers(required=True, metavar="command")
    doctor = commands.add_parser("doctor", help="find out why calls fail", description=__doc__)
    host = os.environ.get("KFP_SERVER_API_HOST") or Configuration().host
    doctor.add_argument("--host", default=host, help="where the server is (%(default)s)")
    doctor.add_argument(
        "--token-file", metavar="FILE", help="file of a token; without it the usual places are looked at"
    )
    doctor.add_argument("--namespace", help="namespace of a multi-user server")
    doctor.add_argument(
        "--ca-cert", metavar="FILE", help="CA certificates in PEM, where the server's are of no public CA"
    )
    doctor.add_argument("--timeout", type=float, default=20.0, help="seconds within which it ends (%(default)g)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
