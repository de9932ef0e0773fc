"""Monte Carlo simulation of the models themselves."""

from .arc_cosine import relu_second_moment as relu_second_moment
from .covariates import Covariates as Covariates
from .features import FeatureSpectrum as FeatureSpectrum
from .features import feature_spectrum as feature_spectrum
from .fourth_moment import critical_step_size_from_kurtosis as critical_step_size_from_kurtosis
from .fourth_moment import risk_from_fourth_moment as risk_from_fourth_moment
from .kernel_spectrum import KernelSpectrum as KernelSpectrum
from .kernel_spectrum import kernel_spectrum as kernel_spectrum
from .literal import DualityDefect as DualityDefect
from .literal import duality_defect as duality_defect
from .ridge import RidgeSimulation as RidgeSimulation
from .ridge import simulate_ridge as simulate_ridge
from .sgd import simulate_sgd as simulate_sgd
from .sgd import simulate_sgd_on_data as simulate_sgd_on_data
from .sgd import simulate_sgd_over_sketches as simulate_sgd_over_sketches
from .sgd import unsketched as unsketched
from .sgd_result import SGDSimulation as SGDSimulation
from .sketches import SketchAverage as SketchAverage
from .sketches import average_over_sketches as average_over_sketches
