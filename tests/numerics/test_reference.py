"""Every row of the reference tables is met to its 50 digits."""

from __future__ import annotations

import json
from pathlib import Path

import mpmath
import pytest

from scalinglaws.numerics import Eigenvalues, PowerLaw, solve_ridge, trace_sum

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


def rows(name):
    return json.loads((REFERENCE / f"{name}.json").read_text())["rows"]


def agrees(value, text):
    """Whether the value rounds to the 50 digits of the table, give or take one in the last."""
    with mpmath.workdps(70):
        expected = mpmath.mpf(text)
        return abs(value - expected) <= abs(expected) * mpmath.mpf(10) ** -49


@pytest.mark.parametrize("row", rows("trace_sums"), ids=lambda row: row["value"][:8])
def test_trace_sums_meet_the_table(row):
    value = trace_sum(
        row["decay"], row["kappa"], shift=row["shift"], power=row["power"], size=row["size"], digits=50
    )
    assert agrees(value, row["value"])


@pytest.mark.parametrize("row", rows("ridge_points"), ids=lambda row: row["kappa"][:8])
def test_ridge_points_meet_the_table(row):
    names = ("features", "samples", "ridge", "noise", "source")
    point = solve_ridge(
        PowerLaw(row["decay"], size=row["size"]), digits=50, **{name: row[name] for name in names}
    )
    for name in ("kappa", "df1", "df2", "risk"):
        assert agrees(getattr(point, name), row[name]), name


@pytest.mark.parametrize(
    "row", [row for row in rows("ridge_points") if row["size"] <= 300], ids=lambda row: row["kappa"][:8]
)
def test_eigenvalues_one_by_one_meet_the_table(row):
    """The same numbers without the Euler-Maclaurin formula, from a list of eigenvalues of 60 digits."""
    with mpmath.workdps(62):
        modes = range(1, row["size"] + 1)
        values = [mpmath.mpf(k) ** -mpmath.mpf(row["decay"]) for k in modes]
        signal = [mpmath.mpf(k) ** -mpmath.mpf(row["source"]) for k in modes]
    point = solve_ridge(
        Eigenvalues(values, signal),
        digits=50,
        **{name: row[name] for name in ("features", "samples", "ridge", "noise")},
    )
    for name in ("kappa", "df1", "df2", "risk"):
        assert agrees(getattr(point, name), row[name]), name


def test_the_tables_are_not_empty():
    assert len(rows("trace_sums")) >= 14
    assert len(rows("ridge_points")) >= 14
