# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._enum import Enum


class ProtobufNullValue(Enum):
    """JSON null as protobuf names it."""

    NULL_VALUE = "NULL_VALUE"
    """Null."""
