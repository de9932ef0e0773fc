"""Tables of runs: a CSV file with the features, samples and risk of each."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

COLUMNS = ("features", "samples", "risk")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunsTable:
    """Sizes and risks, one entry for each run."""

    features: NDArray[np.float64]
    samples: NDArray[np.float64]
    risk: NDArray[np.float64]


def read_runs(path: Path) -> RunsTable:
    """Read the runs of a CSV file.

    Parameters
    ----------
    path
        A file with a header that names the columns features, samples and risk, in any order and beside any
        others, and a row of positive numbers for each run.

    Raises
    ------
    ValueError
        If a column is missing or doubled, or a row holds something else; the line is named.
    OSError
        If the file cannot be read.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        try:
            header = [name.strip().lower() for name in next(rows, [])]
            places = _places(path, header)
            runs = [
                _numbers(path, rows.line_num, row, header, places) for row in rows if any(map(str.strip, row))
            ]
        except UnicodeDecodeError:
            raise ValueError(f"{path} is not text in UTF-8; save it as CSV") from None
        except csv.Error as error:
            raise ValueError(f"{path}, line {rows.line_num}: {error}; save it as CSV") from None
    if not runs:
        raise ValueError(f"{path} holds no runs under its header; add a row for each")
    features, samples, risk = np.array(runs).T
    return RunsTable(features=features, samples=samples, risk=risk)


def _places(path: Path, header: list[str]) -> list[int]:
    """Return where the columns stand."""
    for name in COLUMNS:
        if header.count(name) != 1:
            trouble = "has no column" if name not in header else "has more than one column"
            raise ValueError(
                f"{path} {trouble} {name!r}; its first line must name {', '.join(COLUMNS)} once each"
            )
    return [header.index(name) for name in COLUMNS]


def _numbers(path: Path, line: int, row: list[str], header: list[str], places: list[int]) -> list[float]:
    """Return the numbers of a row."""
    if len(row) != len(header):
        raise ValueError(f"{path}, line {line}: {len(row)} entries under {len(header)} columns; complete it")
    numbers = []
    for name, place in zip(COLUMNS, places, strict=True):
        try:
            number = float(row[place])
        except ValueError:
            number = math.nan
        if not 0 < number < math.inf:
            raise ValueError(
                f"{path}, line {line}: `{name}` = {row[place].strip()!r} must be a positive number; "
                "correct it"
            )
        numbers.append(number)
    return numbers
