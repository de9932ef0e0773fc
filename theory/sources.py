"""Papers that several derivations name."""

from __future__ import annotations

#: Who argues for the deterministic equivalent of ridge regression.
EQUIVALENT = "Simon et al., arXiv 2311.14646; Atanasov et al., arXiv 2405.00592"
#: The model of one-pass SGD on sketched covariates.
SGD = "Lin, Wu, Kakade, Bartlett, Lee, arXiv 2406.08466; the diagonal of the second moment derived here"
