# SPDX-License-Identifier: Apache-2.0
"""The server answers as release 2.17.0 did on a cluster: exchanges that were recorded there are sent again.

A recorded reply says `<name>` for an ID that an earlier reply brought, `<uuid>` for another one, `<time>` for a time.
The wording of internal errors (code 13) and of `error_details` counts for nothing; pipeline specs are left out.
"""

from __future__ import annotations

import json
import re
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3

from kfp_server_api.server import LocalServer

RECORDED = Path(__file__).parent / "recorded"
FACTS = Path(__file__).resolve().parents[3] / "shared" / "facts"
"""All that was recorded, and the program that sends it; not part of the repository."""
ALL = ("transport", "bodies", "experiments", "pipelines", "versions", "uploads", "runs")
BY_CHANCE = {"pipelines/list token empty object"}
"""Exchanges whose replies come in an order that the cluster's IDs make."""
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
TOKEN = re.compile(r"[A-Za-z0-9+/_-]{60,}={0,2}")
OMITTED = ("pipeline_spec", "error_details")


class Recording:
    """Sends the exchanges of one area in order.

    Args:
        area: what they are about, a file of the folder `recorded`.
        url: of a server that holds nothing.
    """

    def __init__(self, area: str, url: str) -> None:
        recorded = json.loads((RECORDED / f"{area}.json").read_text(encoding="utf-8"))
        self.exchanges: list[dict[str, Any]] = recorded["exchanges"]
        self._files: dict[str, str] = recorded["files"]
        self._url, self._ids = url, dict[str, str]()
        self._http = urllib3.PoolManager(retries=False, timeout=30)

    def differences(self) -> list[tuple[str, Any, Any]]:
        """Return the request, the recorded and the own reply of each exchange that differs."""
        found = []
        for exchange in self.exchanges:
            wanted = (exchange["status"], exchange.get("type", "application/json"), exchange.get("reply"))
            status, kind, body = self._send(exchange)
            answered = (status, kind, body if "reply" in exchange else None)
            if answered != (wanted if "reply" in exchange else (*wanted[:1], kind, None)):
                found.append((f"{exchange['method']} {exchange['path']} {exchange.get('query', '')}", wanted, answered))
        return found

    def _send(self, exchange: dict[str, Any]) -> tuple[int, str, Any]:
        url = self._url + self._fill(exchange["path"])
        if "query" in exchange:
            url += "?" + urlencode([(name, self._fill(value)) for name, value in exchange["query"]])
        parts = {"headers": exchange.get("headers"), **self._body(exchange)}
        reply = self._http.request(exchange["method"], url, **parts, redirect=False)
        text = reply.data.decode("utf-8", "replace")
        try:
            body = json.loads(text)
        except ValueError:
            body = {"text": text}
        for name, path in exchange.get("save", {}).items():
            self._ids[name] = _at(body, path)
        return reply.status, reply.headers.get("Content-Type", "").split(";")[0], self._plain(body)

    def _body(self, exchange: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments that send the body of an exchange."""
        if "file" in exchange:
            file = exchange["file"]
            return {"fields": {file.get("field", "uploadfile"): (file["name"], self._files[file["text"]])}}
        if "json" in exchange:
            return {"body": self._fill(json.dumps(exchange["json"])), "headers": {"Content-Type": "application/json"}}
        return {"body": self._fill(exchange["body"]).encode()} if "body" in exchange else {}

    def _fill(self, text: str) -> str:
        return re.sub(r"\$\{(\w+)\}", lambda match: self._ids[match[1]], text)

    def _plain(self, value: Any, key: str = "") -> Any:
        """Return a part of a reply as it would be recorded."""
        if isinstance(value, dict):
            return {self._plain(k): self._plain(v, k) for k, v in value.items() if k not in OMITTED}
        if isinstance(value, list):
            return [self._plain(item) for item in value]
        if key == "next_page_token" or not isinstance(value, str):
            return "<token>" if key == "next_page_token" else value
        for name, known in self._ids.items():
            value = value.replace(known, f"<{name}>")
        return TOKEN.sub("<token>", TIME.sub("<time>", UUID.sub("<uuid>", value)))


def _at(body: Any, path: str) -> Any:
    """Return what stands in a reply at a path of keys and indexes."""
    for key in path.split("."):
        body = body[int(key) if isinstance(body, list) else key]
    return body


@pytest.mark.parametrize("area", ALL)
def test_recorded_requests_are_answered_as_on_a_cluster(area: str) -> None:
    with LocalServer(parallel_runs=0) as server:
        assert Recording(area, server.url).differences() == []


@pytest.mark.skipif(not FACTS.exists(), reason="the full recordings are not here")
@pytest.mark.parametrize("area", ALL)
def test_everything_recorded_is_answered_as_on_a_cluster(area: str) -> None:
    replay = _program()
    with LocalServer(parallel_runs=0) as server:
        time.sleep(2)  # The experiment Default is older than what is created
        session, differ = replay.Session(server.url), []
        for step in json.loads((FACTS / "recorded" / "2.17" / f"{area}.json").read_text(encoding="utf-8")):
            wanted, answered = step["reply"], session.reply(step)
            found = list(replay.differences(wanted, answered))
            if wanted["body"].get("code") == 13:
                found = [each for each in found if each[0] == ".status" or each[0] == ".body.code"]
            if found and step["name"] not in BY_CHANCE:
                differ.append((step["name"], found))
    assert differ == []


def _program() -> Any:
    """Return the module that sends recordings."""
    spec = spec_from_file_location("replay", FACTS / "replay.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
