# SPDX-License-Identifier: Apache-2.0
"""Writes the client's generated code and reference docs from `spec/kfp.yaml`."""
