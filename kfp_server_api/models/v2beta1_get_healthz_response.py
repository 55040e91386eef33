# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._model import Model, field


class V2beta1GetHealthzResponse(Model):
    """How the server is set up."""

    multi_user: bool | None = None
    """True if callers need an identity and namespaces count."""
    pipeline_store: str | None = field(default=None, since="2.14.0", always=True)
    """Where pipelines are kept, `database` or `kubernetes`. Its presence tells a server of 2.14.0 or newer.
    Since 2.14.0.
    """
