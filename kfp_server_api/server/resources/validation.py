# SPDX-License-Identifier: Apache-2.0
"""Limits of the API on ids, names and tags."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from kfp_server_api.server.errors import INVALID, RequestError, invalid
from kfp_server_api.server.gotext import quote
from kfp_server_api.server.packages import InvalidPipelineError


def new_id() -> str:
    """Return the id of a new resource."""
    return str(uuid.uuid4())


@contextmanager
def valid_pipeline() -> Iterator[None]:
    """Turn the refusal of a pipeline or its parameters inside the block into the API's error for invalid input."""
    try:
        yield
    except InvalidPipelineError as cause:
        raise invalid(str(cause), cause.name, cause.cause) from cause


def check_length(what: str, value: str, limit: int, error: type[RequestError] = RequestError) -> None:
    """Refuse a text of more bytes than the API takes.

    Args:
        error: the shape of the answer.
    """
    if len(value.encode()) > limit:
        raise error(INVALID, f"{what} length cannot exceed {limit}")


def check_tags(tags: Mapping[str, str]) -> None:
    """Refuse tags beyond the API's limits."""
    if len(tags) > 20:
        raise invalid(f"number of tags ({len(tags)}) exceeds maximum of 20 per entity")
    for key, value in tags.items():
        if not key:
            raise invalid("tag key cannot be empty")
        if "." in key:
            raise invalid(f"tag key {quote(key)} must not contain '.' character")
        if len(key) > 63:
            raise invalid(f"tag key {quote(key)} exceeds maximum length of 63 characters")
        if len(value) > 63:
            raise invalid(f"tag value {quote(value)} for key {quote(key)} exceeds maximum length of 63 characters")
