# SPDX-License-Identifier: Apache-2.0
"""The terminal states of runs and tasks."""

from __future__ import annotations

from kfp_server_api.models.v2beta1_runtime_state import V2beta1RuntimeState

FINAL = V2beta1RuntimeState._terminal
