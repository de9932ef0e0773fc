r"""Monte Carlo simulation of stochastic gradient descent on sketched covariates.

The model: :math:`x` of covariance :math:`\mathrm{diag}\,\lambda`, :math:`y=w^*\cdot x+\epsilon`,
:math:`\phi=Sx` with a fixed :math:`S_{nk}\sim\mathcal N(0,1/N)`, and from :math:`v_0=0` steps
:math:`v\leftarrow v-\frac\gamma B\sum(v\cdot\phi-y)\phi` (the mean over a batch).  For Gaussian covariates
all that matters of the sketch is its spectrum and the signal in each mode: runs take place in the N
coordinates of the features, where what the sketch cannot explain is label noise.  Runs in the space of the
data draw covariates of any law and multiply them by the sketch.  The average over the test point is exact.
"""

from __future__ import annotations

import math
from concurrent.futures import Executor
from typing import Any

import numpy as np

from ...numerics import Schedule, SketchedSpectrum, Spectrum, sketch_equivalent
from ...numerics.sketch import check_sketch
from ...numerics.spectrum import check_spectrum
from .arguments import count, count_or_infinity, sampled_spectrum
from .cost import MEMORY_LIMIT
from .covariates import Covariates
from .draws import sample_feature_map
from .replicates import Progress, child_seed, seed_sequence
from .sgd_result import SGDSimulation, Signal
from .sgd_runs import run_sgd
from .sgd_samples import DataSpace, SketchesSpace, SketchSpace


