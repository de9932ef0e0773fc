"""Decay of kernel spectra, and the exponents of kernel regression."""

from __future__ import annotations

from .counting import harmonics as harmonics
from .counting import sphere_modes as sphere_modes
from .counting import torus_modes as torus_modes
from .gamma_ratio import gamma_ratio as gamma_ratio
from .law import KernelLaw as KernelLaw
from .law import arc_cosine_law as arc_cosine_law
from .law import circle_sobolev as circle_sobolev
from .law import gaussian as gaussian
from .law import matern as matern
from .law import relu_nngp as relu_nngp
from .law import relu_ntk as relu_ntk
from .ordering import Family as Family
from .ordering import ordered_spectrum as ordered_spectrum
from .radial import matern_density as matern_density
from .regression import KernelLearning as KernelLearning
from .regression import regression_exponents as regression_exponents
from .regression import ridgeless_kernel_rates as ridgeless_kernel_rates
from .smoothness import alpha_bound as alpha_bound
from .smoothness import has_moment as has_moment
from .smoothness import integer_class as integer_class
from .zonal import power_eigenvalue as power_eigenvalue
