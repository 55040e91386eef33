# SPDX-License-Identifier: Apache-2.0
"""The child process that runs one pipeline; the only folder with kfp."""
