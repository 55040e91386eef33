# SPDX-License-Identifier: Apache-2.0
"""The child process that runs one pipeline. It loads no kfp: only the processes of Python components do."""
