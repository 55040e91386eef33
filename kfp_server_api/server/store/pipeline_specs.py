# SPDX-License-Identifier: Apache-2.0
"""The pipeline specs that runs execute, each kept once whatever the number of its runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from kfp_server_api.server.store.tables import pipeline_specs, runs

_c = pipeline_specs.c


def keep(connection: sa.Connection, spec: dict[str, Any]) -> str:
    """Store a pipeline spec, unless it is there already, and return its digest."""
    text = json.dumps(spec, ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest()
    if connection.scalar(sa.select(_c.digest).where(_c.digest == digest)) is None:
        connection.execute(pipeline_specs.insert().values(digest=digest, pipeline_spec=text))
    return digest


def read(connection: sa.Connection, digests: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return pipeline specs by their digests; one that is not there is missing."""
    rows = connection.execute(sa.select(pipeline_specs).where(_c.digest.in_(list(digests))))
    return {row.digest: json.loads(row.pipeline_spec) for row in rows}


def drop_unused(connection: sa.Connection, digest: str) -> None:
    """Remove a pipeline spec that no run refers to any more."""
    used = sa.exists().where(runs.c.spec_digest == digest)
    connection.execute(pipeline_specs.delete().where(_c.digest == digest, ~used))
