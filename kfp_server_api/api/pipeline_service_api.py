# Generated from spec/kfp.yaml by `python -m generator`; SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kfp_server_api._operation import ListField, Operation, Paging, Param
from kfp_server_api._service import Service, renamed, with_http_info

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kfp_server_api.filters import Filter, Order
    from kfp_server_api.models.inline_object import InlineObject
    from kfp_server_api.models.inline_object1 import InlineObject1
    from kfp_server_api.models.v2beta1_create_pipeline_and_version_request import V2beta1CreatePipelineAndVersionRequest
    from kfp_server_api.models.v2beta1_filter import V2beta1Filter
    from kfp_server_api.models.v2beta1_list_pipeline_versions_response import V2beta1ListPipelineVersionsResponse
    from kfp_server_api.models.v2beta1_list_pipelines_response import V2beta1ListPipelinesResponse
    from kfp_server_api.models.v2beta1_pipeline import V2beta1Pipeline
    from kfp_server_api.models.v2beta1_pipeline_version import V2beta1PipelineVersion


class PipelineServiceApi(Service):
    """Pipelines and their versions: read, rename, tag, delete, and create from a URL. To create one from a local
    file use `PipelineUploadServiceApi`.
    """

    _create_pipeline = Operation(
        "pipeline_service_create_pipeline", "POST", "/apis/v2beta1/pipelines",
        (Param("pipeline", "body", "V2beta1Pipeline", True, earlier_names=("body",)),),
        returns="V2beta1Pipeline", short_name="create_pipeline",
    )

    @renamed(body="pipeline")
    def pipeline_service_create_pipeline(
        self, pipeline: V2beta1Pipeline | Mapping[str, Any], **options: Any
    ) -> V2beta1Pipeline:
        """Create a pipeline without any version.

        A run needs a version: add one with `pipeline_service_create_pipeline_version` or by upload. The
        server sets ID and creation time.

        Args:
            pipeline: The pipeline; name or display_name is required. description, namespace and tags are
                optional, all else is ignored.

        Raises:
            BadRequestError: No name and no display_name, bad tags, or a field that the server does not know.
            ConflictError: The name is taken in this namespace.
            ServerError: name is over 128 bytes or namespace over 63, on clusters since 2.15.0.
        """
        return self._call(self._create_pipeline, (pipeline,), options)

    pipeline_service_create_pipeline_with_http_info = with_http_info(pipeline_service_create_pipeline)
    create_pipeline = pipeline_service_create_pipeline
    create_pipeline_with_http_info = pipeline_service_create_pipeline_with_http_info

    _list_pipelines = Operation(
        "pipeline_service_list_pipelines", "GET", "/apis/v2beta1/pipelines",
        (
            Param("namespace", "query", "str"), Param("page_token", "query", "str"),
            Param("page_size", "query", "int"), Param("sort_by", "query", "str"),
            Param("filter", "query", "str", json=True),
        ),
        returns="V2beta1ListPipelinesResponse", idempotent=True, short_name="list_pipelines",
        paging=Paging(
            token="page_token", size="page_size", sort="sort_by", filter="filter", next="next_page_token",
            items="pipelines", resend=("namespace",),
        ),
        fields=(
            ListField("pipeline_id", "str", aliases=("id",)), ListField("name", "str"),
            ListField("display_name", "str"), ListField("created_at", "datetime"),
            ListField("description", "str"), ListField("namespace", "str"),
            ListField("tags.", "str", only="filter", operations=("EQUALS",), since="2.17.0"),
        ),
    )

    def pipeline_service_list_pipelines(
        self, *, namespace: str | None = None, page_token: str | None = None, page_size: int | None = None,
        sort_by: str | Order | None = None,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = None, **options: Any
    ) -> V2beta1ListPipelinesResponse:
        """List pipelines, oldest first unless sorted.

        Many installations load sample pipelines at start, so a new server's list may not be empty. With the
        Kubernetes pipeline store only EQUALS, NOT_EQUALS, IN and IS_SUBSTRING filters work.

        Args:
            namespace: Namespace whose pipelines to list. Empty means the shared pipelines on a multi-user
                server; single-user servers ignore it.
            page_token: `next_page_token` of the previous page, unchanged; absent for the first page. It
                remembers sort_by and filter, so leave them out; send namespace again. `pagination.paginate`
                reads all pages.
            page_size: Rows per page. Absent or 0 means 20, more than 200 means 200, a negative number is a
                400. May differ from page to page.
            sort_by: `field`, `field asc` or `field desc`; a single field. Default `created_at asc`, oldest
                first; ties go by id. Fields: pipeline_id (or id), name, display_name, created_at,
                description, namespace.
            filter: JSON text of a `V2beta1Filter`, e.g. `{"predicates": [{"operation": "EQUALS", "key":
                "display_name", "string_value": "x"}]}`. Clusters URL-decode the text a second time, so encode
                a literal `+` or `%` in a value once yourself. Keys are the fields of sort_by, and `tags.KEY`
                with EQUALS (since 2.17.0; no page token remembers it, so send it again). `filters.field`
                makes conditions that are checked.

        Raises:
            BadRequestError: Bad page_size, page_token, sort_by or filter.
        """
        return self._call(self._list_pipelines, (namespace, page_token, page_size, sort_by, filter), options)

    pipeline_service_list_pipelines_with_http_info = with_http_info(pipeline_service_list_pipelines)
    list_pipelines = pipeline_service_list_pipelines
    list_pipelines_with_http_info = pipeline_service_list_pipelines_with_http_info

    _create_pipeline_and_version = Operation(
        "pipeline_service_create_pipeline_and_version", "POST", "/apis/v2beta1/pipelines/create",
        (Param("body", "body", "V2beta1CreatePipelineAndVersionRequest", True),),
        returns="V2beta1Pipeline", short_name="create_pipeline_and_version",
    )

    def pipeline_service_create_pipeline_and_version(
        self, body: V2beta1CreatePipelineAndVersionRequest | Mapping[str, Any], **options: Any
    ) -> V2beta1Pipeline:
        """Create a pipeline and its first version from a URL.

        Both or neither are stored. The version takes the pipeline's name, display_name and description. Since
        2.17.0 the URL must be https, on the default port and on a host that the server allows (Google and S3
        storage, GitHub, and what its administrator added). To send a file of your own, upload it.

        Args:
            body: The pipeline, and a version of which only `package_url` and `tags` are read. Without a name
                the last part of the URL is the name.

        Raises:
            BadRequestError: A missing name, a URL refused or not found, more than 32 MiB, not a pipeline, or
                bad tags.
            ConflictError: The name is taken in this namespace.
            ServerError: The server could not reach the URL, or a name is too long.
        """
        return self._call(self._create_pipeline_and_version, (body,), options)

    pipeline_service_create_pipeline_and_version_with_http_info = with_http_info(
        pipeline_service_create_pipeline_and_version
    )
    create_pipeline_and_version = pipeline_service_create_pipeline_and_version
    create_pipeline_and_version_with_http_info = pipeline_service_create_pipeline_and_version_with_http_info

    _create_pipeline_version = Operation(
        "pipeline_service_create_pipeline_version", "POST", "/apis/v2beta1/pipelines/{pipeline_id}/versions",
        (
            Param("pipeline_id", "path", "str", True),
            Param("pipeline_version", "body", "V2beta1PipelineVersion", True, earlier_names=("body",)),
        ),
        returns="V2beta1PipelineVersion", short_name="create_pipeline_version",
    )

    @renamed(body="pipeline_version")
    def pipeline_service_create_pipeline_version(
        self, pipeline_id: str, pipeline_version: V2beta1PipelineVersion | Mapping[str, Any], **options: Any
    ) -> V2beta1PipelineVersion:
        """Add a version to a pipeline from a URL.

        The newest version is the one that runs use which name only the pipeline. Since 2.17.0 the URL must be
        https, on the default port and on a host that the server allows (Google and S3 storage, GitHub, and
        what its administrator added). To send a file of your own, use `upload_pipeline_version`.

        Args:
            pipeline_id: `pipeline_id` of the pipeline, a UUID. The one in the path is the one used.
            pipeline_version: The version; `package_url`, name or display_name, and once more `pipeline_id`
                are required.

        Raises:
            BadRequestError: A missing name, a URL refused or not found, more than 32 MiB, not a pipeline, or
                bad tags.
            NotFoundError: No such pipeline, on multi-user and local servers.
            ConflictError: The pipeline already has a version of this name.
            ServerError: No such pipeline on single-user clusters, a URL out of reach, or a name over 127
                bytes.
        """
        return self._call(self._create_pipeline_version, (pipeline_id, pipeline_version), options)

    pipeline_service_create_pipeline_version_with_http_info = with_http_info(
        pipeline_service_create_pipeline_version
    )
    create_pipeline_version = pipeline_service_create_pipeline_version
    create_pipeline_version_with_http_info = pipeline_service_create_pipeline_version_with_http_info

    _list_pipeline_versions = Operation(
        "pipeline_service_list_pipeline_versions", "GET", "/apis/v2beta1/pipelines/{pipeline_id}/versions",
        (
            Param("pipeline_id", "path", "str", True), Param("page_token", "query", "str"),
            Param("page_size", "query", "int"), Param("sort_by", "query", "str"),
            Param("filter", "query", "str", json=True),
        ),
        returns="V2beta1ListPipelineVersionsResponse", idempotent=True, short_name="list_pipeline_versions",
        paging=Paging(
            token="page_token", size="page_size", sort="sort_by", filter="filter", next="next_page_token",
            items="pipeline_versions", resend=("pipeline_id",),
        ),
        fields=(
            ListField("pipeline_version_id", "str", aliases=("id",)), ListField("name", "str"),
            ListField("display_name", "str"), ListField("created_at", "datetime"), ListField("status", "str"),
            ListField("description", "str"), ListField("pipeline_spec", "str"),
            ListField("tags.", "str", only="filter", operations=("EQUALS",), since="2.17.0"),
        ),
    )

    def pipeline_service_list_pipeline_versions(
        self, pipeline_id: str, *, page_token: str | None = None, page_size: int | None = None,
        sort_by: str | Order | None = None,
        filter: str | V2beta1Filter | Filter | Mapping[str, Any] | None = None, **options: Any
    ) -> V2beta1ListPipelineVersionsResponse:
        """List the versions of a pipeline, oldest first unless sorted.

        Every item carries its whole pipeline_spec and no option leaves it out, so choose a small page_size
        where specs are large. The newest version alone is `sort_by="created_at desc"` with `page_size=1`.

        Args:
            pipeline_id: `pipeline_id` of the pipeline, a UUID.
            page_token: `next_page_token` of the previous page, unchanged; absent for the first page. It
                remembers sort_by and filter, so leave them out; send pipeline_id again. `pagination.paginate`
                reads all pages.
            page_size: Rows per page. Absent or 0 means 20, more than 200 means 200, a negative number is a
                400. May differ from page to page.
            sort_by: `field`, `field asc` or `field desc`; a single field. Default `created_at asc`, oldest
                first; ties go by id. Fields: pipeline_version_id (or id), name, display_name, created_at,
                status, description, pipeline_spec.
            filter: JSON text of a `V2beta1Filter`, e.g. `{"predicates": [{"operation": "EQUALS", "key":
                "display_name", "string_value": "x"}]}`. Clusters URL-decode the text a second time, so encode
                a literal `+` or `%` in a value once yourself. Keys are the fields of sort_by, and `tags.KEY`
                with EQUALS (since 2.17.0; no page token remembers it, so send it again). `filters.field`
                makes conditions that are checked.

        Raises:
            BadRequestError: Bad page_size, page_token, sort_by or filter.
            NotFoundError: No such pipeline.
        """
        return self._call(
            self._list_pipeline_versions,
            (
                pipeline_id, page_token, page_size, sort_by, filter,
            ),
            options,
        )

    pipeline_service_list_pipeline_versions_with_http_info = with_http_info(
        pipeline_service_list_pipeline_versions
    )
    list_pipeline_versions = pipeline_service_list_pipeline_versions
    list_pipeline_versions_with_http_info = pipeline_service_list_pipeline_versions_with_http_info

    _delete_pipeline = Operation(
        "pipeline_service_delete_pipeline", "DELETE", "/apis/v2beta1/pipelines/{pipeline_id}",
        (Param("pipeline_id", "path", "str", True), Param("cascade", "query", "bool", since="2.14.0")),
        idempotent=True, short_name="delete_pipeline",
    )

    def pipeline_service_delete_pipeline(
        self, pipeline_id: str, *, cascade: bool | None = None, **options: Any
    ) -> Any:
        """Delete a pipeline, and its versions if asked to.

        Runs and recurring runs made from it stay readable and keep its IDs; a recurring run that needs it
        fails from then on. Before 2.14.0 each version had to be deleted first.

        Args:
            pipeline_id: `pipeline_id` of the pipeline, a UUID.
            cascade: True deletes all its versions first; otherwise a pipeline that has versions is refused
                with 400. Since 2.14.0.

        Raises:
            BadRequestError: It still has versions and cascade is not true.
            NotFoundError: No such pipeline.
        """
        return self._call(self._delete_pipeline, (pipeline_id, cascade), options)

    pipeline_service_delete_pipeline_with_http_info = with_http_info(pipeline_service_delete_pipeline)
    delete_pipeline = pipeline_service_delete_pipeline
    delete_pipeline_with_http_info = pipeline_service_delete_pipeline_with_http_info

    _get_pipeline = Operation(
        "pipeline_service_get_pipeline", "GET", "/apis/v2beta1/pipelines/{pipeline_id}",
        (Param("pipeline_id", "path", "str", True),),
        returns="V2beta1Pipeline", idempotent=True, short_name="get_pipeline",
    )

    def pipeline_service_get_pipeline(
        self, pipeline_id: str, **options: Any
    ) -> V2beta1Pipeline:
        """Get a pipeline by its ID.

        The reply holds no spec and no versions; list the versions for those.

        Args:
            pipeline_id: `pipeline_id` of the pipeline, a UUID.

        Raises:
            NotFoundError: No such pipeline.
        """
        return self._call(self._get_pipeline, (pipeline_id,), options)

    pipeline_service_get_pipeline_with_http_info = with_http_info(pipeline_service_get_pipeline)
    get_pipeline = pipeline_service_get_pipeline
    get_pipeline_with_http_info = pipeline_service_get_pipeline_with_http_info

    _update_pipeline = Operation(
        "pipeline_service_update_pipeline", "PATCH", "/apis/v2beta1/pipelines/{pipeline.pipeline_id}",
        (
            Param("pipeline_pipeline_id", "path", "str", True, wire="pipeline.pipeline_id"),
            Param("pipeline", "body", "InlineObject", True),
        ),
        returns="V2beta1Pipeline", idempotent=True, short_name="update_pipeline", since="2.17.0",
    )

    def pipeline_service_update_pipeline(
        self, pipeline_pipeline_id: str, pipeline: InlineObject | Mapping[str, Any], **options: Any
    ) -> V2beta1Pipeline:
        """Change the display name or the tags of a pipeline.

        Only display_name and tags are applied, other fields are ignored. An absent or empty display_name and
        absent tags change nothing; tags that are sent replace the whole set, and `{}` clears it. The name
        never changes. Since 2.17.0.

        Args:
            pipeline_pipeline_id: `pipeline_id` of the pipeline, a UUID.
            pipeline: The new display_name, the new tags, or both.

        Raises:
            BadRequestError: Bad tags, or a field that the server does not know.
            NotFoundError: No such pipeline.
            ServerError: The server is older than 2.17.0; before 2.14.0 the status is 405.
        """
        return self._call(self._update_pipeline, (pipeline_pipeline_id, pipeline), options)

    pipeline_service_update_pipeline_with_http_info = with_http_info(pipeline_service_update_pipeline)
    update_pipeline = pipeline_service_update_pipeline
    update_pipeline_with_http_info = pipeline_service_update_pipeline_with_http_info

    _delete_pipeline_version = Operation(
        "pipeline_service_delete_pipeline_version", "DELETE",
        "/apis/v2beta1/pipelines/{pipeline_id}/versions/{pipeline_version_id}",
        (Param("pipeline_id", "path", "str", True), Param("pipeline_version_id", "path", "str", True)),
        idempotent=True, short_name="delete_pipeline_version",
    )

    def pipeline_service_delete_pipeline_version(
        self, pipeline_id: str, pipeline_version_id: str, **options: Any
    ) -> Any:
        """Delete one version of a pipeline.

        Runs made from it stay and keep its ID; starting another run from it fails. The pipeline stays, even
        without any version.

        Args:
            pipeline_id: `pipeline_id` of the pipeline that has the version. Clusters do not check that it
                really is the parent.
            pipeline_version_id: `pipeline_version_id` of the version, a UUID. The server looks the version up
                by this ID alone.

        Raises:
            NotFoundError: No such version.
        """
        return self._call(self._delete_pipeline_version, (pipeline_id, pipeline_version_id), options)

    pipeline_service_delete_pipeline_version_with_http_info = with_http_info(
        pipeline_service_delete_pipeline_version
    )
    delete_pipeline_version = pipeline_service_delete_pipeline_version
    delete_pipeline_version_with_http_info = pipeline_service_delete_pipeline_version_with_http_info

    _get_pipeline_version = Operation(
        "pipeline_service_get_pipeline_version", "GET",
        "/apis/v2beta1/pipelines/{pipeline_id}/versions/{pipeline_version_id}",
        (Param("pipeline_id", "path", "str", True), Param("pipeline_version_id", "path", "str", True)),
        returns="V2beta1PipelineVersion", idempotent=True, short_name="get_pipeline_version",
    )

    def pipeline_service_get_pipeline_version(
        self, pipeline_id: str, pipeline_version_id: str, **options: Any
    ) -> V2beta1PipelineVersion:
        """Get one version of a pipeline, with its spec.

        If the stored spec cannot be read the reply is still a 200 and holds only the version's ID and
        `error`.

        Args:
            pipeline_id: `pipeline_id` of the pipeline that has the version. Clusters do not check that it
                really is the parent.
            pipeline_version_id: `pipeline_version_id` of the version, a UUID. The server looks the version up
                by this ID alone.

        Raises:
            NotFoundError: No such version.
        """
        return self._call(self._get_pipeline_version, (pipeline_id, pipeline_version_id), options)

    pipeline_service_get_pipeline_version_with_http_info = with_http_info(
        pipeline_service_get_pipeline_version
    )
    get_pipeline_version = pipeline_service_get_pipeline_version
    get_pipeline_version_with_http_info = pipeline_service_get_pipeline_version_with_http_info

    _update_pipeline_version = Operation(
        "pipeline_service_update_pipeline_version", "PATCH",
        "/apis/v2beta1/pipelines/{pipeline_version.pipeline_id}/versions/{pipeline_version.pipeline_version_id}",
        (
            Param("pipeline_version_pipeline_id", "path", "str", True, wire="pipeline_version.pipeline_id"),
            Param("pipeline_version_pipeline_version_id", "path", "str", True,
            wire="pipeline_version.pipeline_version_id"),
            Param("pipeline_version", "body", "InlineObject1", True),
        ),
        returns="V2beta1PipelineVersion", idempotent=True, short_name="update_pipeline_version",
        since="2.17.0",
    )

    def pipeline_service_update_pipeline_version(
        self, pipeline_version_pipeline_id: str, pipeline_version_pipeline_version_id: str,
        pipeline_version: InlineObject1 | Mapping[str, Any], **options: Any
    ) -> V2beta1PipelineVersion:
        """Change the display name or the tags of a pipeline version.

        Only display_name and tags are applied, other fields are ignored. An absent or empty display_name and
        absent tags change nothing; tags that are sent replace the whole set, and `{}` clears it. Name and
        spec never change. Since 2.17.0.

        Args:
            pipeline_version_pipeline_id: `pipeline_id` of the pipeline that has the version. Clusters do not
                check that it really is the parent.
            pipeline_version_pipeline_version_id: `pipeline_version_id` of the version, a UUID. The server
                looks the version up by this ID alone.
            pipeline_version: The new display_name, the new tags, or both.

        Raises:
            BadRequestError: Bad tags, or a field that the server does not know.
            NotFoundError: No such version.
            ServerError: The server is older than 2.17.0; before 2.14.0 the status is 405.
        """
        return self._call(
            self._update_pipeline_version,
            (
                pipeline_version_pipeline_id, pipeline_version_pipeline_version_id, pipeline_version,
            ),
            options,
        )

    pipeline_service_update_pipeline_version_with_http_info = with_http_info(
        pipeline_service_update_pipeline_version
    )
    update_pipeline_version = pipeline_service_update_pipeline_version
    update_pipeline_version_with_http_info = pipeline_service_update_pipeline_version_with_http_info

    _get_pipeline_by_name = Operation(
        "pipeline_service_get_pipeline_by_name", "GET", "/apis/v2beta1/pipelines/names/{name}",
        (Param("name", "path", "str", True), Param("namespace", "query", "str")),
        returns="V2beta1Pipeline", idempotent=True, short_name="get_pipeline_by_name",
    )

    def pipeline_service_get_pipeline_by_name(
        self, name: str, *, namespace: str | None = None, **options: Any
    ) -> V2beta1Pipeline:
        """Get a pipeline by its name.

        Compares with `name`, not with `display_name`. A name that holds a slash cannot be reached; use a list
        with a filter for such a name and on 2.0.x servers, where this lookup is broken.

        Args:
            name: Exact `name` of the pipeline; before 2.14.0 that is its display_name.
            namespace: Namespace to look in. Empty means the shared pipelines on a multi-user server;
                single-user servers ignore it.

        Raises:
            NotFoundError: No pipeline of this name in the namespace.
            ServerError: Always on 2.0.x servers.
        """
        return self._call(self._get_pipeline_by_name, (name, namespace), options)

    pipeline_service_get_pipeline_by_name_with_http_info = with_http_info(
        pipeline_service_get_pipeline_by_name
    )
    get_pipeline_by_name = pipeline_service_get_pipeline_by_name
    get_pipeline_by_name_with_http_info = pipeline_service_get_pipeline_by_name_with_http_info
