# SPDX-License-Identifier: Apache-2.0
"""One file a resource of the API: its rules, its SQL and its handlers."""
