"""The random-feature teacher-student model: ridgeless regression with an isotropic teacher."""

from .aligned import aligned_loss as aligned_loss
from .aligned import alignment_shortfall as alignment_shortfall
from .factor import chi_square_moment as chi_square_moment
from .factor import exact_factor as exact_factor
from .factor import inverse_wishart_trace as inverse_wishart_trace
from .factor import planar_factor as planar_factor
from .forms import all_features_loss as all_features_loss
from .forms import covariance_form as covariance_form
from .forms import infinite_samples_loss as infinite_samples_loss
from .forms import kernel_form as kernel_form
from .forms import least_squares_loss as least_squares_loss
from .fourth_moment import independent_coefficient as independent_coefficient
from .fourth_moment import independent_fourth_moment as independent_fourth_moment
from .fourth_moment import variance_limited_coefficient as variance_limited_coefficient
from .model import TeacherStudent as TeacherStudent
from .model import TeacherStudentPoint as TeacherStudentPoint
from .model import kernel_loss as kernel_loss
from .replica import collapsed_loss as collapsed_loss
from .replica import replica_fixed_point as replica_fixed_point
from .replica import replica_loss as replica_loss
from .replica import replica_overlap as replica_overlap
from .replica import resolvent_integral as resolvent_integral
