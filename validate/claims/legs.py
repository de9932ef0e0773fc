"""How the legs of claims decide: identities, approaches to a law, agreement of numbers, and simulations.

Every function here takes what a paper states beside what the engine derives or measures, and returns
evidence. None of them knows which way it should come out; each can support and contradict.
"""

from __future__ import annotations

from .approaches import ApproachPoint as ApproachPoint
from .approaches import Pair as Pair
from .approaches import approach_to_law as approach_to_law
from .approaches import numbers_agree as numbers_agree
from .evidence import DIGITS as DIGITS
from .evidence import evaluate as evaluate
from .evidence import joint_outcome as joint_outcome
from .evidence import together_evidence as together_evidence
from .identities import Identity as Identity
from .identities import plain as plain
from .identities import symbolic_equality as symbolic_equality
from .simulations import OrderedPair as OrderedPair
from .simulations import SimulatedPoint as SimulatedPoint
from .simulations import simulation_agrees as simulation_agrees
from .simulations import simulation_ordered as simulation_ordered
