# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._model import Model, field


class V2beta1Visualization(Model):
    """A chart to draw, and the chart drawn."""

    type: str | None = field(default=None, enum="V2beta1VisualizationType")
    """Kind of chart; required. One of `V2beta1VisualizationType`."""
    source: str | None = None
    """Path or URI of the data; required for every type but `CUSTOM`."""
    arguments: str | None = None
    """Options as the text of a JSON object; empty means `{}`, anything but JSON is a 400."""
    html: str | None = None
    """The chart as HTML; set by the server."""
    error: str | None = None
    """The error while drawing; set by the server."""
