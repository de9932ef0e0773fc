"""The resolution-limited regime: interpolation between points of a manifold."""

from __future__ import annotations

from .bounds import LipschitzBound as LipschitzBound
from .cells import cell_exponent as cell_exponent
from .cells import product_exponent as product_exponent
from .cells import side_of_cells as side_of_cells
from .delaunay import delaunay_constant as delaunay_constant
from .delaunay import delaunay_constants as delaunay_constants
from .distance import NearestDistance as NearestDistance
from .distance import unit_ball as unit_ball
from .neighbour_ratios import estimator_denominator as estimator_denominator
from .neighbour_ratios import estimator_moment as estimator_moment
from .neighbour_ratios import log_ratio_density as log_ratio_density
from .neighbour_ratios import ratio_distribution as ratio_distribution
from .pieces import LocalPieces as LocalPieces
from .pieces import analytic_exponent as analytic_exponent
from .pieces import error_degree as error_degree
from .pieces import local_error as local_error
from .pieces import loss_order as loss_order
from .regression import direction_moment as direction_moment
from .regression import nearest_neighbour_error as nearest_neighbour_error
from .splines import gap_error as gap_error
from .splines import spline_constant as spline_constant
from .splines import spline_error as spline_error
