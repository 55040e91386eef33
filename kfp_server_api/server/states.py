# SPDX-License-Identifier: Apache-2.0
"""The states of runs and tasks, by what may still become of them."""

from __future__ import annotations

from kfp_server_api.models.v2beta1_runtime_state import V2beta1RuntimeState

FINAL = V2beta1RuntimeState._terminal
OPEN = frozenset(V2beta1RuntimeState.allowable_values) - FINAL - {V2beta1RuntimeState.RUNTIME_STATE_UNSPECIFIED}
