# SPDX-License-Identifier: Apache-2.0
"""Snapshots of a project, and of projects in a bad state."""

from __future__ import annotations

import json
import shutil

import pytest

from kfp_server_api import ApiValueError, ServerError
from kfp_server_api import kedro as module
from kfp_server_api.kedro import KedroError, KedroRunError

SCHEMAS = [
    "DatasetSnapshot", "ErrorDetail", "HealthResponse", "NodeSnapshot", "NodeSourceSnapshot", "PipelineSnapshot",
    "ProjectMetadataSnapshot", "RunFailure", "RunSuccess", "SnapshotFailure", "SnapshotSuccess",
]  # fmt: skip


@pytest.fixture(scope="session")
def schemas(kedro):
    described = kedro.api_client.call_api("/openapi.json", "GET", response_type="object", _return_http_data_only=True)
    return described["components"]["schemas"]


@pytest.fixture(scope="session")
def snapshot(kedro):
    return kedro.snapshot()


@pytest.mark.parametrize("name", SCHEMAS)
def test_model_has_the_fields_of_the_servers_schema(kedro, schemas, name):
    if kedro.health().kedro_version < "1.6" and name in ("NodeSnapshot", "NodeSourceSnapshot"):
        pytest.skip("Kedro 1.5 tells less of nodes")
    assert sorted(getattr(module, name).attribute_map.values()) == sorted(schemas[name]["properties"])


def test_request_has_the_fields_of_the_servers_schema(schemas):
    assert sorted(module.RunRequest.__annotations__) == sorted(schemas["RunRequest"]["properties"])


def test_no_schema_of_the_server_is_left_out(schemas):
    assert {*schemas} - {*SCHEMAS} == {"RunRequest", "HTTPValidationError", "ValidationError"}


def test_health_tells_the_installed_kedro(kedro):
    from importlib.metadata import version

    health = kedro.health()
    assert (health.status, health.kedro_version) == ("healthy", version("kedro"))


def test_metadata_is_the_projects(snapshot):
    assert snapshot.metadata.to_dict() == {
        "project_name": "Harbour",
        "package_name": "harbour",
        "kedro_version": "1.7.0",
    }


def test_pipelines_have_names_inputs_and_outputs(snapshot):
    pipelines = {each.name: each for each in snapshot.pipelines}
    assert {*pipelines} >= {"__default__", "daily", "echo", "yard", "slow", "sinks"}
    assert pipelines["daily"].inputs == ["params:count", "params:first", "params:title"]
    assert pipelines["daily"].outputs == ["report"]


def test_node_has_its_tags_and_datasets(snapshot):
    daily = next(each for each in snapshot.pipelines if each.name == "daily")
    node = next(each for each in daily.nodes if each.name == "weigh")
    assert (node.tags, node.inputs, node.outputs) == (["intake", "scales"], ["ships"], ["weights"])
    assert node.namespace is None


def test_node_tells_its_function_and_where_it_stands(kedro, snapshot):
    node = snapshot.pipelines[0].nodes[0]
    if kedro.health().kedro_version < "1.6":
        assert (node.func_name, node.source) == (None, None)
    else:
        assert (node.func_name, node.source.filepath) == ("list_ships", "src/harbour/nodes.py")
        assert 0 < node.source.line_start < node.source.line_end


def test_node_of_a_lambda_has_a_namespace_and_no_source(snapshot):
    yard = next(each for each in snapshot.pipelines if each.name == "yard")
    assert (yard.nodes[0].name, yard.nodes[0].namespace, yard.nodes[0].source) == ("yard.rest", "yard", None)


def test_datasets_stand_by_name(snapshot):
    assert snapshot.datasets["ships"].to_dict() == {
        "name": "ships",
        "type": "harbour.storage.JsonFile",
        "filepath": "data/ships.json",
    }


def test_parameters_are_names(snapshot):
    assert snapshot.parameters == ["berth", "count", "first", "seconds", "title"]


