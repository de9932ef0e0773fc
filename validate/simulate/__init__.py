"""Monte Carlo simulation of the models themselves."""

from .arc_cosine import relu_second_moment as relu_second_moment
from .features import FeatureSpectrum as FeatureSpectrum
from .features import feature_spectrum as feature_spectrum
from .kernel_spectrum import KernelSpectrum as KernelSpectrum
from .kernel_spectrum import kernel_spectrum as kernel_spectrum
from .literal import DualityDefect as DualityDefect
from .literal import duality_defect as duality_defect
from .ridge import RidgeSimulation as RidgeSimulation
from .ridge import simulate_ridge as simulate_ridge
