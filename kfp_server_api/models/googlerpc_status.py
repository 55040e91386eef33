# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import TYPE_CHECKING

from kfp_server_api._model import Model

if TYPE_CHECKING:
    from kfp_server_api.models.protobuf_any import ProtobufAny


class GooglerpcStatus(Model):
    """An error: the body of a failed call, or what is wrong with a stored object. The same as `GoogleRpcStatus`,
    under its name of that time. Until 2.16.1.
    """

    code: int | None = None
    """gRPC code, not the HTTP status: 3 invalid, 5 not found, 6 exists already, 7 no rights, 9 wrong state, 10
    conflict, 13 internal, 14 unavailable, 16 no identity.
    """
    message: str | None = None
    """Whole chain of causes joined by colons, outermost first; the cause stands at the end."""
    details: list[ProtobufAny] | None = None
    """One entry whose `message` is the short text for users. Absent where the gateway itself refused the
    request.
    """
