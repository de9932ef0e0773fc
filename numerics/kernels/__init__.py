"""Kernels on the circle, the torus and the sphere: values, exact eigenvalues, spectra."""

from __future__ import annotations

from .eigenvalues import KernelLevel as KernelLevel
from .eigenvalues import kernel_eigenvalues as kernel_eigenvalues
from .kernel import Kernel as Kernel
from .manifold import Circle as Circle
from .manifold import Manifold as Manifold
from .manifold import Sphere as Sphere
from .manifold import Torus as Torus
from .networks import ArcCosine as ArcCosine
from .networks import ReLUNNGP as ReLUNNGP
from .networks import ReLUNTK as ReLUNTK
from .radial import Gaussian as Gaussian
from .radial import Laplace as Laplace
from .radial import Matern as Matern
from .sobolev import CircleSobolev as CircleSobolev
from .spectrum import ManifoldSpectrum as ManifoldSpectrum
