# SPDX-License-Identifier: Apache-2.0
"""The HTTP side: the only folder with starlette."""
