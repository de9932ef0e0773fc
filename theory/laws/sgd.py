r"""Laws of one pass of SGD: what the run leaves of signal and noise, and how both compare."""

from __future__ import annotations

from sympy import Eq, Expr, cancel, gammasimp, log, simplify
from sympy import gamma as gamma_function

from .. import symbols
from ..derivation import Derivation, Rigour, Step
from ..heat_sum import HeatSum
from ..sgd import parts
from ..spot_check import Sampler
from .common import in_form
from .registry import law
from .sgd_samples import (
    B0,
    V0,
    T,
    Vl,
    a,
    b,
    both_of_last,
    both_of_mean,
    constant_step,
    determinant,
    gamma,
    gamma_l,
    harmonic,
    load,
    losses,
    mean,
    n,
    noise_of_last,
    noise_of_mean,
    noise_of_stage,
    rest,
    sigma2,
    signal_of_last,
    signal_of_mean,
    single_mode,
)

t = parts.time
PAPER = (
    "Lin, Wu, Kakade, Bartlett, Lee, arXiv 2406.08466, Theorem 4.2, gives the order; constants derived here"
)
NO_SKETCH = r"$\lambda_k=k^{-a}$, $a>1$, small steps, no sketch"


def halved(sampler: Sampler) -> Step:
    """Define the effective samples of the geometric schedule."""
    return Step(
        statement=Eq(n, T * log(2) / log(T)),
        rule=r"The step size is halved every $n$ steps",
        rigour=Rigour.DEFINITION,
        sampler=sampler,
    )


TIME = Step(
    statement=Eq(t, 2 * gamma * n),
    rule=r"The sum of all step sizes, a geometric series",
    rigour=Rigour.LEADING,
    error=(1 / n,),
    sampler=signal_of_last,
)


def signal_left() -> Expr:
    r"""Return the leading signal after one pass, in the form of the literature."""
    derived = parts.descent(2 * gamma * n)
    form = gamma_function((b - 1) / a) / a * (4 * gamma * n) ** ((1 - b) / a)
    return in_form(gammasimp(derived), form)


def noise_left() -> Expr:
    r"""Return the leading noise after one pass, in the form of the literature."""
    constant = (
        gamma_function(1 - 1 / a) * (2 ** ((1 - a) / a) - 4 ** ((1 - a) / a)) / (2 * a * (1 - 2 ** (-1 / a)))
    )
    return in_form(gammasimp(parts.noise()), sigma2 * constant * (gamma * n) ** (1 / a) / n)


@law
def sgd_signal() -> Derivation:
    r"""Derive the signal that one pass with the geometric schedule leaves."""
    left = HeatSum(b, a, 2 * t)
    return Derivation(
        name="sgd-signal",
        title="Signal left by one pass of stochastic gradient descent",
        regime=NO_SKETCH + r", $b>1$, $n\to\infty$",
        source=PAPER,
        steps=(
            halved(signal_of_last),
            TIME,
            Step(
                statement=Eq(B0, left),
                rule=r"A mode keeps $\prod_s(1-\gamma_s\lambda_k)^2$ of its signal, $e^{-2t\lambda_k}$ "
                r"for small steps",
                rigour=Rigour.LEADING,
                error=(1 / n,),
                sampler=signal_of_last,
            ),
            Step(
                statement=Eq(B0, signal_left()),
                rule=r"The one pole of $\Gamma(-p)\zeta(b+ap)$ on the left, beside which the rest is "
                r"smaller than any "
                r"power, and the time",
                rigour=Rigour.LEADING,
                error=(1 / n,),
                sampler=signal_of_last,
            ),
        ),
        results={"signal": Eq(B0, signal_left())},
        constants={},
    )


@law
def sgd_noise() -> Derivation:
    r"""Derive the noise that one pass with the geometric schedule leaves, stage by stage."""
    reach = gamma_l * n
    of_stage = sigma2 * gamma_l / 2 * (HeatSum(a, a, 2 * reach) - HeatSum(a, a, 4 * reach))
    return Derivation(
        name="sgd-noise",
        title="Noise left by one pass of stochastic gradient descent",
        regime=NO_SKETCH + r", $n\to\infty$",
        source=PAPER,
        steps=(
            halved(noise_of_last),
            Step(
                statement=Eq(Vl, of_stage),
                rule=r"A stage adds noise $\gamma_l^2\lambda_k^2\sigma^2$ a step, which then decays "
                r"over the rest of "
                r"the stage and a time $\gamma_ln$ after it",
                sampler=noise_of_stage,
            ),
            Step(
                statement=Eq(V0, noise_left()),
                rule=r"The one pole of $\Gamma(-p)\zeta(a+ap)$ for each stage; the stages are a "
                r"geometric series, "
                r"$\sum_l2^{-l/a}$",
                rigour=Rigour.LEADING,
                error=((gamma * n) ** (-1 / a),),
                sampler=noise_of_last,
            ),
        ),
        results={"noise": Eq(V0, noise_left())},
        constants={},
    )


