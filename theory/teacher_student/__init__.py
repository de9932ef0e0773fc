"""The random-feature teacher-student model: ridgeless regression with an isotropic teacher."""

from __future__ import annotations
