"""`scalinglaws measure`: what data of the user's own show."""

from __future__ import annotations

import click

from .measure_digits import digits
from .measure_dimension import dimension
from .measure_spectrum import spectrum


@click.group()
def measure() -> None:
    """Measure exponents, spectra and dimensions of data."""


measure.add_command(spectrum)
measure.add_command(dimension)
measure.add_command(digits)