@law
def sgd_learned_modes() -> Derivation:
    r"""Derive the noise where every mode of the features is learned, and its ripple."""
    total = in_form(parts.learned(), sigma2 * symbols.features / (8 * log(2) * n))
    return Derivation(
        name="sgd-learned-modes",
        title="Noise where all modes of the features are learned",
        regime=r"$N$ features, $\gamma n\gg N^a$, geometric schedule; the mean over a factor 2 in $n$",
        source=PAPER,
        steps=(
            Step(
                statement=Eq(mean, parts.mode_mean()),
                rule=r"The mean of $\sum_lg(2^ly)$ over a factor 2 of $y$, "
                r"$g(y)=\frac{y}{2}(e^{-2y}-e^{-4y})$, by the pole of $1/(1-2^{p-1})$ at $p=1$",
                sampler=single_mode,
            ),
            Step(
                statement=Eq(harmonic, parts.ripple()),
                rule=r"The relative height of its first harmonic, by the poles at $p=1\pm2\pi i/\log2$",
                sampler=single_mode,
            ),
            Step(
                statement=Eq(symbols.variance, total),
                rule=r"Each mode carries $\sigma^2/n$ times that mean",
                sampler=single_mode,
            ),
        ),
        results={
            "variance": Eq(symbols.variance, total),
            "ripple": Eq(harmonic, parts.ripple()),
        },
        constants={},
    )


@law
def sgd_average() -> Derivation:
    r"""Derive signal and noise of the mean iterate at a constant step size."""
    signal, noise = parts.averaged_signal(), parts.averaged_noise()
    alpha = (b - 1) / a
    in_gamma = gamma_function(alpha - 2) * (2 ** ((2 * a - b + 1) / a) - 2) / a * (gamma * n) ** -alpha
    of_noise = sigma2 * gamma_function(-1 / a) * (2 ** (1 / a) - 2) / (a + 1) * (gamma * n) ** (1 / a) / n
    signal, noise = in_form(gammasimp(signal), in_gamma), in_form(gammasimp(noise), of_noise)
    return Derivation(
        name="sgd-average",
        title="Signal and noise in the mean iterate",
        regime=NO_SKETCH + r", $1<b<2a+1$, constant step size, $n=T\to\infty$",
        source="Lin, Wu, Kakade, Bartlett, Lee, arXiv 2406.08466, Theorem F.6, gives the order; "
        "constants derived here",
        steps=(
            Step(
                statement=Eq(n, T),
                rule=r"The step size is constant, all steps count",
                rigour=Rigour.DEFINITION,
                sampler=signal_of_mean,
            ),
            Step(
                statement=Eq(B0, signal),
                rule=r"A mode keeps $(1-e^{-y})^2/y^2$ of its signal, $y=\gamma n\lambda_k$: the pole of "
                r"$\Gamma(-p-2)(2^{p+2}-2)\zeta(b+ap)$, before that at $p=-2$",
                rigour=Rigour.LEADING,
                error=((gamma * n) ** (alpha - 2),),
                sampler=signal_of_mean,
            ),
            Step(
                statement=Eq(V0, noise),
                rule=r"A mode carries $\frac{\sigma^2}{ny}\int_0^y(1-e^{-v})^2dv$: the pole of "
                r"$\Gamma(-p-1)(2-2^p)\zeta(ap)$, before that at $p=0$",
                rigour=Rigour.LEADING,
                error=((gamma * n) ** (-1 / a),),
                sampler=noise_of_mean,
            ),
        ),
        results={"signal": Eq(B0, signal), "noise": Eq(V0, noise)},
        constants={},
    )


@law
def sgd_noise_over_signal() -> Derivation:
    r"""Derive that noise and signal are of one order under the isotropic prior."""
    form = gamma * sigma2 * (2 - 2 ** (1 / a)) / (2 * (2 ** (1 / a) - 1))
    ratio = in_form(parts.noise_over_signal(), form)
    if simplify(parts.noise_over_signal(averaged=True) - ratio) != 0:
        raise ArithmeticError("the mean iterate has another ratio of noise and signal")
    return Derivation(
        name="sgd-noise-over-signal",
        title="Noise over signal under the isotropic prior",
        regime=NO_SKETCH + r", $b=a$, $n\to\infty$; the same for the last and for the mean iterate",
        source="derived here, against the remark to Theorem 4.1 of arXiv 2406.08466 that the noise is "
        "of higher order",
        steps=(
            Step(
                statement=Eq(V0 / B0, ratio),
                rule=r"The quotient of the laws of noise and signal for the last iterate: $n$ drops out",
                rigour=Rigour.LEADING,
                error=((gamma * n) ** (-1 / a),),
                sampler=both_of_last,
            ),
            Step(
                statement=Eq(V0 / B0, ratio),
                rule=r"The quotient for the mean iterate at a constant step size",
                rigour=Rigour.LEADING,
                error=((gamma * n) ** (-1 / a),),
                sampler=both_of_mean,
            ),
        ),
        results={"ratio": Eq(V0 / B0, ratio)},
        constants={},
    )


@law
def sgd_stability() -> Derivation:
    r"""Derive the excess at rest under steps of one size, and the largest stable step size."""
    excess = cancel(sigma2 * load / (1 - load))
    return Derivation(
        name="sgd-stability",
        title="Excess at rest and the largest stable step size",
        regime=r"any eigenvalues $\mu_k$ of the features, Gaussian data, constant $\gamma$, batches of one",
        source="derived here",
        steps=(
            Step(
                statement=Eq(rest, in_form(excess, sigma2 * load / (1 - load))),
                rule=r"At rest $E_k=\frac{\gamma\mu_k}{2(1-\gamma\mu_k)}(U+\sigma^2)$, and "
                r"$U=\sum_kE_k$ with "
                r"$X=\sum_k\frac{\gamma\mu_k}{2(1-\gamma\mu_k)}$",
                sampler=constant_step,
            ),
            Step(
                statement=Eq(determinant, losses * (1 - load)),
                rule=r"One minus the recursion is diagonal less rank one; its determinant, with "
                r"$P=\prod_k2\gamma\mu_k(1-\gamma\mu_k)$, first vanishes at $X=1$",
                sampler=constant_step,
            ),
        ),
        results={"rest": Eq(rest, excess), "determinant": Eq(determinant, losses * (1 - load))},
        constants={},
    )
