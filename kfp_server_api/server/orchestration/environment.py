# SPDX-License-Identifier: Apache-2.0
"""The environment variables of components: chosen ones, since the server's own may hold secrets."""

from __future__ import annotations

import os
from collections.abc import Mapping

_PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy")
_NAMES = {"PATH", "HOME", "LANG", "TZ", "TMPDIR", *_PROXIES, *map(str.upper, _PROXIES)}
_BEGINNINGS = ("LC_", "SSL_", "PIP_")


def component_environment(added: Mapping[str, str]) -> dict[str, str]:
    """Return what components get of the server's environment, and what was added to that by the user."""
    kept = {name: value for name, value in os.environ.items() if name in _NAMES or name.startswith(_BEGINNINGS)}
    return {**kept, **added}
