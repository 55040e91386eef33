# SPDX-License-Identifier: Apache-2.0
"""File descriptors, of which a process has only so many."""

from __future__ import annotations

import math
import os


def most() -> float:
    """Return how many descriptors this process may have."""
    try:
        import resource
    except ImportError:  # Windows
        return math.inf
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return math.inf if soft == resource.RLIM_INFINITY else soft


def are_free(count: float) -> bool:
    """Tell whether so many more can be had; where there are gaps among those in use, even more."""
    try:
        lowest = os.open(os.devnull, os.O_RDONLY)
    except OSError:
        return False
    os.close(lowest)
    return lowest + count <= most()