def simulate_sgd(
    sketch: SketchedSpectrum,
    schedule: Schedule,
    *,
    noise: Any = 0,
    batch_size: Any = 1,
    average: bool = False,
    samples: Any = None,
    signal: Signal = "fixed",
    replicates: int = 200,
    seed: Any,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> SGDSimulation:
    r"""Simulate SGD on Gaussian covariates in the coordinates of a sketch.

    Parameters
    ----------
    sketch
        Of `sample_sketch`, or of `unsketched` for data seen as they are: modes that each stand for one.
    schedule
        Step sizes.
    noise
        Variance of the label noise, in [0, oo).
    batch_size
        Samples in a step, an integer >= 1; gradients are averaged over them.
    average
        Whether the result of a run is the mean of the iterates before each step, in place of the last one.
    samples
        Size of the finite set that a run draws its batches from, an integer not smaller than `batch_size`: in
        a new order in every pass, until the steps are done.  None for fresh samples in every step.
    signal
        `"fixed"`, with the power of every mode exactly as in the sketch, or `"drawn"` for a normal one of
        that variance in every run.  The expected risk is the same.
    replicates
        Number of independent runs, at least 2.
    seed
        Integer >= 0 or `SeedSequence`.  The result depends on it and not on workers or chunks, to the last
        bit.
    executor, progress
        As in `simulate_ridge`; `progress` counts groups of runs.

    Raises
    ------
    ValueError
        If an argument lies outside its domain, a run needs more memory than 2 GiB, or the step size is so
        large that runs leave the range of floats.
    TypeError
        If an argument has the wrong type.

    Notes
    -----
    With :math:`\Sigma=SHS^\top` and :math:`v^*=\Sigma^{-1}SHw^*` the features are :math:`\mathcal
    N(0,\Sigma)`, and given them labels are :math:`\mathcal N(v^*\cdot\phi,\sigma^2+\mathrm{approximation})`,
    independent of each other: Lin, Wu, Kakade, Bartlett, Lee (2024), lemmas A.1 and A.3.  Starting from zero,
    a run does not notice a rotation of the features.

    Examples
    --------
    >>> from scalinglaws.numerics import PowerLaw, sample_sketch
    >>> sketch = sample_sketch(PowerLaw(2), 8, seed=0)
    >>> found = simulate_sgd(sketch, Schedule.geometric("0.3", 64), noise="0.1", replicates=500, seed=1)
    >>> found.comparison().z < 4
    True
    """
    check_sketch(sketch)
    if not (sketch.modes == 1).all():
        raise ValueError("`sketch` has entries that stand for no single mode; draw one by sample_sketch")
    return run_sgd(
        SketchSpace(sketch=sketch, drawn=_is_drawn(signal)),
        schedule,
        noise=noise,
        batch_size=batch_size,
        average=average,
        samples=samples,
        replicates=replicates,
        root=seed_sequence(seed),
        executor=executor,
        progress=progress,
        rest={"sketch": sketch, "signal": signal, "covariates": Covariates(), "space": None},
    )


def simulate_sgd_over_sketches(
    spectrum: Spectrum,
    schedule: Schedule,
    *,
    features: Any,
    noise: Any = 0,
    source: Any = None,
    latent: Any = None,
    batch_size: Any = 1,
    average: bool = False,
    samples: Any = None,
    signal: Signal = "drawn",
    replicates: int = 200,
    seed: Any,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> SGDSimulation:
    r"""Simulate SGD with a sketch of its own in every run, in the coordinates of the sketch.

    Parameters
    ----------
    spectrum, features, source, latent
        As in `sample_sketch`; the spectrum may be infinite.
    schedule, noise, batch_size, average, samples, signal, replicates, seed, executor, progress
        As in `simulate_sgd`.

    Returns
    -------
    SGDSimulation
        Its `sketch` is the deterministic equivalent, so that its prediction has an error of order 1/features.

    Raises
    ------
    DivergentSumError
        If the data or the signal has infinite power.
    TypeError, ValueError
        As in `simulate_sgd`.

    Examples
    --------
    >>> from scalinglaws.numerics import PowerLaw
    >>> setting = {"features": 16, "replicates": 400, "seed": 1}
    >>> found = simulate_sgd_over_sketches(PowerLaw(2), Schedule.geometric("0.2", 64), **setting)
    >>> found.comparison(allowance=2 / 16).z < 4
    True
    """
    check_spectrum(spectrum)
    space = SketchesSpace(
        spectrum=spectrum,
        width=count("features", features),
        source=source,
        latent=latent,
        drawn=_is_drawn(signal),
    )
    return run_sgd(
        space,
        schedule,
        noise=noise,
        batch_size=batch_size,
        average=average,
        samples=samples,
        replicates=replicates,
        root=seed_sequence(seed),
        executor=executor,
        progress=progress,
        rest={
            "sketch": sketch_equivalent(spectrum, features, source=source),
            "signal": signal,
            "covariates": Covariates(),
            "space": None,
        },
    )


def simulate_sgd_on_data(
    spectrum: Any,
    schedule: Schedule,
    *,
    features: Any,
    covariates: Covariates | None = None,
    noise: Any = 0,
    source: Any = None,
    batch_size: Any = 1,
    average: bool = False,
    samples: Any = None,
    signal: Signal = "fixed",
    replicates: int = 200,
    seed: Any,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> SGDSimulation:
    r"""Simulate SGD word for word: covariates of any law are drawn and multiplied by a sketch.

    Parameters
    ----------
    spectrum
        `PowerLaw` of finite size, `Eigenvalues`, or an array of positive numbers in decreasing order.
    schedule
        Step sizes.
    features
        Integer from 1 to the size of the spectrum, or inf for data seen as they are.
    covariates
        Law of the covariates; None for Gaussian ones.
    source
        Exponent of the signal powers of a `PowerLaw`; None is the isotropic prior.
    signal
        `"fixed"` for :math:`w_k^*=(v_k/\lambda_k)^{1/2}`, or `"drawn"` for normal ones of that variance, new
        in every run.  They have expected risks of their own; `sketch` in the result is that of the signal
        used.
    noise, batch_size, average, samples, replicates, seed, executor, progress
        As in `simulate_sgd`.  One sketch, and one rotation, drawn from the seed, serve all runs.

    Raises
    ------
    ValueError
        If an argument lies outside its domain, the spectrum is infinite, a run needs more memory than 2 GiB,
        or the step size is so large that runs leave the range of floats.
    TypeError
        If an argument has the wrong type.

    Notes
    -----
    A step costs :math:`O(MN)` for each sample instead of :math:`O(N)`.  For covariates without a fourth
    moment the expected risk is infinite, and without an eighth one its standard error: means over runs then
    converge slowly or not at all, though quantiles of `risk_draws` do.

    Examples
    --------
    A step on one mode: :math:`\mathbb E(1-\gamma x^2)^2=(1-\gamma)^2` for signs, whose square is always 1.

    >>> signs = Covariates(law="rademacher")
    >>> setting = {"features": "inf", "covariates": signs, "replicates": 2, "seed": 0}
    >>> simulate_sgd_on_data([1], Schedule.constant("0.25", 1), **setting).risk
    0.5625
    """
    sampled = sampled_spectrum(spectrum, source)
    width = count_or_infinity("features", features)
    if math.inf > width > sampled.size:
        raise ValueError(
            f"`features` = {width} must not exceed the size {sampled.size} of the spectrum; "
            "a wider sketch only adds empty modes"
        )
    law = Covariates() if covariates is None else covariates
    if not isinstance(law, Covariates):
        raise TypeError(f"`covariates` is a {type(law).__name__}; expected a Covariates")
    drawn = _is_drawn(signal)
    rows = sampled.size if math.isinf(width) else int(width)
    if (rows + sampled.size) * sampled.size * 8 > MEMORY_LIMIT // 4:
        raise ValueError(
            f"`spectrum` has `size` = {sampled.size}, too many for a sketch held in memory; choose a smaller "
            "`size`, or simulate_sgd, which does not draw the data"
        )
    root = seed_sequence(seed)
    generator = np.random.default_rng(child_seed(child_seed(root, 0), 0))
    amplitudes = np.sqrt(sampled.eigenvalues)
    if math.isinf(width):
        feature_map = np.diag(amplitudes)
    else:
        feature_map = sample_feature_map(amplitudes, rows, generator, reduced=False)
    teacher = np.diag(np.sqrt(sampled.signal))
    rotation = law.rotation(sampled.size, generator)
    if rotation is not None:
        feature_map, teacher = feature_map @ rotation, teacher @ rotation
    if not drawn:
        teacher = teacher.sum(axis=0, keepdims=True)
    space = DataSpace(
        feature_map=np.ascontiguousarray(feature_map), teacher=teacher, drawn=drawn, covariates=law
    )
    return run_sgd(
        space,
        schedule,
        noise=noise,
        batch_size=batch_size,
        average=average,
        samples=samples,
        replicates=replicates,
        root=child_seed(root, 1),
        executor=executor,
        progress=progress,
        rest={"sketch": space.sketch(), "signal": signal, "covariates": law, "space": space},
    )


def unsketched(spectrum: Any, *, source: Any = None) -> SketchedSpectrum:
    """Return the modes of data that are seen as they are.

    Parameters
    ----------
    spectrum, source
        As in `simulate_sgd_on_data`.

    Examples
    --------
    >>> unsketched([2, 1]).alignment.tolist()
    [2.0, 1.0]
    """
    sampled = sampled_spectrum(spectrum, source)
    return SketchedSpectrum(
        eigenvalues=sampled.eigenvalues,
        modes=np.ones(sampled.size),
        alignment=sampled.signal,
        approximation=0.0,
    )


def _is_drawn(signal: str) -> bool:
    if signal not in ("fixed", "drawn"):
        raise ValueError(f"`signal` is {signal!r}; expected 'fixed' or 'drawn'")
    return signal == "drawn"
