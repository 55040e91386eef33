# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

from kfp_server_api._operation import Operation, Param
from kfp_server_api._service import Service, with_http_info


class AuthServiceApi(Service):
    """Permission checks for the web UI's viewers. Only the older v1beta1 API serves them, so on v2beta1 every
    call ends in a 404.
    """

    _authorize = Operation(
        "auth_service_authorize", "GET", "/apis/v2beta1/auth",
        (
            Param("namespace", "query", "str"), Param("resources", "query", "str"),
            Param("verb", "query", "str"),
        ),
        idempotent=True, short_name="authorize", served=False,
    )

    def auth_service_authorize(
        self, *, namespace: str | None = None, resources: str | None = None, verb: str | None = None,
        **options: Any
    ) -> Any:
        """Check whether the caller may use viewers in a namespace.

        Kept because every release of the client has it. The check exists only as `/apis/v1beta1/auth`, where
        a single-user server allows everything.

        Args:
            namespace: Namespace to check in; the v1beta1 route requires it.
            resources: Resource to be used, one of `AuthorizeRequestResources`; the v1beta1 route requires it.
            verb: Action on it, one of `AuthorizeRequestVerb`; the v1beta1 route requires it.

        Raises:
            NotFoundError: Always; no v2beta1 server has this route.
        """
        return self._call(self._authorize, (namespace, resources, verb), options)

    auth_service_authorize_with_http_info = with_http_info(auth_service_authorize)
    authorize = auth_service_authorize
    authorize_with_http_info = auth_service_authorize_with_http_info