@pytest.mark.parametrize(
    ("params", "filepath"),
    [
        ("place=here", "data/here.json"),
        ({"place": "here"}, "data/here.json"),
        ({"place": "007"}, "data/007.json"),
        ({"place": "true"}, "data/true.json"),
        ({"place": "two words"}, "data/two words.json"),
        ({"place": 'quay "4"'}, 'data/quay "4".json'),
        ({"place": 12}, "data/12.json"),
        ({"other": {"place": 1}}, "data/echoed.json"),
        (None, "data/echoed.json"),
        ({}, "data/echoed.json"),
    ],
)
def test_params_are_what_the_catalog_is_read_with(with_places, params, filepath):
    if params and with_places.health().kedro_version < "1.7":
        filepath = "data/echoed.json"
    assert with_places.snapshot(params).datasets["echoed"].filepath == filepath


def test_params_text_that_is_wrong_is_an_error_of_kedro(kedro):
    if kedro.health().kedro_version < "1.7":
        pytest.skip("older servers ignore it")
    with pytest.raises(KedroError, match="oops") as caught:
        kedro.snapshot("oops")
    assert (caught.value.status, caught.value.error_type) == (200, "ValueError")
    assert not isinstance(caught.value, KedroRunError)


@pytest.mark.parametrize(
    ("params", "path"),
    [
        ({"a": "x,y"}, "['a']"),
        ({"a": {"b": "x,y"}}, "['a']['b']"),
        ({"a": [1, 2]}, "['a']"),
        ({"a,b": 1}, "['a,b']"),
        ({"a=b": 1}, "['a=b']"),
        ({"": 1}, "['']"),
        ({"a": float("nan")}, "['a']"),
    ],
)
def test_params_that_the_text_cannot_hold_are_refused_before_the_network(params, path):
    unreachable = module.KedroServer()
    unreachable.api_client.configuration.host = "http://127.0.0.1:9"
    with pytest.raises(ApiValueError) as caught:
        unreachable.snapshot(params)
    assert str(caught.value).endswith(f" at {path}")


def _registry_raises(project):
    (project / "src/harbour/pipeline_registry.py").write_text("raise OSError('no registry')\n")


def _registry_is_missing(project):
    (project / "src/harbour/pipeline_registry.py").unlink()


def _catalog_names_an_unknown_class(project):
    catalog = project / "conf/base/catalog.yml"
    catalog.write_text(catalog.read_text().replace("harbour.storage.JsonFile", "nosuch.Dataset"))


def _catalog_is_no_yaml(project):
    (project / "conf/base/catalog.yml").write_text("a: [1\n")


def _catalog_is_missing(project):
    (project / "conf/base/catalog.yml").unlink()


def _base_is_missing(project):
    shutil.rmtree(project / "conf/base")


def _local_is_missing(project):
    shutil.rmtree(project / "conf/local")


@pytest.mark.parametrize(
    ("change", "snapshot_error", "run_error"),
    [
        (_registry_raises, "OSError", "OSError"),
        (_registry_is_missing, "", "ModuleNotFoundError"),
        (_catalog_names_an_unknown_class, None, "DatasetError"),
        (_catalog_is_no_yaml, "ParserError", "ParserError"),
        (_catalog_is_missing, None, "MissingConfigException"),
        (_base_is_missing, None, "MissingConfigException"),
        (_local_is_missing, None, "MissingConfigException"),
    ],
)
def test_project_in_a_bad_state(start, change, snapshot_error, run_error):
    kedro = start(change).client
    assert kedro.health().status == "healthy"
    if snapshot_error is None:
        assert kedro.snapshot().metadata.package_name == "harbour"
    else:
        with pytest.raises(KedroError) as caught:
            kedro.snapshot()
        assert snapshot_error in caught.value.error_type
    # Kedro 1.6 and later make the session, and with it read the registry, where nothing catches errors.
    unread = change in (_registry_raises, _registry_is_missing) and kedro.health().kedro_version >= "1.6"
    with pytest.raises(ServerError if unread else KedroRunError) as caught:
        kedro.run()
    assert getattr(caught.value, "error_type", run_error) == run_error


def test_unknown_keys_of_a_reply_are_kept(kedro):
    data = {"status": "success", "run_id": "r", "duration_ms": 1.5, "queue": 7}
    model = module.RunSuccess._from_reply(json.loads(json.dumps(data)))
    assert (model.run_id, model.additional_fields) == ("r", {"queue": 7})
