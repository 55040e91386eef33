# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._model import Model, field


class V2beta1ReadArtifactResponse(Model):
    """Content of an artifact. Until 2.14.6."""

    data: str | None = field(default=None, base64=True)
    """The bytes as base64 text; decode it before use."""
