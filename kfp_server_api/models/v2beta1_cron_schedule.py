# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import datetime

from kfp_server_api._model import Model


class V2beta1CronSchedule(Model):
    """Starts runs at the times that a cron expression names."""

    start_time: datetime | None = None
    """No run before this time. One in the past makes the times since then be caught up."""
    end_time: datetime | None = None
    """No run after this time; a time equal to it still runs. Absent means no end."""
    cron: str | None = None
    """Six fields, seconds first: `0 30 9 * * 1-5` is 9:30:00 on weekdays. Five fields are read as seconds to
    month, not as classic cron. `@daily`, `@every 2h` and the like work. UTC unless the server is set up
    otherwise.
    """
