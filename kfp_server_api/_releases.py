# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
"""The releases of the API that are known."""

from __future__ import annotations

RELEASES = (
    "2.0.0",
    "2.0.1",
    "2.0.2",
    "2.0.3",
    "2.0.4",
    "2.0.5",
    "2.1.0",
    "2.2.0",
    "2.3.0",
    "2.4.0",
    "2.5.0",
    "2.14.0",
    "2.14.3",
    "2.14.6",
    "2.15.0",
    "2.15.1",
    "2.15.2",
    "2.16.0",
    "2.16.1",
    "2.17.0",
    "2.17.3",
)
"""Oldest first."""
