# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._enum import Enum


class V2beta1DeletePropagationPolicy(Enum):
    """The fate of objects that belong to a deleted recurring run. Since 2.16.0."""

    DELETE_PROPAGATION_POLICY_UNSPECIFIED = "DELETE_PROPAGATION_POLICY_UNSPECIFIED"
    """The default of the server."""
    FOREGROUND = "FOREGROUND"
    """Delete them first, then the schedule."""
    BACKGROUND = "BACKGROUND"
    """Delete the schedule at once, them later."""
    ORPHAN = "ORPHAN"
    """Leave them in the cluster."""
