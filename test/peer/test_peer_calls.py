# SPDX-License-Identifier: Apache-2.0
"""Seeded calls: the same requests on the wire, the same results, failures that upstream's handlers catch."""

from __future__ import annotations

from typing import Any

from fixtures.peer import cases, cases_beyond, cases_client, releases
from fixtures.peer.compare import Ledger, differences, report, soften_extra, soften_failures
from fixtures.peer.peers import ROUNDS, SEED, Candidate
from fixtures.peer.releases import NEWEST

REORDERED = ("ProtobufAny", "V2beta1Pipeline", "V2beta1PipelineVersion")


def rounds(release: str) -> int:
    """Older releases get one round: they differ from the newest only in which names exist."""
    return ROUNDS if release == NEWEST else 1


def both(area: str, probe: str, made: list[Any], upstream: Candidate, ours: Candidate, ledger: Ledger) -> None:
    """Run the cases in both candidates and fail on any difference that the table does not want."""
    one, other = upstream.run(probe, made), ours.run(probe, made)
    soften_failures(one, other)
    if upstream.name != NEWEST:
        soften_extra(one, other)
    count, found = differences(area, one, other)
    left = ledger.settle(area, count, found)
    assert count > len(made)
    assert not left, report(left)


def test_operations_send_the_same_requests(release: str, upstream: Candidate, ours: Candidate, ledger: Ledger) -> None:
    made = cases.wire(upstream.surface(), f"{SEED}/{release}/wire", rounds(release))
    both("wire", "probe_calls.py", made, upstream, ours, ledger)


def test_replies_decode_to_the_same_values(release: str, upstream: Candidate, ours: Candidate, ledger: Ledger) -> None:
    reordered = REORDERED if release != NEWEST else ()
    made = cases.replies(upstream.surface(), f"{SEED}/{release}/replies", 3 * rounds(release), reordered)
    both("replies", "probe_replies.py", made, upstream, ours, ledger)


def test_failures_are_caught_by_the_same_handlers(
    release: str, upstream: Candidate, ours: Candidate, ledger: Ledger
) -> None:
    made = cases.failures(upstream.surface(), f"{SEED}/{release}/failures", rounds(release))
    both("failures", "probe_calls.py", made, upstream, ours, ledger)


def test_configured_clients_do_the_same(release: str, upstream: Candidate, ours: Candidate, ledger: Ledger) -> None:
    made = cases_client.for_release(upstream.surface())
    both("client", "probe_calls.py", made, upstream, ours, ledger)


def test_ours_differs_only_as_the_table_says(upstreams: dict[str, Candidate], ours: Candidate, ledger: Ledger) -> None:
    newest = upstreams.get(NEWEST) or Candidate(NEWEST, releases.upstream(NEWEST))
    both("beyond", "probe_calls.py", list(cases_beyond.beyond()), newest, ours, ledger)
