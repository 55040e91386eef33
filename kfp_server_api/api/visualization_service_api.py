# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kfp_server_api._operation import Operation, Param
from kfp_server_api._service import Service, renamed, with_http_info

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kfp_server_api.models.v2beta1_visualization import V2beta1Visualization


class VisualizationServiceApi(Service):
    """HTML charts made by a helper service beside the server. Only the older v1beta1 API serves them, so on
    v2beta1 every call ends in a 404.
    """

    _create_visualization_v1 = Operation(
        "visualization_service_create_visualization_v1", "POST", "/apis/v2beta1/visualizations/{namespace}",
        (
            Param("namespace", "path", "str", True),
            Param("visualization", "body", "V2beta1Visualization", True, earlier_names=("body",)),
        ),
        returns="V2beta1Visualization", short_name="create_visualization_v1", served=False,
    )

    @renamed(body="visualization")
    def visualization_service_create_visualization_v1(
        self, namespace: str, visualization: V2beta1Visualization | Mapping[str, Any], **options: Any
    ) -> V2beta1Visualization:
        """Draw a chart of an artifact as HTML.

        Kept because every release of the client has it. It exists only as
        `/apis/v1beta1/visualizations/{namespace}` and needs the visualization service beside the server.

        Args:
            namespace: Namespace whose visualization service draws.
            visualization: The chart to draw; type, and source for every type but `CUSTOM`, are required.

        Raises:
            NotFoundError: Always; no v2beta1 server has this route.
        """
        return self._call(self._create_visualization_v1, (namespace, visualization), options)

    visualization_service_create_visualization_v1_with_http_info = with_http_info(
        visualization_service_create_visualization_v1
    )
    create_visualization_v1 = visualization_service_create_visualization_v1
    create_visualization_v1_with_http_info = visualization_service_create_visualization_v1_with_http_info
