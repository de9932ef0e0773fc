"""What data and estimators of a user show: exponents, spectra, dimensions."""

from __future__ import annotations

from .digits import DIGITS_KERNELS as DIGITS_KERNELS
from .digits import Digits as Digits
from .digits import DigitsKernel as DigitsKernel
from .digits import MissingExtraError as MissingExtraError
from .digits import digits_available as digits_available
from .digits import digits_kernel as digits_kernel
from .digits import load_digits as load_digits
from .learning_curve import LearningCurve as LearningCurve
from .learning_curve import measure_learning_curve as measure_learning_curve
from .learning_curve import predict_unseen_risk as predict_unseen_risk
from .modes import MeasuredModes as MeasuredModes
from .modes import measured_modes as measured_modes
from .spectrum import PowerLawRange as PowerLawRange
from .spectrum import measure_spectrum as measure_spectrum
from .spectrum import sample_bias as sample_bias
