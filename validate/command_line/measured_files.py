"""Measured eigenvalues as they are given on the command line: files of arrays, and how many samples."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .options import stack

if TYPE_CHECKING:
    from ..measure import MeasuredModes

F = TypeVar("F", bound=Callable[..., Any])


def target_files(function: F) -> F:
    """Add the options that say what is to be learned."""
    return stack(
        click.option(
            "--signal",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Power of the target in the mode of each eigenvalue.",
        ),
        click.option(
            "--targets",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="With a kernel matrix: the targets, a row for each data point.",
        ),
    )(function)


def read_modes(
    path: Path, signal: Path | None, targets: Path | None, samples: str | None = None
) -> MeasuredModes:
    """Read eigenvalues or a kernel matrix, and what is known of the target."""
    from ..measure import measured_modes
    from ..measure.files import read_array

    return measured_modes(
        read_array(path),
        signal=None if signal is None else read_array(signal),
        targets=None if targets is None else read_array(targets),
        samples=samples,
    )
