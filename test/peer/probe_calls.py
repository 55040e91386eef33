# SPDX-License-Identifier: Apache-2.0
"""Make calls through the candidate against the recorder; show each outcome and the raw requests."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import candidate
import recorder

import kfp_server_api

ASYNC_SECONDS = 30


def probe(cases: list[dict[str, Any]], folder: Path) -> dict[str, Any]:
    with recorder.Recorder() as server:
        shared = _client({}, server)
        return {case["id"]: _case(case, server, shared, folder) for case in cases}


def _case(case: dict[str, Any], server: recorder.Recorder, shared: Any, folder: Path) -> dict[str, Any]:
    server.script = [_reply(each, server) for each in case.get("replies", [])]
    try:
        client = _client(case, server) if "config" in case or "client" in case else shared
    except Exception as error:
        return {"client": candidate.failure(error)}
    outcomes = [_outcome(call, client, server, folder) for call in case["calls"]]
    server.script = []
    return {"outcomes": outcomes, "requests": server.take()}


def _outcome(call: dict[str, Any], client: Any, server: recorder.Recorder, folder: Path) -> Any:
    return _placed(candidate.attempt(lambda: _call(call, client, server, folder)), server, folder)


def _reply(spec: dict[str, Any], server: recorder.Recorder) -> recorder.Reply:
    headers = tuple((name, value.replace("ADDRESS", server.address)) for name, value in spec["headers"])
    body = spec["body"].encode(spec.get("charset", "utf-8"))
    manner = spec.get("reason", "Said So"), spec.get("delay", 0.0), spec.get("hang_up", False)
    return recorder.Reply(spec["status"], body, headers, *manner)


def _client(case: dict[str, Any], server: recorder.Recorder) -> Any:
    """Make a client the way the case says; `ADDRESS` stands for the recorder."""
    config = _placed_in(copy.deepcopy(case.get("config", {})), server)
    configuration = kfp_server_api.Configuration(**config.get("arguments", {}))
    if "host" not in config.get("arguments", {}):
        configuration.host = server.url
    for name, value in config.get("attributes", {}).items():
        setattr(configuration, name, value)
    if "hook" in config:
        configuration.refresh_api_key_hook = _hook(config["hook"])
    if config.get("deepcopy"):
        configuration = copy.deepcopy(configuration)
    client = kfp_server_api.ApiClient(configuration, **case.get("client", {}))
    for name, value in case.get("client_attributes", {}).items():
        setattr(client, name, value)
    for name, value in case.get("default_headers", {}).items():
        client.set_default_header(name, value)
    for name, value in config.get("later", {}).items():
        setattr(client.configuration, name, value)
    return client


def _hook(changes: dict[str, Any]) -> Any:
    def refresh(configuration: Any) -> None:
        for name, value in changes.items():
            configuration.api_key.update(value) if name == "api_key" else setattr(configuration, name, value)

    return refresh


def _placed_in(value: Any, server: recorder.Recorder) -> Any:
    if isinstance(value, dict):
        return {key: _placed_in(each, server) for key, each in value.items()}
    if isinstance(value, list):
        return [_placed_in(each, server) for each in value]
    return value.replace("ADDRESS", server.address) if isinstance(value, str) else value


def _placed(outcome: Any, server: recorder.Recorder, folder: Path) -> Any:
    """Blank the recorder's port and the folder of the upload files in what a caller sees."""
    if isinstance(outcome, dict):
        return {key: _placed(value, server, folder) for key, value in outcome.items()}
    if isinstance(outcome, list):
        return [_placed(value, server, folder) for value in outcome]
    if not isinstance(outcome, str):
        return outcome
    port = server.address.rpartition(":")[2]
    outcome = re.sub(r"timeout=[\d.]+", "timeout=N", outcome)
    return re.sub(rf"\b{port}\b", "PORT", outcome).replace(str(folder), "FOLDER")


def _call(call: dict[str, Any], client: Any, server: recorder.Recorder, folder: Path) -> Any:
    target = _target(call["target"], client)
    arguments = [candidate.build(each, folder) for each in _placed_in(call.get("args", []), server)]
    keywords = {name: candidate.build(each, folder) for name, each in call.get("kwargs", {}).items()}
    member = getattr(target, call["name"])
    result = member(*arguments, **_placed_in(keywords, server)) if callable(member) else member
    return result.get(ASYNC_SECONDS) if keywords.get("async_req") else result


def _target(name: str, client: Any) -> Any:
    if name == "client":
        return client
    if name == "module":
        return kfp_server_api
    if name == "configuration":
        return client.configuration
    return client.rest_client if name == "rest" else getattr(kfp_server_api, name)(client)


if __name__ == "__main__":
    candidate.main(probe)
