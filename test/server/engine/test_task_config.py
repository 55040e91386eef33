# SPDX-License-Identifier: Apache-2.0
"""The parts of a `dsl.TaskConfig`."""

from __future__ import annotations

from typing import Any

import pytest

from kfp_server_api.server.engine.outcome import TaskError
from kfp_server_api.server.engine.task_config import node_affinity, quantity, resources, tolerations


@pytest.mark.parametrize(
    ("text", "canonical"),
    [("1", "1"), ("1.0", "1"), ("0.5", "500m"), ("1000m", "1"), ("1500m", "1500m"), ("64G", "64G"), ("0.5G", "500M"),
     ("1024Mi", "1Gi"), ("512Mi", "512Mi"), ("2000", "2k"), ("2e3", "2k"),
     ("1.5e-3", "1500u"), ("250u", "250u"), (".5", "500m"), ("2.", "2")],
)  # fmt: skip
def test_a_quantity_is_written_as_kubernetes_writes_it(text: str, canonical: str) -> None:
    assert quantity(text) == canonical


@pytest.mark.parametrize("text", ["odd", "", "1 G", "2GB", "1.2.3", "{{$.inputs.parameters['cpu']}}"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(TaskError, match="is no quantity that Kubernetes has"):
        quantity(text)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {}),
        ({"cpuLimit": 1.0, "resourceCpuLimit": "1"}, {"limits": {"cpu": "1"}}),
        ({"cpuRequest": 0.5, "memoryLimit": 2.0}, {"limits": {"memory": "2G"}, "requests": {"cpu": "500m"}}),
        (
            {"accelerator": {"type": "nvidia.com/gpu", "count": "2", "resourceType": "nvidia.com/gpu"}},
            {"limits": {"nvidia.com/gpu": "2"}},
        ),
    ],
)
def test_resources_are_limits_and_requests(asked: dict[str, Any], found: dict[str, Any]) -> None:
    assert resources({"resources": asked}) == found


def test_tolerations_are_joined() -> None:
    settings = [
        {"key": "a", "operator": "Exists", "tolerationSeconds": "30"},
        {"tolerationJson": [{"key": "b"}, {"key": "c"}]},
        {"tolerationJson": {"key": "d"}},
        {"tolerationJson": None},
    ]
    assert [each.get("key") for each in tolerations(settings)] == ["a", "b", "c", "d", None]
    assert tolerations(settings)[0] == {"key": "a", "operator": "Exists", "tolerationSeconds": 30}


def test_affinity_with_a_weight_is_preferred() -> None:
    term = {"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}]}
    assert node_affinity([term, {**term, "weight": 5}]) == {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]},
            "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 5, "preference": term}],
        }
    }
    assert node_affinity([{}]) is None
