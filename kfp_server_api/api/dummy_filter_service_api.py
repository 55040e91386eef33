# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kfp_server_api._operation import Operation
from kfp_server_api._service import Service, with_http_info

if TYPE_CHECKING:
    from kfp_server_api.models.v2beta1_filter import V2beta1Filter


class DummyFilterServiceApi(Service):
    """A placeholder that no server serves. It keeps `V2beta1Filter`, which the list operations take as JSON
    text, in the API description.
    """

    _get_filter = Operation(
        "dummy_filter_service_get_filter", "GET", "/apis/v2beta1/filters",
        returns="V2beta1Filter", idempotent=True, short_name="get_filter", since="2.17.0", served=False,
    )

    def dummy_filter_service_get_filter(self, **options: Any) -> V2beta1Filter:
        """Get a filter message; no server answers this.

        The route stands in the API description only, so that the filter types are part of it. Filters are
        made by the caller and given to the list operations as JSON text. Since 2.17.0.

        Raises:
            NotFoundError: Always; no v2beta1 server has this route.
        """
        return self._call(self._get_filter, (), options)

    dummy_filter_service_get_filter_with_http_info = with_http_info(dummy_filter_service_get_filter)
    get_filter = dummy_filter_service_get_filter
    get_filter_with_http_info = dummy_filter_service_get_filter_with_http_info
