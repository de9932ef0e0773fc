"""Simulations of the models, claims of the papers, verdicts and reports.

What is imported here loads neither SymPy nor NumPy; `simulate`, `report` and `claims` are packages of their
own.
"""

from __future__ import annotations

from .claim import Case as Case
from .claim import Claim as Claim
from .claim import Context as Context
from .claim import Evidence as Evidence
from .claim import Leg as Leg
from .claim import LegKind as LegKind
from .claim import Paper as Paper
from .registry import Registry as Registry
from .registry import UnknownNameError as UnknownNameError
from .registry import default_registry as default_registry
from .runner import CaseResult as CaseResult
from .runner import ClaimResult as ClaimResult
from .runner import LegError as LegError
from .runner import LegResult as LegResult
from .runner import Validation as Validation
from .runner import WorkerError as WorkerError
from .runner import run as run
from .runner import simulation_legs as simulation_legs
from .serialization import to_json as to_json
from .verdict import CaseVerdict as CaseVerdict
from .verdict import Outcome as Outcome
from .verdict import Verdict as Verdict
from .verdict import case_verdict as case_verdict
from .verdict import claim_verdict as claim_verdict
