# SPDX-License-Identifier: Apache-2.0
"""What the client costs beside upstream's and beside the floor; `python -m benchmarks` prints it."""
