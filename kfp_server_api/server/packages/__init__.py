# SPDX-License-Identifier: Apache-2.0
"""Compiled pipelines as users send them."""


class InvalidPipelineError(ValueError):
    """A compiled pipeline, or the parameters of a run of it, that cannot be accepted."""
