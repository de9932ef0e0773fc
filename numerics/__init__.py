"""Numbers of the theory at any precision: spectral sums, fixed points and risks."""

from .broken_power_law import BrokenPowerLaw as BrokenPowerLaw
from .degenerate import Degenerate as Degenerate
from .enclosure import Enclosure as Enclosure
from .errors import ConvergenceError as ConvergenceError
from .errors import DivergentSumError as DivergentSumError
from .errors import InterpolationThresholdError as InterpolationThresholdError
from .errors import PrecisionError as PrecisionError
from .exponential import Exponential as Exponential
from .extended import ExtendedEigenvalues as ExtendedEigenvalues
from .extended import PowerLawFit as PowerLawFit
from .gradient import RidgeGradient as RidgeGradient
from .log_power_law import LogPowerLaw as LogPowerLaw
from .optimum import optimal_ridge as optimal_ridge
from .ridge import solve_ridge as solve_ridge
from .ridge_point import OptimalRidge as OptimalRidge
from .ridge_point import RidgePoint as RidgePoint
from .ridge_point import RigorousOptimalRidge as RigorousOptimalRidge
from .ridge_point import RigorousRidgePoint as RigorousRidgePoint
from .spectra import Eigenvalues as Eigenvalues
from .spectra import PowerLaw as PowerLaw
from .spectrum import Spectrum as Spectrum
from .sweep import RidgeSweep as RidgeSweep
from .sweep import sweep_ridge as sweep_ridge
from .sweep_arguments import PowerLaws as PowerLaws
from .trace_sums import trace_sum as trace_sum
