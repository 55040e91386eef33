# SPDX-License-Identifier: Apache-2.0
from kedro.pipeline import node, pipeline

from . import nodes


def one(function, name):
    """Return a pipeline of one node that leaves nothing in the catalog."""
    return pipeline([node(function, "params:seconds", f"{name}_done", name=name)])


def register_pipelines():
    daily = pipeline(
        [
            node(nodes.list_ships, ["params:count", "params:first"], "ships", name="list_ships", tags=["intake"]),
            node(nodes.weigh, "ships", "weights", name="weigh", tags=["intake", "scales"]),
            node(nodes.report, ["weights", "params:title"], "report", name="report", tags=["office"]),
        ]
    )
    echo = pipeline([node(nodes.echo, ["params:berth", "params:berth.depth"], "echoed", name="echo")])
    yard = pipeline(
        [node(lambda seconds: seconds, "params:seconds", "idle", name="rest")],
        namespace="yard",
        parameters={"params:seconds": "params:seconds"},
    )
    return {
        "__default__": daily,
        "daily": daily,
        "echo": echo,
        "yard": yard,
        "slow": one(nodes.wait, "wait"),
        "sinks": one(nodes.sink, "sink"),
        "vanishes": one(nodes.vanish, "vanish"),
        "quits": one(nodes.quit_all, "quit"),
    }
