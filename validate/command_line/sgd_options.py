"""Options and schedules of the commands about stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from ...numerics import Schedule
    from ..simulate import Covariates

F = TypeVar("F", bound=Callable[..., Any])


def steps(function: F) -> F:
    """Add the options of how the steps are taken."""
    for option in (
        click.option("--average", is_flag=True, help="Average the iterates instead of taking the last one."),
        click.option("--batch-size", default="1", show_default=True, help="Samples in a step."),
        click.option(
            "--schedule",
            type=click.Choice(["geometric", "constant"]),
            default="geometric",
            show_default=True,
            help="Halve the step size every n/log2(n) of n steps, or keep it.",
        ),
        click.option("--step-size", required=True, help="The first step size, positive."),
    ):
        function = option(function)
    return function


def make_schedule(
    schedule: str, *, step_size: str, samples: str, batch_size: str, passes: int = 1
) -> Schedule:
    """Return the schedule of some passes over the samples."""
    from ...numerics import Schedule
    from ...numerics.exact import count

    total, size = count("samples", samples), count("batch_size", batch_size)
    if total < size:
        raise ValueError(f"`samples` = {total} must be at least `batch_size` = {size}; there is no step")
    if passes < 1:
        raise ValueError(f"`passes` = {passes} must be an integer not smaller than 1; choose one")
    make = Schedule.geometric if schedule == "geometric" else Schedule.constant
    return make(step_size, total * passes // size)


def read_covariates(text: str, *, rotated: bool) -> Covariates:
    """Return the law of the covariates from its name, Student's with its degrees of freedom: student:5."""
    from ...numerics.exact import rational
    from ..simulate import Covariates

    law, colon, degrees = text.partition(":")
    if law not in ("gaussian", "rademacher", "laplace", "student") or bool(colon) != (law == "student"):
        raise ValueError(
            f"`--covariates` is {text!r}; give gaussian, rademacher, laplace, or student:5 for five degrees"
        )
    number = float(rational("--covariates", degrees, "a number larger than 2")) if colon else None
    return Covariates(law=law, degrees_of_freedom=number, rotated=rotated)  # type: ignore[arg-type]
