# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._model import Model


class V2beta1PipelineTaskExecutorDetail(Model):
    """Kubernetes pods that worked on a task. Servers do not fill it at present."""

    main_job: str | None = None
    """Pod that ran the component."""
    pre_caching_check_job: str | None = None
    """Pod that looked for a cached result beforehand."""
    failed_main_jobs: list[str] | None = None
    """Pods of earlier, failed tries to run the component."""
    failed_pre_caching_check_jobs: list[str] | None = None
    """Pods of earlier, failed tries to look for a cached result."""
