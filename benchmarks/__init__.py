# SPDX-License-Identifier: Apache-2.0
"""Measure the client beside upstream's and beside the floor; `python -m benchmarks` prints the table."""
