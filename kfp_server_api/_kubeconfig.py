# SPDX-License-Identifier: Apache-2.0
"""The token of kubeconfig, which the package `kubernetes` reads."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from kfp_server_api._credentials import Credential, Place, Source, bearer, no_credential
from kfp_server_api._redirects import origin


class KubeConfig(Source):
    """The token of kubeconfig's current context, for the cluster that it names and no other server."""

    def _scope(self, place: Place) -> str:
        return origin(place.url)

    def _fetch(self, place: Place, last: Credential | None) -> Credential:
        config = import_module("kubernetes.config")
        settings = import_module("kubernetes.client").Configuration()
        if origin(_cluster_of(config.kube_config)) != origin(place.url):
            return Credential()
        try:
            config.load_kube_config(config_file=kubeconfig(), client_configuration=settings)
        except Exception as cause:  # of a login plugin, too
            raise no_credential(f"{self!r} cannot be read: {type(cause).__name__}") from cause
        token = settings.api_key.get("authorization")
        return bearer(token, repr(self)) if token else Credential()

    def __repr__(self) -> str:
        return "kubeconfig, which is for its own cluster alone,"


def kubeconfig() -> str:
    """Return the paths of kubeconfig, as the environment variable KUBECONFIG writes them."""
    return os.environ.get("KUBECONFIG") or os.path.expanduser("~/.kube/config")


def _cluster_of(kube_config: Any) -> str:
    """Return the URL of the cluster of kubeconfig's current context; "" where none can be found."""
    try:
        merged = kube_config.KubeConfigMerger(kubeconfig()).config
        context = merged["contexts"].get_with_name(merged["current-context"])["context"]
        return str(merged["clusters"].get_with_name(context["cluster"])["cluster"]["server"])
    except Exception:  # of YAML, of the file system, of an entry that is missing
        return ""
