# SPDX-License-Identifier: Apache-2.0
"""Time and memory of one function call."""

from __future__ import annotations

import gc
import sys
import time
import tracemalloc
from collections.abc import Callable
from statistics import median
from typing import Any

_BATCHES = 5
_BATCH_SECONDS = 0.06
_SECONDS = 1.0


def seconds(function: Callable[[], Any], clock: Callable[[], float] = time.process_time) -> float:
    """Return what one call takes: the best of the batches of a second, and of at least 5, after warm-up.

    Args:
        function: what to call.
        clock: CPU time of this process by default, so that other processes do not disturb.
    """
    calls = 1
    while _batch(function, calls, clock) < _BATCH_SECONDS:
        calls *= 2
    gc.collect()
    batches: list[float] = []
    while len(batches) < _BATCHES or sum(batches) < _SECONDS:
        batches.append(_batch(function, calls, clock))
    return min(batches) / calls


def ratio(longer: Callable[[], Any], shorter: Callable[[], Any], clock: Callable[[], float]) -> float:
    """Return how many times as long one function takes as another: the median of pairs measured in turn."""
    longer(), shorter()
    return median(_batch(longer, 1, clock) / _batch(shorter, 1, clock) for _ in range(_BATCHES))


def _batch(function: Callable[[], Any], calls: int, clock: Callable[[], float]) -> float:
    begin = clock()
    for _ in range(calls):
        function()
    return clock() - begin


def held(function: Callable[[], Any]) -> int:
    """Return the bytes that the result of a call holds, after a first call has filled all caches."""
    function()
    gc.collect()
    tracemalloc.start()
    result = function()
    gc.collect()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del result
    return size


def peak(function: Callable[[], Any]) -> int:
    """Return by how many bytes the memory of the process grows at most while a function runs.

    Small blocks come from memory that was set free before, so only what is larger than a page of runs counts for sure.
    """
    before = _peak_of_process()
    function()
    return _peak_of_process() - before


def _peak_of_process() -> int:
    from resource import RUSAGE_SELF, getrusage

    return getrusage(RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
