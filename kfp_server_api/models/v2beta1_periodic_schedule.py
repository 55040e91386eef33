# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import datetime

from kfp_server_api._model import Model


class V2beta1PeriodicSchedule(Model):
    """Starts runs at a fixed interval."""

    start_time: datetime | None = None
    """If in the future, the time of the first run; if past, counting begins there. Absent: one interval after
    creation.
    """
    end_time: datetime | None = None
    """No run after this time; a time equal to it still runs. Absent means no end."""
    interval_second: str | None = None
    """Seconds from one run to the next, at least 1; int64 as text in replies, a number is accepted too."""
