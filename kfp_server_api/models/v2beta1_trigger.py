# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import TYPE_CHECKING

from kfp_server_api._model import Model

if TYPE_CHECKING:
    from kfp_server_api.models.v2beta1_cron_schedule import V2beta1CronSchedule
    from kfp_server_api.models.v2beta1_periodic_schedule import V2beta1PeriodicSchedule


class V2beta1Trigger(Model):
    """When a recurring run starts runs. At most one of cron_schedule and periodic_schedule is set."""

    cron_schedule: V2beta1CronSchedule | None = None
    """Start at times named by a cron expression."""
    periodic_schedule: V2beta1PeriodicSchedule | None = None
    """Start at a fixed interval."""

    _one_of = ("cron_schedule", "periodic_schedule")
