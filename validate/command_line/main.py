"""The commands; what they need is imported when they run, so that `--help` answers at once."""

from __future__ import annotations

import click

from .allocate import allocate
from .claims import claims
from .density import density
from .derive import derive
from .evaluate import evaluate
from .failure import CommandLine
from .fit import fit
from .measure import measure
from .phases import phases
from .predict import predict
from .simulate import simulate
from .validate import validate


@click.group("scalinglaws", cls=CommandLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="scalinglaws")
def main() -> None:
    """Derive, evaluate and validate laws of neural scaling.

    Numbers are taken exactly as they are typed: 0.1 is one tenth, 3/2 and 1e-30 are allowed, inf is infinity.
    """


for command in (
    validate,
    claims,
    derive,
    phases,
    allocate,
    evaluate,
    density,
    simulate,
    fit,
    measure,
    predict,
):
    main.add_command(command)
