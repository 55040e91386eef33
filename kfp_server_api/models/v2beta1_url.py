# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._model import Model


class V2beta1Url(Model):
    """Place of a compiled pipeline."""

    pipeline_url: str | None = None
    """URL that the server, not the client, reads: https only on allowed hosts since 2.17.0, at most 32 MiB.
    """
