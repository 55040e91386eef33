# SPDX-License-Identifier: Apache-2.0
"""Compiled pipelines as users send them."""
