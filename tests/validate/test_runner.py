"""Running claims: same seed, same results, whatever runs beside them and wherever they run."""

from __future__ import annotations

import json
import textwrap
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from scalinglaws.validate import (
    Case,
    CaseVerdict,
    Claim,
    Evidence,
    Leg,
    LegError,
    LegKind,
    Outcome,
    Verdict,
    WorkerError,
    run,
    to_json,
)
from scalinglaws.validate.executors import InlineExecutor, available_processors

SIMULATION = LegKind.SIMULATION


def draw(context):
    value = np.random.default_rng(context.seed).standard_normal()
    return Evidence(
        kind=SIMULATION,
        outcome=Outcome.SUPPORTS,
        summary=f"{value!r} at {context.significance!r}",
        points=1,
        table=({"value": float(value), "features": 10**18, "label": "a"},),
        formulas=(("left", "x^2"),),
    )


def says(outcome):
    def leg(context):
        return Evidence(kind=LegKind.NUMERIC, outcome=outcome, summary="said", points=1)

    return Leg(kind=LegKind.NUMERIC, run=leg)


def claim(name, *cases):
    if not cases:
        cases = (Case(legs=(Leg(kind=SIMULATION, run=draw), Leg(kind=SIMULATION, run=draw))),)
    return Claim(id=f"fake2020.{name}", title="t", statement="s", source="s", cases=cases)


def inline(claims, **options):
    return run(claims, executor=InlineExecutor(), **options)


def figures(validation, name):
    (result,) = (result for result in validation.results if result.claim.name == name)
    return [leg.summary for leg in result.legs]


def test_results_do_not_depend_on_company_or_order():
    alone = inline([claim("a")], family=8)
    together = inline([claim("b"), claim("c"), claim("a")], family=8)
    assert figures(alone, "a") == figures(together, "a")


def test_results_do_not_depend_on_the_executor():
    claims = [claim("a"), claim("b"), claim("c")]
    with ThreadPoolExecutor(3) as threads:
        assert inline(claims) == run(claims, executor=threads)


def test_every_leg_has_its_own_randomness():
    validation = inline([claim("a"), claim("b")])
    drawn = [summary for name in "ab" for summary in figures(validation, name)]
    assert len(set(drawn)) == 4


def test_seed_decides_the_draws():
    assert figures(inline([claim("a")], seed=1), "a") == figures(inline([claim("a")], seed=1), "a")
    assert figures(inline([claim("a")], seed=1), "a") != figures(inline([claim("a")], seed=2), "a")


def test_significance_is_shared_by_the_family():
    seen = []

    def look(context):
        seen.append(context.significance)
        return draw(context)

    legs = tuple(Leg(kind=SIMULATION, run=look) for _ in range(5))
    inline([claim("a", Case(legs=(*legs, says(Outcome.SUPPORTS))))], significance=0.05)
    assert seen == [0.05 / 5] * 5
    inline([claim("a", Case(legs=legs))], significance=0.05, family=50)
    assert seen[5:] == [0.05 / 50] * 5


def test_verdicts_regimes_and_counterexamples():
    holds = Case(regime="$x<1$", legs=(says(Outcome.SUPPORTS), says(Outcome.INCONCLUSIVE)))
    fails = Case(regime="$x>1$", legs=(says(Outcome.CONTRADICTS),))
    conflict = Case(regime="$x=1$", legs=(says(Outcome.CONTRADICTS), says(Outcome.SUPPORTS)))
    validation = inline(
        [claim("a", holds), claim("b", fails), claim("c", holds, fails), claim("d", holds, conflict)]
    )
    verdicts = [result.verdict for result in validation.results]
    assert verdicts == [Verdict.HOLDS, Verdict.FAILS, Verdict.HOLDS_IN_REGIME, Verdict.UNDECIDED]
    assert validation.results[2].regimes == ("$x<1$",)
    assert [len(result.counterexamples) for result in validation.results] == [0, 1, 1, 0]
    assert validation.results[3].cases[1].verdict is CaseVerdict.CONFLICT
    assert not validation.decided
    assert validation.refuted
    assert [validation.count(verdict) for verdict in Verdict] == [1, 1, 1, 1]


