"""Numbers of the theory at any precision: spectral sums, fixed points and risks."""

from .errors import ConvergenceError as ConvergenceError
from .errors import DivergentSumError as DivergentSumError
from .errors import InterpolationThresholdError as InterpolationThresholdError
from .errors import PrecisionError as PrecisionError
from .gradient import RidgeGradient as RidgeGradient
from .optimum import OptimalRidge as OptimalRidge
from .optimum import optimal_ridge as optimal_ridge
from .ridge import RidgePoint as RidgePoint
from .ridge import solve_ridge as solve_ridge
from .spectra import Eigenvalues as Eigenvalues
from .spectra import PowerLaw as PowerLaw
from .spectrum import Spectrum as Spectrum
from .sweep import RidgeSweep as RidgeSweep
from .sweep import sweep_ridge as sweep_ridge
from .sweep_arguments import PowerLaws as PowerLaws
from .trace_sums import trace_sum as trace_sum
