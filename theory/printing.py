r"""LaTeX as a theorist writes it.

SymPy's printer is used with other habits: constants before powers ($\rho\,\kappa^{-1/a}$), a
positive term first ($1-N/T$), slanted fractions in exponents, $H_M^{(s)}$ for harmonic numbers.
"""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Add, Basic, Expr, Function, Mul, Pow, Rational, Symbol, fraction
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE


class LawPrinter(LatexPrinter):
    """The printer of laws; `law_latex` is its entry point."""

    def _print_Add(self, expr: Add, order: str | None = None) -> str:
        terms = self._as_ordered_terms(expr, order=order)
        first = next((i for i, term in enumerate(terms) if not term.could_extract_minus_sign()), 0)
        tex = ""
        for term in [terms[first], *terms[:first], *terms[first + 1 :]]:
            negative = term.could_extract_minus_sign()
            body = self._print(-term if negative else term)
            if self._needs_add_brackets(-term if negative else term):
                body = rf"\left({body}\right)"
            tex += (" - " if negative else " + ") + body if tex else ("- " if negative else "") + body
        return tex

    def _print_Mul(self, expr: Mul) -> str:
        if expr.as_coeff_Mul()[0].is_negative:
            body = self._print(-expr)
            return rf"- \left({body}\right)" if (-expr).is_Add else f"- {body}"
        numerator, denominator = fraction(expr, exact=True)
        if denominator == 1:
            return self._product(numerator)
        if self._settings["fold_short_frac"] and denominator.is_Atom:
            over = self._product(numerator)
            over = rf"\left({over}\right)" if numerator.is_Add else over
            return f"{over} / {self._print(denominator)}"
        return rf"\frac{{{self._product(numerator)}}}{{{self._product(denominator)}}}"

    def _product(self, expr: Expr) -> str:
        if not expr.is_Mul:
            return str(self._print(expr))
        factors = sorted(expr.as_ordered_factors(), key=_rank)
        tex = ""
        for factor in factors:
            body = self.parenthesize(factor, PRECEDENCE["Mul"])
            tex += (r" \cdot " if tex[-1:].isdigit() and body[:1].isdigit() else " ") + body if tex else body
        return tex

    def _print_Pow(self, expr: Pow) -> str:
        if expr.exp.is_Rational or expr.base.is_Function:
            return str(super()._print_Pow(expr))
        exponent = law_latex(expr.exp, fold_short_frac=True)
        base = self.parenthesize(expr.base, PRECEDENCE["Pow"])
        if "^" in base and isinstance(expr.base, Symbol):
            base = rf"\left({base}\right)"
        return f"{base}^{{{exponent}}}"

    def _print_harmonic(self, expr: Function, exp: str | None = None) -> str:
        size, order = (self._print(argument) for argument in expr.args)
        tex = rf"H_{{{size}}}^{{\left({order}\right)}}"
        return tex if exp is None else rf"\left({tex}\right)^{{{exp}}}"


def _rank(factor: Expr) -> int:
    """Order factors: numbers, symbols, symbolic powers, functions, sums."""
    if isinstance(factor, Rational):
        return 0
    if factor.is_number:
        return 1
    base, exponent = factor.as_base_exp()
    if isinstance(base, Symbol):
        return 2 if exponent.is_Integer else 3 if exponent.is_Rational else 4
    return 5 if base.is_Function else 6 if exponent != 1 else 7


def law_latex(expression: Basic, **settings: bool) -> str:
    r"""Print an expression or equation as LaTeX.

    Parameters
    ----------
    expression :
        any SymPy object.
    settings :
        as for `sympy.latex`.

    >>> from sympy.abc import N, T, a
    >>> print(law_latex((1 - N / T) * N ** (1 / a) * a))
    a N^{1 / a} \left(1 - \frac{N}{T}\right)
    """
    return str(LawPrinter(settings).doprint(expression))


def latex_sum(terms: Iterable[Expr], errors: Iterable[Expr]) -> str:
    r"""Print terms and then the members of the error, in the order given.

    >>> from sympy.abc import x
    >>> print(latex_sum([1, -x], [x**2]))
    1 - x + O\left(x^{2}\right)
    """
    body = " + ".join(law_latex(term) for term in terms).replace("+ -", "-") or "0"
    left_out = " + ".join(law_latex(error) for error in errors)
    return body + (rf" + O\left({left_out}\right)" if left_out else "")
