"""Papers that several derivations name."""

from __future__ import annotations

#: Who argues for the deterministic equivalent of ridge regression.
EQUIVALENT = "Simon et al., arXiv 2311.14646; Atanasov et al., arXiv 2405.00592"
