# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from kfp_server_api._enum import Enum


class V2beta1VisualizationType(Enum):
    """Kinds of chart."""

    ROC_CURVE = "ROC_CURVE"
    """ROC curve of a classifier."""
    TFDV = "TFDV"
    """Statistics by TensorFlow Data Validation."""
    TFMA = "TFMA"
    """Model quality by TensorFlow Model Analysis."""
    TABLE = "TABLE"
    """Table of rows."""
    CUSTOM = "CUSTOM"
    """Drawn by code that the caller sends."""
