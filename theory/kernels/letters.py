"""The letters of kernels on manifolds."""

from __future__ import annotations

from sympy import Symbol

from ..symbols import dimension as dimension

#: Degree $n$ of a harmonic on the sphere, or length of an integer frequency on the torus.
degree = Symbol("n", positive=True)
#: Smoothness $\\nu$ of a Matérn kernel.
smoothness = Symbol("nu", positive=True)
#: Length scale $\\ell$ of a kernel.
length = Symbol("ell", positive=True)
#: Decays $\\alpha_S,\\alpha_T$ in the frequency of the kernels of student and teacher.
student_decay, teacher_decay = Symbol("alpha_S", positive=True), Symbol("alpha_T", positive=True)
