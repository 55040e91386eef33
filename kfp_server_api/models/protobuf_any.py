# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._model import Model, field


class ProtobufAny(Model):
    """A message of any type, as found in the `details` of an error. Its own members stand beside these."""

    type: str | None = field(default=None, json="@type", since="2.14.0")
    """Type of the message as a URL, `type.googleapis.com/google.rpc.Status` in errors. Since 2.14.0."""
    type_url: str | None = None
    """Type of the message under its protobuf name; JSON replies carry `@type` instead."""
    value: str | None = field(default=None, base64=True)
    """Message in binary form as base64, checked when a caller sets it; JSON replies carry the members instead.
    """
