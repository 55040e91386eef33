# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import datetime

from kfp_server_api._model import Model, field


class V2beta1PeriodicSchedule(Model):
    """Starts runs at a fixed interval."""

    start_time: datetime | None = None
    """If in the future, the time of the first run; if past, counting begins there. Absent: one interval after
    creation.
    """
    end_time: datetime | None = None
    """No run after this time; a time equal to it still runs. Absent means no end."""
    interval_second: str | None = field(default=None, int64=True)
    """Seconds from one run to the next, at least 1. Int64: text in replies, text or number when sent."""
