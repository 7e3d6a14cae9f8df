"""A station that is killed with kill -9 at any moment keeps every promise it has made, and so does its centre."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
KILLS = 55

pytestmark = pytest.mark.timeout(600)

CAUGHT_BY = {
    "acknowledges_before_commit": "was said to be recorded and is not there",
    "begins_in_two_transactions": "began 1 times, ended 0 times and is not open",
    "ends_in_two_transactions": "and is open",
    "keeps_progress_in_memory": "found is not what it said",
    "recovers_nothing": "were not recovered",
    "recovers_without_closing": "and is open",
    "queues_again_at_start": "began 2 times",
    "purges_on_acknowledgement": "the chain breaks at entry 1",
    "acknowledges_what_it_sent": "are marked as held by the centre, which holds",
    "names_before_it_stores": "names an attachment that the spool does not hold",
    "writes_under_the_name": "is truncated or damaged",
}
"""Every mutant, and the words in which the audit must find it out."""


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """What the harness says after killing the product and every mutant; it forks, so it has a process of its own."""
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("kill_harness.py"), "--kills", str(KILLS)],
        # One thread for linear algebra: a process with threads is not forked.
        env={**os.environ, "PYTHONPATH": os.fspath(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_fifty_kills_break_no_promise(report: dict[str, Any]) -> None:
    """What was acknowledged is there, gapless and chained; each run begins once and ends once; the centre agrees."""
    assert report["violations"] == []
    assert report["kills"] >= 50


def test_the_kills_hit_what_they_should(report: dict[str, Any]) -> None:
    """Runs were cut off, runs were finished, and processes died on both sides of their commits."""
    assert report["runs_cut_off"] >= 5
    assert report["runs_recorded"] >= 20
    died_at = set(report["died_at"])
    assert {name.split(":")[0] for name in died_at} >= {"before", "after"}
    assert any("progress" in name for name in died_at)


@pytest.mark.parametrize(("mutant", "words"), CAUGHT_BY.items())
def test_a_station_that_breaks_a_promise_is_caught(report: dict[str, Any], mutant: str, words: str) -> None:
    """A harness that let one of these through would prove nothing about the product."""
    caught = report["mutants"][mutant]["caught_by"]
    assert caught, f"{mutant} came through {report['mutants'][mutant]['kills']} kills"
    assert any(words in reason for reason in caught), caught


def test_every_mutant_is_asked_for(report: dict[str, Any]) -> None:
    """None is left out of the list above."""
    assert report["mutants"].keys() == CAUGHT_BY.keys()
