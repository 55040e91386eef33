# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
"""API classes, one for each service."""

from __future__ import absolute_import, annotations

from typing import TYPE_CHECKING as _TYPE_CHECKING

if _TYPE_CHECKING:
    from .auth_service_api import AuthServiceApi
    from .dummy_filter_service_api import DummyFilterServiceApi
    from .experiment_service_api import ExperimentServiceApi
    from .healthz_service_api import HealthzServiceApi
    from .pipeline_service_api import PipelineServiceApi
    from .pipeline_upload_service_api import PipelineUploadServiceApi
    from .recurring_run_service_api import RecurringRunServiceApi
    from .report_service_api import ReportServiceApi
    from .run_service_api import RunServiceApi
    from .visualization_service_api import VisualizationServiceApi

__all__ = [
    "AuthServiceApi",
    "DummyFilterServiceApi",
    "ExperimentServiceApi",
    "HealthzServiceApi",
    "PipelineServiceApi",
    "PipelineUploadServiceApi",
    "RecurringRunServiceApi",
    "ReportServiceApi",
    "RunServiceApi",
    "VisualizationServiceApi",
]

_MODULES = {
    "AuthServiceApi": "auth_service_api",
    "DummyFilterServiceApi": "dummy_filter_service_api",
    "ExperimentServiceApi": "experiment_service_api",
    "HealthzServiceApi": "healthz_service_api",
    "PipelineServiceApi": "pipeline_service_api",
    "PipelineUploadServiceApi": "pipeline_upload_service_api",
    "RecurringRunServiceApi": "recurring_run_service_api",
    "ReportServiceApi": "report_service_api",
    "RunServiceApi": "run_service_api",
    "VisualizationServiceApi": "visualization_service_api",
}

if not _TYPE_CHECKING:  # else checkers would take every name

    def __getattr__(name: str) -> object:
        from importlib import import_module

        if name in _MODULES:
            value = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
            return value
        if name in _MODULES.values():
            return import_module(f"{__name__}.{name}")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES, *_MODULES.values()} - {"annotations"})
