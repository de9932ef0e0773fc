"""Arrays of numbers in files: NumPy's own format, and CSV without quotes or units."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .modes import FloatArray, real_array

SUFFIXES = (".npy", ".csv", ".txt")


def read_array(path: Path) -> FloatArray:
    """Read an array of real, finite numbers.

    Parameters
    ----------
    path :
        Of a file that `numpy.save` wrote, or of text with numbers between commas or blanks, each line a row;
        one header line without numbers may stand above. A single row or column is one-dimensional.

    Raises
    ------
    OSError
        If the file cannot be read.
    TypeError, ValueError
        If its name ends otherwise, it is damaged, ragged or empty, or holds something else than finite real
        numbers. Pickled objects are never loaded.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise ValueError(f"{path} must end in {', '.join(SUFFIXES)}; write it by numpy.save or as CSV")
    array = _load(path) if path.suffix.lower() == ".npy" else _read_text(path)
    return real_array(str(path), array)


def _load(path: Path) -> NDArray[Any]:
    with path.open("rb") as file:
        start = file.read(len(np.lib.format.MAGIC_PREFIX))
        if start != np.lib.format.MAGIC_PREFIX:
            raise ValueError(f"{path} is not in NumPy's format; write it by numpy.save")
        file.seek(0)
        try:
            return np.asarray(np.load(file, allow_pickle=False))
        except (MemoryError, OSError):
            raise
        # a damaged header is read by Python's own parser, which has many ways to complain
        except Exception as error:
            if "allow_pickle" in str(error):
                raise TypeError(
                    f"{path} holds objects, which are not loaded; save an array of numbers"
                ) from None
            raise ValueError(f"{path} is damaged; write it again by numpy.save") from None


def _read_text(path: Path) -> FloatArray:
    rows: list[list[float]] = []
    with path.open(encoding="utf-8-sig") as file:
        try:
            lines = [re.findall(r"[^,;\s]+", line) for line in file]
        except UnicodeDecodeError:
            raise ValueError(f"{path} is not text in UTF-8; save it as CSV") from None
    header_may_come = True
    for number, entries in enumerate(lines, start=1):
        if not entries:
            continue
        values = [_number(entry) for entry in entries]
        found = [value for value in values if value is not None]
        header = header_may_come and not found
        header_may_come = False
        if header:
            continue
        if len(found) < len(values):
            wrong = entries[values.index(None)]
            raise ValueError(f"{path}, line {number}: {wrong!r} is no number; correct it")
        if rows and len(found) != len(rows[0]):
            raise ValueError(
                f"{path}, line {number}: {len(found)} numbers under rows of {len(rows[0])}; complete it"
            )
        rows.append(found)
    if not rows:
        raise ValueError(f"{path} holds no numbers; write one a line")
    array = np.array(rows, dtype=np.float64)
    return array.ravel() if 1 in array.shape else array


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
