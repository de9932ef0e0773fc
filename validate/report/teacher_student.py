r"""The four regimes of the random-feature teacher-student model in one picture: simulated, and in theory.

The arrangement is that of Figure 1a of Bahri, Dyer, Kaplan, Lee, Sharma, Explaining neural scaling laws, for
its solvable model: limited by the resolution where the other resource is infinite, limited by the variance
where the other one is held fixed and the loss approaches its limit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...numerics import PowerLaw
from ..simulate import simulate_teacher_student
from ..simulate.teacher_student import predict_teacher_student
from .curves import Curve, FigureData, Panel, law, logarithmic, simulation, theory

_SIZE = 600
_ALPHAS = ("0.5", "1.5")
_HELD = 20
_RESOLUTION = (6, 10, 18, 32, 56, 100)
_VARIANCE = (30, 50, 90, 160, 300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Regimes:
    """One spectrum in both regimes of one resource.

    Parameters
    ----------
    alpha :
        The eigenvalues are k^-(1+alpha).
    varied :
        "samples" or "features".
    replicates :
        Draws of each point.
    seed :
        Root of all randomness.
    executor :
        Where the draws are made.
    """

    alpha: str
    varied: str
    replicates: int
    seed: int
    executor: Executor

    @property
    def spectrum(self) -> PowerLaw:
        """The eigenvalues."""
        return PowerLaw(f"{1 + float(self.alpha):g}", _SIZE)

    def _sizes(self, amount: float, held: float) -> dict[str, Any]:
        other = "features" if self.varied == "samples" else "samples"
        return {self.varied: amount, other: held}

    def predicted(self, amount: float, held: float, quantity: str) -> float:
        """Return the predicted loss or excess."""
        return predict_teacher_student(self.spectrum, quantity=quantity, **self._sizes(amount, held))

    def simulated(
        self, amounts: Sequence[int], held: float, quantity: str
    ) -> list[tuple[float, float, float]]:
        """Return place, mean and standard error of the loss or of the excess."""
        points = []
        for place, amount in enumerate(amounts):
            key = (self.seed, round(1000 * float(self.alpha)), int(self.varied == "samples"), place)
            found = simulate_teacher_student(
                self.spectrum,
                replicates=self.replicates,
                seed=np.random.SeedSequence((*key, int(quantity == "excess"))),
                executor=self.executor,
                **self._sizes(amount, held),
            ).estimate(quantity)
            points.append((float(amount), found.value, found.standard_error))
        return points

    def curves(self, family: int) -> tuple[Curve, ...]:
        """Return both regimes, each in theory, in simulation and as its power law, in two colours."""
        held = "N" if self.varied == "samples" else "T"
        slope, middle = -float(self.alpha), _RESOLUTION[2]
        # the constant of the finite spectrum at one place, and that of the variance far out
        level = self.predicted(middle, math.inf, "loss") * middle**-slope
        constant = self.predicted(math.inf, _HELD, "limit") * _HELD
        ends, far = (_RESOLUTION[0], _RESOLUTION[-1]), (_VARIANCE[0], _VARIANCE[-1])
        return (
            theory(
                lambda amount: self.predicted(amount, math.inf, "loss"),
                logarithmic(*ends, 20),
                label=rf"${held}=\infty$, $\alpha_K={self.alpha}$",
                family=family,
            ),
            simulation(self.simulated(_RESOLUTION, math.inf, "loss"), family=family),
            law(lambda amount: level * amount**slope, ends, family=family),
            theory(
                lambda amount: self.predicted(amount, _HELD, "excess"),
                logarithmic(*far, 20),
                label=rf"${held}={_HELD}$, $\alpha_K={self.alpha}$",
                family=family + 1,
            ),
            simulation(self.simulated(_VARIANCE, _HELD, "excess"), family=family + 1),
            law(lambda amount: constant / amount, far, family=family + 1),
        )


def four_regimes(*, replicates: int, seed: int, executor: Executor) -> FigureData:
    """Return the loss against samples and against features, resolution-limited and variance-limited."""
    panels = []
    for varied, letter in (("samples", "T"), ("features", "N")):
        curves: list[Curve] = []
        for family, alpha in zip((0, 2), _ALPHAS, strict=True):
            regimes = Regimes(alpha=alpha, varied=varied, replicates=replicates, seed=seed, executor=executor)
            curves += regimes.curves(family)
        panels.append(
            Panel(
                title=f"more {varied}",
                x_label=f"{varied} ${letter}$",
                y_label="loss, loss less its limit",
                curves=tuple(curves),
            )
        )
    return FigureData(
        name="four-regimes",
        title="Four regimes of one exponent",
        caption=(
            f"Random-feature teacher and student with $S={_SIZE}$ eigenvalues $k^{{-(1+\\alpha_K)}}$; the "
            "loss is half the squared error. With the other resource infinite it is limited by the "
            r"resolution and falls as $n^{-\alpha_K}$, until the size of the spectrum shows. With the other "
            rf"resource held at {_HELD} it approaches a limit: what is above that is limited by the "
            r"variance and falls as $n^{-1}$ for every spectrum. Lines: theory to next order, "
            rf"with the exact factor of Gaussian draws. Points: mean of {replicates} draws with standard "
            r"error. Dashed: the powers $n^{-\alpha_K}$ and $n^{-1}$."
        ),
        panels=tuple(panels),
    )
