# SPDX-License-Identifier: Apache-2.0
"""Make `kfp.Client` of a host that does not reply and write what a program sees.

Called as `probe_no_reply.py HOST RESULT [SECONDS]`; SECONDS, for ours alone, is the timeout of every attempt.
"""

import json
import logging
import sys


class Lines(logging.Handler):
    """Counts the lines that are logged."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += record.getMessage().count("\n") + 1


def main(host: str, result: str, *seconds: str) -> None:
    """Write the classes of what is raised, the outermost first, and how many lines are logged."""
    lines = Lines(logging.INFO)
    logging.basicConfig(level=logging.INFO, handlers=[lines])
    import kfp.client

    import kfp_server_api

    if seconds:
        kfp_server_api.configuration.DEFAULT_TIMEOUT = (float(seconds[0]), float(seconds[0]))
    try:
        kfp.client.Client(host=host)
        raised = []
    except Exception as error:
        raised = [f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__]
    with open(result, "w") as file:
        json.dump({"raised": raised, "lines": lines.count}, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
