# SPDX-License-Identifier: Apache-2.0
"""Alembic's scripts: one file in `versions/` for each change of the tables since release 2.17.3.post1.

A new one: change `tables.py`, write the next file with `revision` and `down_revision`, and raise `HEAD` in `schema.py`.
"""
