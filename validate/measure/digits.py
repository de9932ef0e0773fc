r"""Real images: kernels on the handwritten digits that come with scikit-learn.

Their 1797 images of 8 x 8 pixels are centred and divided by their lengths, so that they lie on the sphere
:math:`S^{63}`; the targets are the ten classes one-hot, less their means.  scikit-learn is an optional extra.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from ...numerics import Laplace, ReLUNNGP, ReLUNTK, Sphere, exact
from ..simulate.cost import MEMORY_LIMIT
from ..simulate.replicates import child_seed, seed_sequence, single_blas_thread
from .modes import FloatArray

#: The kernels on the images by name, see :func:`digits_kernel`.
DIGITS_KERNELS: Final = ("relu", "relu-ntk", "relu-ntk-3", "laplace", "random-features", "network")

_FEATURES: Final = 4096
_HIDDEN: Final = 512

_OF_ANGLE: Final[Mapping[str, Callable[[], Any]]] = MappingProxyType(
    {
        "relu": lambda: ReLUNNGP(1),
        "relu-ntk": lambda: ReLUNTK(1),
        "relu-ntk-3": lambda: ReLUNTK(3),
        "laplace": lambda: Laplace(1),
    }
)


class MissingExtraError(RuntimeError):
    """What is asked for needs a library that is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Digits:
    """Images of length 1, shape (n, 64), and targets, shape (n, 10)."""

    images: FloatArray
    targets: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DigitsKernel:
    """The kernel matrix of some of the images, and their targets."""

    name: str
    matrix: FloatArray
    targets: FloatArray


def digits_available() -> bool:
    """Whether scikit-learn, which holds the images, is installed."""
    return importlib.util.find_spec("sklearn") is not None


def load_digits() -> Digits:
    """Return the images and their classes.

    Raises
    ------
    MissingExtraError
        If scikit-learn is not installed.
    """
    _check_available()
    from sklearn import datasets

    pixels, classes = datasets.load_digits(return_X_y=True)
    centred = pixels - pixels.mean(axis=0)
    one_hot = np.eye(10)[classes]
    return Digits(
        images=np.asarray(centred / np.linalg.norm(centred, axis=1, keepdims=True)),
        targets=one_hot - one_hot.mean(axis=0),
    )


def digits_kernel(
    name: str,
    *,
    features: Any = None,
    images: Any = None,
    seed: Any = 0,
    digits: Digits | None = None,
) -> DigitsKernel:
    r"""Return a kernel matrix on the images.

    Parameters
    ----------
    name :
        One of `DIGITS_KERNELS`: ``relu`` and ``relu-ntk`` are the covariance and the tangent kernel of wide
        networks with one hidden layer, ``relu-ntk-3`` has three, ``laplace`` is :math:`e^{-|x-x'|}`;
        ``random-features`` is the mean over finitely many features :math:`\max(0,w\cdot x)`, ``network`` that
        over the features which training a network of one hidden layer by Adam on half of the images ends
        with, on the other half.
    features :
        The number of features of the last two, an integer not smaller than 1; None for 4096 and 512.
    images :
        How many of the images, an integer not smaller than 2, drawn at random; None for all of them. A
        network is trained on half of these.
    seed :
        Of the features and the choice of images, an integer >= 0 or a SeedSequence.
    digits :
        The images, loaded if None.

    Raises
    ------
    MissingExtraError
        If scikit-learn is not installed.
    TypeError, ValueError
        If an argument is outside its domain.
    """
    if name not in DIGITS_KERNELS:
        raise ValueError(f"`name` = {name!r} must be one of {', '.join(DIGITS_KERNELS)}; choose one")
    if features is not None and name in _OF_ANGLE:
        raise ValueError(
            f"`features` = {features} does not go with {name}, which has infinitely many; drop it"
        )
    width = None if features is None else exact.count("features", features)
    root = seed_sequence(seed)
    data = load_digits() if digits is None else digits
    if images is not None:
        data = some_digits(data, images, child_seed(root, 1))
    memory = 0 if width is None else 32 * len(data.images) * width
    if memory > MEMORY_LIMIT:
        raise ValueError(
            f"`features` = {width} need about {memory / 2**30:.1f} GiB, more than "
            f"{MEMORY_LIMIT / 2**30:.0f} GiB; choose fewer"
        )
    if name in _OF_ANGLE:
        sphere = Sphere(data.images.shape[1] - 1)
        return DigitsKernel(
            name=name, matrix=_OF_ANGLE[name]().matrix(sphere, data.images), targets=data.targets
        )
    if name == "random-features":
        found = draw_relu_features(np.random.default_rng(root), width or _FEATURES, images=data.images)
        targets = data.targets
    else:
        found, targets = _trained_features(data, width or _HIDDEN, root)
    with single_blas_thread():
        matrix = found @ found.T / found.shape[1]
    return DigitsKernel(name=name, matrix=matrix, targets=targets)


def some_digits(data: Digits, images: Any, root: np.random.SeedSequence) -> Digits:
    """Return some of the images, drawn at random."""
    number = exact.count("images", images)
    if not 2 <= number <= len(data.images):
        raise ValueError(
            f"`images` = {number} must be an integer from 2 to the {len(data.images)} there are; choose fewer"
        )
    chosen = np.random.default_rng(root).permutation(len(data.images))[:number]
    return Digits(images=data.images[chosen], targets=data.targets[chosen])


def draw_relu_features(generator: np.random.Generator, count: int, *, images: FloatArray) -> FloatArray:
    r"""Return features :math:`\sqrt2\max(0,w\cdot x)` of images with standard normal w, shape (n, count).

    Their mean product over w is the kernel ``relu``.
    """
    weights = generator.standard_normal((images.shape[1], count))
    with single_blas_thread():
        return np.asarray(np.sqrt(2) * np.maximum(images @ weights, 0))


def _trained_features(
    data: Digits, width: int, root: np.random.SeedSequence
) -> tuple[FloatArray, FloatArray]:
    """Train on some images and return the features of the others, with their targets."""
    _check_available()
    from sklearn.neural_network import MLPClassifier

    order = np.random.default_rng(root).permutation(len(data.images))
    seen, rest = np.array_split(order, 2)
    network = MLPClassifier(
        hidden_layer_sizes=(width,),
        learning_rate_init=0.01,
        max_iter=40,
        # a loss that stays put for ten epochs ends the training before; none is asked for
        tol=0.0,
        n_iter_no_change=41,
        random_state=int(root.generate_state(1)[0]),
    )
    import warnings

    with warnings.catch_warnings(), single_blas_thread():
        # it is meant to end after its epochs
        warnings.filterwarnings("ignore", module="sklearn")
        network.fit(data.images[seen], data.targets[seen].argmax(axis=1))
        features = np.maximum(data.images[rest] @ network.coefs_[0] + network.intercepts_[0], 0)
    return np.asarray(features), data.targets[rest]


def _check_available() -> None:
    if not digits_available():
        raise MissingExtraError(
            "the digits need scikit-learn, which is not installed; run pip install 'scalinglaws[digits]'"
        )