def test_a_defect_of_a_leg_leaves_its_claim_undecided_and_the_others_alone():
    def broken(context):
        raise ZeroDivisionError("division\nby zero")

    legs = (Leg(kind=LegKind.SYMBOLIC, run=broken),)
    validation = inline([claim("a", Case(legs=legs)), claim("b")])
    assert [result.verdict for result in validation.results] == [Verdict.UNDECIDED, Verdict.HOLDS]
    assert validation.results[0].legs[0].summary == "ZeroDivisionError: division by zero"


def test_evidence_of_another_kind_does_not_count():
    validation = inline([claim("a", Case(legs=(Leg(kind=LegKind.SYMBOLIC, run=draw),)))])
    assert validation.results[0].verdict is Verdict.UNDECIDED
    assert "simulation evidence" in validation.results[0].legs[0].summary


def test_simulation_that_cannot_be_run_stops_the_run():
    def impossible(context):
        context.size(100)
        return draw(context)

    legs = (Leg(kind=SIMULATION, run=impossible),)
    with pytest.raises(LegError, match=r"'fake2020\.a' cannot be simulated: `scale` is 0.001"):
        inline([claim("a", Case(legs=legs))], scale=0.001)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"seed": -1}, "seed"),
        ({"scale": 0}, "scale"),
        ({"scale": float("nan")}, "scale"),
        ({"scale": float("inf")}, "scale"),
        ({"significance": 1}, "significance"),
        ({"family": 1}, "family"),
    ],
)
def test_options_outside_their_domain_are_refused(options, named):
    with pytest.raises(ValueError, match=f"^`{named}`"):
        inline([claim("a")], **options)


def test_nothing_and_twice_the_same_are_refused():
    with pytest.raises(ValueError, match="`claims` is empty"):
        inline([])
    with pytest.raises(ValueError, match="twice"):
        inline([claim("a"), claim("a")])


@pytest.mark.parametrize("jobs", [0, -2])
def test_number_of_processes_is_positive(jobs):
    with pytest.raises(ValueError, match="`jobs`"):
        run([claim("a")], jobs=jobs)


def test_progress_counts_every_leg():
    calls = []
    inline([claim("a"), claim("b")], progress=lambda *call: calls.append(call))
    assert [call[:2] for call in calls] == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    assert {call[2] for call in calls[1:]} == {"fake2020.a", "fake2020.b"}


def test_json_holds_decimal_strings_and_is_reproducible():
    first, second = (json.dumps(to_json(inline([claim("a")], seed=3))) for _ in range(2))
    assert first == second
    data = json.loads(first)
    assert data["claims"][0]["verdict"] == "holds"
    leg = data["claims"][0]["cases"][0]["legs"][0]
    assert leg["table"][0]["features"] == "1000000000000000000"
    assert leg["table"][0]["label"] == "a"
    assert f"{float(leg['table'][0]['value'])!r} at" in leg["summary"]
    assert leg["formulas"] == [{"label": "left", "latex": "x^2"}]
    assert data["verdicts"] == {"holds": 1, "holds only in a regime": 0, "fails": 0, "undecided": 0}


MODULE = """
import os, sys
from scalinglaws.validate import Case, Claim, Evidence, Leg, LegKind, Outcome

def threads(context):
    import numpy as np
    value = np.random.default_rng(context.seed).standard_normal()
    return Evidence(kind=LegKind.SIMULATION, outcome=Outcome.SUPPORTS, points=1,
                    summary=f"{value!r}")

def dies(context):
    os._exit(3)

def claim(name, run):
    leg = Leg(kind=LegKind.SIMULATION, run=run)
    return Claim(id=f"fake2020.{name}", title="t", statement="s", source="s", cases=(Case(legs=(leg, leg)),))
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Return a module that spawned processes can import."""
    import importlib
    import os

    (tmp_path / "claims_for_workers.py").write_text(textwrap.dedent(MODULE), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    return importlib.import_module("claims_for_workers")


@pytest.mark.slow
def test_results_do_not_depend_on_the_number_of_processes(module):
    claims = [module.claim("a", module.threads)]
    one, two = (run(claims, jobs=jobs) for jobs in (1, 2))
    assert one == two


@pytest.mark.slow
def test_a_worker_that_dies_is_reported(module):
    with pytest.raises(WorkerError, match="worker process ended"):
        run([module.claim("a", module.dies)], jobs=1)


def test_inline_executor_keeps_the_error_in_the_future():
    future = InlineExecutor().submit(int, "x")
    with pytest.raises(ValueError, match="invalid literal"):
        future.result()


def test_there_is_a_processor():
    assert available_processors() >= 1
