# SPDX-License-Identifier: Apache-2.0
"""Compiled pipelines as users send them."""


class InvalidPipelineError(ValueError):
    """A compiled pipeline, or the parameters of a run of it, that cannot be accepted.

    Attributes:
        name: of the error in the API's traces, "" for the usual one.
        cause: what stands behind the text in the API's traces; people are told it, too.
    """

    def __init__(self, text: str, name: str = "", cause: str = "") -> None:
        super().__init__(text)
        self.name = name
        self.cause = cause
