"""LaTeX made legible in a terminal: signs for macros, a line for fractions, brackets for braces."""

from __future__ import annotations

import re

_SIGNS = {
    "partial": "∂", "nabla": "∇", "prod": "Π", "int": "∫", "ell": "ℓ", "star": "*", "ast": "*",
    "equiv": "≡", "lesssim": "≲", "gtrsim": "≳", "langle": "⟨", "rangle": "⟩", "exp": "exp",
    "ldots": "…", "dots": "…", "cdot": "·", "times": "×", "infty": "∞", "to": "→", "le": "≤",
    "leq": "≤", "ge": "≥", "geq": "≥", "ll": "≪", "gg": "≫", "neq": "≠", "ne": "≠", "sim": "∼",
    "simeq": "≃", "approx": "≈", "asymp": "≍", "propto": "∝", "pm": "±", "min": "min", "max": "max",
    "log": "log", "sum": "Σ", "in": "∈", "quad": " ", "leftrightarrow": "↔", "alpha": "α", "beta": "β",
    "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ",
    "phi": "φ", "psi": "ψ", "omega": "ω", "Delta": "Δ", "Lambda": "Λ",
    "Gamma": "Γ", "Theta": "Θ", "Sigma": "Σ", "rm": "", "left": "", "right": "",
    "big": "", "bigl": "", "bigr": "", ",": " ", ";": " ", "!": "",
}  # fmt: skip

_FONTS = {"mathrm", "mathbf", "mathcal", "mathbb", "mathit", "text", "operatorname", "boldsymbol"}
_FRACTIONS = {"frac", "tfrac", "dfrac"}
_TOKEN = re.compile(r"\\([A-Za-z]+)\s*|\\(.)|([{}^_])|([^\\{}^_]+)", re.DOTALL)


def plain(text: str) -> str:
    r"""Return text with its formulas in characters instead of LaTeX, as far as that goes.

    Examples
    --------
    >>> plain(r"the loss falls as $T^{-\alpha/(1+\alpha)}$ for $N\gg T$")
    'the loss falls as T^(-α/(1+α)) for N≫T'
    """
    return re.sub(r"\$([^$]*)\$", lambda match: _Reader(match[1]).read(), text)


class _Reader:
    """Reads a formula from left to right."""

    def __init__(self, formula: str) -> None:
        self.formula = formula
        self.position = 0

    def read(self) -> str:
        """Return the formula up to its end, or to the brace that closes the group it stands in."""
        out = []
        while self.position < len(self.formula):
            match = _TOKEN.match(self.formula, self.position)
            if match is None:  # a backslash at the very end
                break
            self.position = match.end()
            macro, escaped, special, letters = match.groups()
            if special == "}":
                break
            if special == "{":
                out.append(self.read())
            elif special:
                out.append(special + _bracketed(self.argument()))
            elif macro:
                out.append(self.macro(macro))
            else:
                out.append(
                    {",": " ", ";": " ", "!": "", " ": " "}.get(escaped, escaped) if escaped else letters
                )
        text = re.sub(r"\s+", " ", "".join(out)).strip()
        return re.sub(r" (?=[-+=,.;)\]}|^_])", "", text)

    def macro(self, name: str) -> str:
        """Return what a macro stands for, with its arguments."""
        if name in _FRACTIONS:
            above, below = self.argument(), self.argument()
            # The blank keeps what follows out of the denominator.
            return f"{_bracketed(above)}/{_bracketed(below)} "
        if name == "sqrt":
            return f"√{_bracketed(self.argument())}"
        if name in _FONTS:
            return self.argument()
        return _SIGNS.get(name, name)

    def argument(self) -> str:
        """Return the next group, macro or single character."""
        while self.formula[self.position : self.position + 1] == " ":
            self.position += 1
        start = self.formula[self.position : self.position + 1]
        if start == "{":
            self.position += 1
            return self.read()
        if start == "\\":
            match = _TOKEN.match(self.formula, self.position)
            if match:
                self.position = match.end()
                return self.macro(match[1]) if match[1] else match[2]
        self.position += 1
        return start


def _bracketed(text: str) -> str:
    """Put brackets around what is neither one sign nor one number."""
    return text if len(text) < 2 or text.isdigit() else f"({text})"
