# SPDX-License-Identifier: Apache-2.0
"""Credentials as programs print them: exec plugins of Kubernetes, and others."""

from __future__ import annotations

import json
import re
import time
from datetime import datetime, timezone
from typing import Any

from kfp_server_api._credentials import Credential, bearer, no_credential
from kfp_server_api._deadline import seconds_of


def printed(text: str, whence: str) -> Credential:
    """Return what a command printed as a credential."""
    if not text.lstrip().startswith(("{", "[")):
        return bearer(text, whence)
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        raise no_credential(f"{whence} prints broken JSON") from None
    found = given if isinstance(given, dict) else {}
    if isinstance(found.get("status"), dict):
        found = found["status"]
    token = found.get("token") or found.get("access_token")
    if token is None:
        raise no_credential(f"{whence} prints JSON without `status.token`, `token` or `access_token`")
    return bearer(token, whence, _end_of(found))


def _end_of(found: dict[str, Any]) -> float | None:
    seconds, stamp = seconds_of(found.get("expires_in")), found.get("expirationTimestamp")
    if seconds is not None:
        return time.time() + seconds
    if not isinstance(stamp, str):
        return None
    try:
        end = datetime.fromisoformat(re.sub(r"\.\d+", "", stamp).replace("Z", "+00:00"))
    except ValueError:
        return None
    return (end if end.tzinfo else end.replace(tzinfo=timezone.utc)).timestamp()
