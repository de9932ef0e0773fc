"""What data and estimators of a user show: exponents, spectra, dimensions."""

from __future__ import annotations

from .digits import DIGITS_KERNELS as DIGITS_KERNELS
from .digits import Digits as Digits
from .digits import DigitsKernel as DigitsKernel
from .digits import MissingExtraError as MissingExtraError
from .digits import digits_available as digits_available
from .digits import digits_kernel as digits_kernel
from .digits import draw_relu_features as draw_relu_features
from .digits import load_digits as load_digits
from .digits_study import DIGITS_SAMPLES as DIGITS_SAMPLES
from .digits_study import CurveComparison as CurveComparison
from .digits_study import DigitsStudy as DigitsStudy
from .digits_study import study_digits as study_digits
from .exponent import MeasuredGaps as MeasuredGaps
from .exponent import measure_gaps as measure_gaps
from .exponent_fit import ExponentFit as ExponentFit
from .exponent_fit import fit_exponent as fit_exponent
from .feature_curve import measure_feature_curve as measure_feature_curve
from .intrinsic_dimension import DimensionEstimate as DimensionEstimate
from .intrinsic_dimension import measure_dimension as measure_dimension
from .learning_curve import MeasuredCurve as MeasuredCurve
from .learning_curve import measure_learning_curve as measure_learning_curve
from .learning_curve import predict_unseen_risk as predict_unseen_risk
from .limit_fit import LimitFit as LimitFit
from .limit_fit import fit_exponent_and_limit as fit_exponent_and_limit
from .modes import MeasuredModes as MeasuredModes
from .modes import measured_modes as measured_modes
from .prediction import predict_risk as predict_risk
from .spectrum import PowerLawRange as PowerLawRange
from .spectrum import measure_spectrum as measure_spectrum
from .spectrum import sample_bias as sample_bias
