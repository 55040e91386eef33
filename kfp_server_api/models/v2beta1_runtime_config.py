# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

from kfp_server_api._model import Model


class V2beta1RuntimeConfig(Model):
    """Inputs of a run."""

    parameters: dict[str, Any] | None = None
    """Values by parameter name, typed as the pipeline declares them; a missing, unknown or mistyped one is a
    400. Macros such as `[[ScheduledTime]]` in texts are replaced when the run starts.
    """
    pipeline_root: str | None = None
    """URI under which outputs are written, e.g. `s3://bucket/folder`. Absent means the server's default."""
