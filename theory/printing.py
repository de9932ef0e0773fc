r"""LaTeX as a theorist writes it.

SymPy's printer is used with other habits: constants before powers ($\rho\,\kappa^{-1/a}$), a
positive term first ($1-N/T$), slanted fractions in exponents, $H_M^{(s)}$ for harmonic numbers.
"""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Add, Basic, Expr, Function, Mul, Pow, Rational, Symbol, fraction, pi, sin
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
        numerator, denominator = self._fraction(_with_one_root(expr))
        if denominator == 1:
            return self._product(numerator)
        if self._settings["fold_short_frac"] and (denominator.is_Atom or denominator.is_Add):
            over, under = self._product(numerator), self._print(denominator)
            over = rf"\left({over}\right)" if numerator.is_Add else over
            return f"{over} / " + (rf"\left({under}\right)" if denominator.is_Add else under)
        quotient = _over_its_sine(expr)
        if quotient is not None:
            angle, rest = quotient
            written = law_latex(angle, fold_short_frac=True)
            tex = rf"\frac{{{written}}}{{\sin\left({written}\right)}}"
            constant, powers = rest.as_independent(*_grown(rest), as_Add=False)
            parts = [self._print(constant), tex, self._print(powers)]
            return " ".join(part for part in parts if part != "1")
        return rf"\frac{{{self._product(numerator)}}}{{{self._product(denominator)}}}"

    def _fraction(self, expr: Expr) -> tuple[Expr, Expr]:
        """Return numerator and denominator; a product to a negative power is below the line."""
        numerator, denominator = fraction(expr, exact=True)
        above: list[Expr] = []
        below: list[Expr] = []
        for part in Mul.make_args(numerator):
            base, exponent = part.as_base_exp()
            falls = base.is_Mul and exponent.could_extract_minus_sign() and fraction(base)[1] == 1
            (below if falls else above).append(part)
        return (
            (Mul(*above), Mul(denominator, *(1 / part for part in below)))
            if below
            else (numerator, denominator)
        )

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
        if expr.exp == Rational(1, 2):
            return rf"\sqrt{{{self._print(expr.base)}}}"
        if expr.exp.is_Rational or expr.base.is_Function:
            return str(super()._print_Pow(expr))
        if expr.base.is_Mul and expr.exp.could_extract_minus_sign():
            above, below = fraction(expr.base)
            if below != 1:
                return str(self._print(Pow(below / above, -expr.exp, evaluate=False)))
        exponent = law_latex(expr.exp, fold_short_frac=True)
        if isinstance(expr.base, Symbol) and expr.base.name.endswith("^2"):
            # a variance carries its square in its name
            return str(self._print(Pow(Symbol(expr.base.name.removesuffix("^2")), 2 * expr.exp)))
        base = self.parenthesize(expr.base, PRECEDENCE["Pow"])
        if "^" in base and isinstance(expr.base, Symbol):
            base = rf"\left({base}\right)"
        return f"{base}^{{{exponent}}}"

    def _print_harmonic(self, expr: Function, exp: str | None = None) -> str:
        size, order = (self._print(argument) for argument in expr.args)
        tex = rf"H_{{{size}}}^{{\left({order}\right)}}"
        return tex if exp is None else rf"\left({tex}\right)^{{{exp}}}"


def _over_its_sine(expr: Expr) -> tuple[Expr, Expr] | None:
    r"""Return $\pi/a$ and the rest of a product that contains $\frac{\pi/a}{\sin(\pi/a)}$."""
    for part in Mul.make_args(expr):
        if part.is_Pow and part.exp == -1 and isinstance(part.base, sin):
            angle = part.base.args[0]
            rest = expr * part.base / angle
            if fraction(angle)[0] == pi and not rest.has(pi):
                return angle, rest
    return None


def _grown(expr: Expr) -> set[Symbol]:
    """Return the symbols that are raised to symbolic powers."""
    powers = (part.as_base_exp() for part in Mul.make_args(expr))
    return {base for base, exponent in powers if base.is_Symbol and not exponent.is_Rational}


def _with_one_root(expr: Expr) -> Expr:
    """Put several square roots of positive things under one root sign."""
    factors = Mul.make_args(expr)
    roots = [part for part in factors if part.is_Pow and part.exp in (Rational(1, 2), Rational(-1, 2))]
    if len(roots) < 2:
        return expr
    root = Pow(Mul(*(part**2 for part in roots)), Rational(1, 2), evaluate=False)
    return Mul(*(part for part in factors if part not in roots), root, evaluate=False)


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
    parts = [law_latex(term) for term in terms]
    left_out = " + ".join(law_latex(error) for error in errors)
    parts += [rf"O\left({left_out}\right)"] if left_out else []
    return " + ".join(parts).replace("+ -", "-") or "0"
