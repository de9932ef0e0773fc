"""Laws of the models, derived step by step from their definitions."""

from .registry import derive as derive
from .registry import names as names
