# SPDX-License-Identifier: Apache-2.0
"""The one place that names the release."""

__version__ = "2.17.3.post2"
API_VERSION = "2.17.3"
