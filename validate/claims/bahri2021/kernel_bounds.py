r"""What derivatives of a kernel demand of its spectrum, with and without positivity."""

from __future__ import annotations

import math

import numpy as np
from sympy import Expr, Integer, Rational

from ....numerics import Sphere
from ....theory import is_possible
from ....theory.kernels import letters as kernel_letters
from ....theory.kernels import matern
from ...claim import Case, Claim, Context, Evidence, Leg, LegKind
from ...simulate.arguments import FloatArray
from ..legs import Identity, Pair, numbers_agree, symbolic_equality
from .kernel_spectra import MANIFOLD, SINGULAR, derivatives, local_alpha, nu, t
from .letters import SOURCE


def bound_symbolic(_: Context, *, excess: Expr | None = None) -> Evidence:
    """Ask whether a Matérn kernel of more derivatives than its exponent allows can exist."""
    d = kernel_letters.dimension
    identities = []
    for manifold in ("torus", "sphere"):
        missing = (t / d + (excess or 0) - matern(manifold).alpha).together()
        # t derivatives exist for t < 2 nu
        possible = is_possible([missing > 0, t < 2 * nu, d >= 1, nu > 0])
        identities.append(
            Identity(
                label=rf"$\max(0,t/d-\alpha_K)$, Matérn, {manifold}, $t<2\nu$",
                derived=missing if possible else Integer(0),
                claimed=Integer(0),
            )
        )
    return symbolic_equality(
        identities, summary="Exponents against the bound", witness={t: 1, nu: Rational(3, 5)}
    )


def bound_numeric(_: Context, *, excess: float = 0.0) -> Evidence:
    """Look at whether the exact eigenvalues fall at least as fast as the derivatives demand."""
    pairs = []
    for kernel, power in SINGULAR:
        for space in (1, 2):
            measured = local_alpha(kernel, Sphere(space), (150, 300))
            least = float(derivatives(power)) / space + excess
            pairs.append(
                Pair(
                    label=f"{kernel!r}, S^{space}: what is missing to t/d = {derivatives(power)}/{space}",
                    measured=max(0.0, least - float(measured)),
                    claimed=0,
                )
            )
    return numbers_agree(pairs, summary="Exact eigenvalues against the bound", tolerance=0.01, refuted=0.1)


def rudin_shapiro(length: int) -> FloatArray:
    """Return the first signs of the sequence: of the parity of the pairs of ones in the binary digits."""
    index = np.arange(length)
    pairs = np.bitwise_count(index & (index >> 1))
    return np.where(pairs % 2 == 0, 1.0, -1.0)


def signed_numeric(_: Context, *, decay: float = 1.75, derivatives: int = 1) -> Evidence:
    r"""Look at the kernel $\sum_n\epsilon_nn^{-s}\cos2\pi nt$ of the circle with Rudin-Shapiro signs.

    Its derivative of an order converges uniformly if the largest values of its dyadic blocks fall; the decay
    of its eigenvalues is $s$ and stands beside the claimed $1+t/d$.
    """
    length = 2**13
    signs = rudin_shapiro(length)
    frequencies = np.arange(length)
    sizes = []
    for block in (2**8, 2**10, 2**12):
        inside = (frequencies >= block) & (frequencies < 2 * block)
        terms = np.where(inside, signs * np.maximum(frequencies, 1.0) ** (derivatives - decay), 0.0)
        sizes.append(float(abs(np.fft.fft(terms, 8 * length)).max()))
    fall = math.log(sizes[0] / sizes[-1]) / math.log(16)
    pairs = [
        Pair(
            label=f"what blocks of the derivative of order {derivatives} lack to a fall",
            measured=max(0.0, 0.1 - fall),
            claimed=0,
        ),
        Pair(
            label=f"what the decay {decay} of the eigenvalues lacks to 1 + t/d = {1 + derivatives}",
            measured=max(0.0, 1 + derivatives - decay),
            claimed=0,
        ),
    ]
    return numbers_agree(pairs, summary="Kernel with signs on the circle", tolerance=0.01, refuted=0.1)


BOUND = Claim(
    id="bahri2021.spectrum_bound",
    title="Bound on the spectrum from derivatives",
    statement=r"The eigenvalues of a $C^t$ kernel fall at least as $n^{-(1+t/d)}$.",
    source=f"{SOURCE}, section 2.3",
    assumptions=(MANIFOLD, "$t$ is the number of continuous derivatives"),
    cases=(
        Case(
            regime="positive definite kernel",
            legs=(
                Leg(kind=LegKind.SYMBOLIC, run=bound_symbolic),
                Leg(kind=LegKind.NUMERIC, run=bound_numeric),
            ),
        ),
        Case(
            regime="symmetric kernel with eigenvalues of both signs",
            legs=(Leg(kind=LegKind.NUMERIC, run=signed_numeric),),
        ),
    ),
    note=r"Positivity gives $\sum_n\lambda(n)|n|^t<\infty$ for even $t$, and for odd $t$ that its dyadic "
    r"blocks vanish (eigenvalues $n^{-2}/\log n$ of the circle: $t=1$, the sum infinite), enough for "
    r"the bound; without it there is Parseval's "
    r"$\sum_n\lambda(n)^2|n|^{2t}<\infty$, half a power less. Rudin-Shapiro signs before $n^{-7/4}$ make a "
    r"kernel of the circle with one continuous derivative.",
)

CLAIMS = (BOUND,)
