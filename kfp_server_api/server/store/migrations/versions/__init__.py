# SPDX-License-Identifier: Apache-2.0
"""The changes of the tables, in the order of their revisions. They import none of the tables of today."""
