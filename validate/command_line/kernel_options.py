"""Options of the commands about kernels on manifolds, and how they are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from ...numerics import Kernel, Manifold

F = TypeVar("F", bound=Callable[..., Any])

#: Kernels by name, and the parameters that each takes.
KERNELS = {
    "laplace": ("length",),
    "matern": ("smoothness", "length"),
    "gaussian": ("length",),
    "circle-sobolev": ("order",),
    "arc-cosine": ("order",),
    "relu-nngp": ("depth",),
    "relu-ntk": ("depth",),
}
MANIFOLDS = ("circle", "torus", "sphere")
#: Parameters that have to be given, and what the others are otherwise.
_DEFAULTS = {"length": "1", "depth": "1"}


def kernel(function: F) -> F:
    """Add the options of a kernel, of the manifold that it lives on, and of a teacher kernel."""
    for option in (
        *_parameters("teacher-", "of the teacher kernel; by default that of the kernel"),
        click.option(
            "--teacher",
            type=click.Choice(list(KERNELS)),
            help="Kernel of the Gaussian process that is learned; by default the same.",
        ),
        *_parameters("", "of the kernel"),
        click.option("--dimension", help="Dimension d of the manifold; 1 on the circle."),
        click.option("--manifold", type=click.Choice(MANIFOLDS), required=True, help="Where the data lie."),
        click.option("--kernel", "name", type=click.Choice(list(KERNELS)), required=True, help="The kernel."),
    ):
        function = option(function)
    return function


def _parameters(prefix: str, whose: str) -> list[Callable[[F], F]]:
    """Return the options of the parameters, the last one first."""
    return [
        click.option(f"--{prefix}depth", help=f"Hidden layers {whose} (relu-nngp, relu-ntk)."),
        click.option(f"--{prefix}order", help=f"Order {whose} (circle-sobolev, arc-cosine)."),
        click.option(f"--{prefix}length", help=f"Length scale {whose} (laplace, matern, gaussian)."),
        click.option(f"--{prefix}smoothness", help=f"Smoothness nu {whose} (matern)."),
    ]


def read_manifold(manifold: str, dimension: str | None) -> Manifold:
    """Return the manifold of a name and a dimension."""
    from ...numerics import Circle, Sphere, Torus

    if manifold == "circle":
        if dimension is not None and dimension.strip() != "1":
            raise ValueError(f"`dimension` is {dimension} and must be 1 on the circle; use torus or sphere")
        return Circle()
    if dimension is None:
        raise ValueError(f"`dimension` is missing; give the dimension of the {manifold}, such as 2")
    return Torus(dimension) if manifold == "torus" else Sphere(dimension)


def read_kernels(
    name: str, teacher: str | None, given: dict[str, str | None]
) -> tuple[Kernel, Kernel | None]:
    """Return kernel and teacher from the names and the parameters that were given; no teacher is the same.

    Parameters
    ----------
    name, teacher :
        names of the kernels.
    given :
        the values of all parameters under the names of the command's arguments.
    """
    own = {word: given[word] for word in ("smoothness", "length", "order", "depth")}
    theirs = {word: given[f"teacher_{word}"] for word in own}
    student = read_kernel(name, own)
    if teacher is None:
        for word, value in theirs.items():
            if value is not None:
                raise ValueError(f"`teacher-{word}` is {value}, but there is no teacher; give --teacher")
        return student, None
    shared = {word: own[word] if word in KERNELS[name] else None for word in own}
    wanted = {
        word: shared[word] if value is None and word in KERNELS[teacher] else value
        for word, value in theirs.items()
    }
    return student, read_kernel(teacher, wanted, prefix="teacher-")


def read_kernel(name: str, given: dict[str, str | None], *, prefix: str = "") -> Kernel:
    """Return the kernel of a name with its parameters."""
    from ... import numerics

    makers: dict[str, Callable[..., Kernel]] = {
        "laplace": numerics.Laplace,
        "matern": numerics.Matern,
        "gaussian": numerics.Gaussian,
        "circle-sobolev": numerics.CircleSobolev,
        "arc-cosine": numerics.ArcCosine,
        "relu-nngp": numerics.ReLUNNGP,
        "relu-ntk": numerics.ReLUNTK,
    }
    values = {}
    for word, value in given.items():
        if word not in KERNELS[name]:
            if value is not None:
                raise ValueError(f"`{prefix}{word}` is {value}, which {name} does not have; leave it out")
            continue
        found = _DEFAULTS.get(word) if value is None else value
        if found is None:
            raise ValueError(f"`{prefix}{word}` is missing; {name} needs it, give --{prefix}{word}")
        values[word] = found
    return makers[name](**values)
