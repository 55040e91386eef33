# SPDX-License-Identifier: Apache-2.0
"""The table: what is measured, for whom, beside what, and what it may cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from benchmarks import calling, decoding, importing, running, serving

BOTH = ("upstream", "ours")
ALL = ("floor", *BOTH)


class Case(NamedTuple):
    """One row."""

    name: str
    what: str
    run: Callable[[str, bool], float]
    """From a candidate and whether to be quick to the number compared."""
    candidates: tuple[str, ...] = ALL
    base: str = "floor"
    """The candidate that the others are divided by; "" for numbers that stand alone."""
    target: float | None = None
    """The most that `ours` may be, in units of the base or alone."""
    unit: str = "ms"


CASES = (
    Case("list-page", "decode 200 runs, read id, name, state, created_at of each", decoding.list_page, target=1.3),
    Case("list-page-fast", "the same with orjson installed", decoding.list_page,
         ("floor", "orjson", "ours + orjson"), target=0.7),
    Case("everything", "decode 100 runs x 20 tasks, read every field by a plain walk", decoding.everything,
         ("floor", "floor + walk", *BOTH), target=5),
    Case("to-dict", "decode the same + `to_dict()`", decoding.to_dict, target=4),
    Case("round-trip", "decode the same, read the list columns, encode", decoding.round_trip, target=4),
    Case("round-trip-all", "decode the same, read every field, encode", decoding.round_trip_everything),
    Case("one-run", "decode one run, read two fields", decoding.one_run),
    Case("pipelines", "decode 1,000 pipelines, read two fields of each", decoding.pipelines),
    Case("spec-body", "encode a body with a 300 kB spec", decoding.body_with_spec),
    Case("spec-reply", "decode a reply with a 300 kB spec", decoding.reply_with_spec),
    Case("memory", "memory held by a decoded list page after reading its columns", decoding.memory,
         target=1.35, unit="kB"),
    Case("tenfold", "list page: time of 2,000 runs over time of 200", decoding.list_page_tenfold,
         base="", target=10.5, unit="x"),
    Case("loggers", "list page: time with 5,000 loggers over time without", decoding.loggers,
         BOTH, base="", target=1.05, unit="x"),
    Case("threads", "list page: time of 4 threads over time of one", decoding.threads,
         base="", target=4.4, unit="x"),
    Case("model", "make a model with 4 fields", decoding.make_model, BOTH, "upstream", 1 / 15, "us"),
    Case("get-run", "`run_service_get_run` over a kept loopback connection, CPU", calling.get_run,
         ("floor", calling.FLOOR_OF_A_CLIENT, *BOTH), target=1.05, unit="us"),
    Case("import", "`import kfp_server_api`", importing.package, BOTH, "upstream", 1 / 8),
    Case("modules", "modules that this imports", importing.modules, BOTH, "", unit="modules"),
    Case("first-client", "import to first client ready; floor: `import urllib3`", importing.first_client, target=1.15),
    Case("first-reply", "import to first reply read; floor: `import urllib3`, `json.loads`", importing.first_reply),
    Case("upload", "upload 1 GiB: growth of peak memory", calling.upload, BOTH, "", 16, "MiB"),
    Case("download", "download 1 GiB: growth of peak memory", calling.download, BOTH, "", 16, "MiB"),
    Case("paged", "10,000 runs paged: growth of peak memory after 1,000", calling.paged, BOTH, "", 1, "MiB"),
    Case("pages", "10 pages of 200 runs by `paginate(...).pages()`, CPU; floor: the same calls by hand", calling.pages,
         ("floor", "ours"), target=1.05),
    Case("paginate", "10,000 runs by `paginate`: growth of peak memory after 1,000", calling.paginated,
         ("ours",), "", 1, "MiB"),
    Case("waits", "1,000 runs by `wait_for_runs`: requests a poll", calling.waits,
         ("ours",), "", 5, "requests"),
    Case("run-start", "local server: request of a run to the start of its first task", running.before_first_task,
         ("ours",), "", 150),
    Case("run", "local server: a run of one task that does nothing", running.whole_run,
         (running.KFP_LOCAL, "ours"), running.KFP_LOCAL, 1),
    Case("run-packages", "local server: time of a run that installs a package, after another did, over one without",
         running.with_packages, ("ours",), "", 1.2, "x"),
    Case("serve-get", "local server: read an experiment; floor: an empty Starlette application", serving.get,
         ("floor", "ours"), target=1 / 0.65, unit="us"),
    Case("serve-list", "local server: list 100 experiments; floor: the same", serving.listed,
         ("floor", "ours"), target=1 / 0.2, unit="us"),
    Case("serve-create", "local server: create an experiment; floor: the same", serving.created,
         ("floor", "ours"), target=1 / 0.45, unit="us"),
)  # fmt: skip

SCALES = {"ms": 1e3, "us": 1e6, "kB": 1e-3, "MiB": 1 / (1 << 20), "x": 1, "modules": 1, "requests": 1}
