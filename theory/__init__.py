"""Symbolic theory of scaling laws: models, expansions, laws and their derivations as SymPy objects."""

from .asymptotic_sum import AsymptoticSum as AsymptoticSum
from .asymptotic_sum import compose as compose
from .asymptotic_sum import revert as revert
from .asymptotic_sum import solve_balance as solve_balance
from .derivation import Derivation as Derivation
from .derivation import Rigour as Rigour
from .derivation import Step as Step
from .dominance import Comparison as Comparison
from .dominance import UndecidedError as UndecidedError
from .dominance import compare as compare
from .dominance import is_possible as is_possible
from .expansion import Expansion as Expansion
from .expansion import IncomparableTermsError as IncomparableTermsError
from .mellin import Kernel as Kernel
from .mellin import heat_kernel as heat_kernel
from .mellin import resolvent_kernel as resolvent_kernel
from .mellin import spectral_sum as spectral_sum
from .notation import Notation as Notation
from .ridge import RandomFeatureRidge as RandomFeatureRidge
from .spectra import AnySpectrum as AnySpectrum
from .spectra import PowerLaw as PowerLaw
from .trace_sum import TraceSum as TraceSum
from .traces import DegreesOfFreedom as DegreesOfFreedom
from .traces import SignalSum as SignalSum
