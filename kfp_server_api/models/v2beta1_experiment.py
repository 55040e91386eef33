# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import datetime

from kfp_server_api._model import Model, field


class V2beta1Experiment(Model):
    """A named group of runs in one namespace."""

    experiment_id: str | None = None
    """UUID, set by the server."""
    display_name: str | None = None
    """Required name, unique in the namespace, at most 128 bytes; cannot be changed."""
    description: str | None = None
    """Free text."""
    created_at: datetime | None = None
    """When the server stored it, UTC in whole seconds. Set by the server."""
    namespace: str | None = None
    """Namespace it lives in. Required on multi-user servers; dropped, and absent, on single-user ones."""
    storage_state: str | None = field(default=None, enum="V2beta1ExperimentStorageState")
    """Set by the server: `AVAILABLE` when made; archive and unarchive change it. One of
    `V2beta1ExperimentStorageState`.
    """
    last_run_created_at: datetime | None = field(default=None, since="2.4.0", always=True)
    """`created_at` of the run made in it last, 1970-01-01T00:00:00Z before the first. Deleting runs does not set
    it back. Since 2.4.0.
    """
