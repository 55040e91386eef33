# SPDX-License-Identifier: Apache-2.0
"""Creation of pipelines and versions from a URL: what is asked is checked as on a cluster; nothing is fetched."""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import Any, NoReturn
from urllib.parse import urlsplit

from kfp_server_api.server.errors import UNIMPLEMENTED, RequestError, doing, failing, invalid
from kfp_server_api.server.resources.call import Call, Handler
from kfp_server_api.server.resources.pipelines import check_names, names

_HOSTS = frozenset({"storage.googleapis.com", "s3.amazonaws.com", "github.com", "raw.githubusercontent.com"})
_URI = re.compile(r"(?:[a-zA-Z][a-zA-Z0-9+.-]*:|/)[^\x00-\x1f\x7f]*\Z")


def create_pipeline(call: Call) -> NoReturn:
    """Refuse to make a pipeline with a version from a URL."""
    body = call.arguments["body"]
    url = ((body.get("pipeline_version") or {}).get("package_url") or {}).get("pipeline_url", "")
    with doing("Failed to create a pipeline due to pipeline conversion error"):
        _check_names(body.get("pipeline") or {}, "Pipeline", 128)
    with doing("Failed to create a pipeline"):
        if not _is_uri(url):
            raise invalid(f"invalid pipeline spec URL: {url}")
        _refuse(url)


def create_version(call: Call) -> NoReturn:
    """Refuse to make a version from a URL."""
    body, refused = call.arguments["pipeline_version"], "Failed to create a pipeline version"
    if "package_url" not in body:
        raise invalid(f"{refused}. Package URL is nil")
    url = body["package_url"].get("pipeline_url", "")
    if not url:
        raise invalid(f"{refused}. Package URL is empty")
    if not call.arguments["pipeline_id"] or not body.get("pipeline_id"):
        raise invalid(f"{refused}. Parent pipeline id is empty")
    with doing(f"{refused} due to conversion error"):
        _check_names(body, "PipelineVersion", 127)
    with doing(f"{refused}. Check error stack"):
        if not names(body)[0]:
            raise invalid("name is required")
        if not _is_uri(url):
            uri = f"{refused} due to invalid pipeline spec URI. PipelineSpecURI: {url}"
            raise invalid(f"{uri}. Please specify a valid URL")
        _refuse(url)


def _check_names(body: dict[str, Any], word: str, limit: int) -> None:
    thing = {"Pipeline": "pipeline", "PipelineVersion": "pipeline version"}[word]
    with failing(f"Failed to convert API {thing} to model {thing}"):
        check_names(body, word, limit)


def _is_uri(url: str) -> bool:
    """Tell whether a text can stand in a request as a URI: absolute, or a path."""
    if not _URI.match(url):
        return False
    try:
        parts = urlsplit(url)
        return " " not in parts.netloc and (parts.port or 0) >= 0
    except ValueError:
        return False


def _refuse(url: str) -> NoReturn:
    if not _is_allowed(url):
        raise invalid("Pipeline URL validation failed")
    raise RequestError(UNIMPLEMENTED, "The local server fetches no pipelines: download the file and upload it")


def _is_allowed(url: str) -> bool:
    """Tell whether a cluster would fetch a URL: https, of a known host, and not from a private network."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme != "https" or parts.port not in (None, 443) or host not in _HOSTS:
        return False
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return all(ipaddress.ip_address(address[4][0]).is_global for address in found)


HANDLERS: dict[str, Handler] = {
    "pipeline_service_create_pipeline_and_version": create_pipeline,
    "pipeline_service_create_pipeline_version": create_version,
}
