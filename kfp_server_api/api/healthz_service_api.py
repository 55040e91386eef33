# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kfp_server_api._operation import Operation
from kfp_server_api._service import Service, with_http_info

if TYPE_CHECKING:
    from kfp_server_api.models.v2beta1_get_healthz_response import V2beta1GetHealthzResponse


class HealthzServiceApi(Service):
    """Whether the server is up and which mode it runs in. The only service that asks for no identity."""

    _get_healthz = Operation(
        "healthz_service_get_healthz", "GET", "/apis/v2beta1/healthz",
        returns="V2beta1GetHealthzResponse", idempotent=True, short_name="get_healthz",
    )

    def healthz_service_get_healthz(self, **options: Any) -> V2beta1GetHealthzResponse:
        """Ask whether the server is up and in which mode.

        Needs no identity, so it also tells an unreachable server from a refused token. The reply also has
        `commit_sha` and `tag_name`, often `unknown`, which are not part of the schema.
        """
        return self._call(self._get_healthz, (), options)

    healthz_service_get_healthz_with_http_info = with_http_info(healthz_service_get_healthz)
    get_healthz = healthz_service_get_healthz
    get_healthz_with_http_info = healthz_service_get_healthz_with_http_info
