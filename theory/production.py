r"""A law of loss seen as a production function.

The resources are inputs, a falling loss is the output: isoquants are curves of equal loss, elasticities say
by how many percent the loss falls for a percent more of a resource, and the expansion path joins the best
allocations of growing budgets.  All of it is exact algebra, whatever the law.

Notes
-----
With $L_X = \partial L/\partial X$: marginal return $-L_X$; elasticity $-XL_X/L$; rate of substitution
$L_N/L_D$, the $D$ that one $N$ replaces; elasticity of substitution $\sigma =
\frac{L_NL_D(NL_N+DL_D)}{ND(2L_NL_DL_{ND}-L_N^2L_{DD}-L_D^2L_{NN})}$ (R. G. D. Allen, *Mathematical Analysis
for Economists*, 1938), which no monotone function of $L$ changes.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import (
    Add,
    Eq,
    Expr,
    Integer,
    Mul,
    Pow,
    Symbol,
    diff,
    exp,
    expand_power_base,
    factor,
    factor_terms,
    log,
    powsimp,
    simplify,
    sympify,
)

_NOTHING = Integer(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionFunction:
    r"""A loss that falls with its resources, and what they cost.

    Parameters
    ----------
    loss :
        $L$, differentiable in the resources.
    cost :
        differentiable in the resources.
    resources :
        positive symbols, at least two.

    Raises
    ------
    ValueError
        If there are fewer than two resources, or one is missing in `loss`.

    >>> from sympy import symbols
    >>> A, B, N, D, alpha, beta = symbols("A B N D alpha beta", positive=True)
    >>> law = ProductionFunction(loss=A / N**alpha + B / D**beta, cost=6 * N * D, resources=(N, D))
    >>> law.marginal_return(N)
    A*N**(-alpha - 1)*alpha
    >>> law.expansion_path(D, N).rhs
    (B*N**alpha*beta/(A*alpha))**(1/beta)
    """

    loss: Expr
    cost: Expr
    resources: tuple[Symbol, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "loss", sympify(self.loss))
        object.__setattr__(self, "cost", sympify(self.cost))
        if len(self.resources) < 2:
            raise ValueError(f"`resources` is {self.resources}; give at least two")
        for symbol in self.resources:
            if not self.loss.has(symbol):
                raise ValueError(
                    f"`resources` contains {symbol}, on which `loss` = {self.loss} does not depend"
                )

    def marginal_return(self, resource: Symbol) -> Expr:
        r"""Return $-\partial L/\partial X$: by how much one more of a resource lowers the loss."""
        return -self._slope(resource)

    def elasticity(self, resource: Symbol, *, above: Expr = _NOTHING) -> Expr:
        r"""Return $-\partial\log(L - L_\infty)/\partial\log X$.

        Parameters
        ----------
        resource :
            $X$.
        above :
            $L_\infty$, a part of the loss that does not count.
        """
        self._check(resource)
        return _tidy(-resource * diff(self.loss, resource) / (self.loss - above))

    def returns_to_scale(self, *, above: Expr = _NOTHING) -> Expr:
        r"""Return the sum of all elasticities: how $\log(L-L_\infty)$ falls with all $\log X$ together."""
        slopes = Add(*(-symbol * diff(self.loss, symbol) for symbol in self.resources))
        return _tidy(slopes / (self.loss - above))

    def rate_of_substitution(self, gained: Symbol, given_up: Symbol) -> Expr:
        r"""Return $L_X/L_Y$: how much of $Y$ one more of $X$ replaces at the same loss."""
        self._check(gained)
        self._check(given_up)
        return _tidy(diff(self.loss, gained) / diff(self.loss, given_up))

    def elasticity_of_substitution(self, first: Symbol, second: Symbol) -> Expr:
        r"""Return $\sigma = d\log(Y/X)/d\log(L_X/L_Y)$ along an isoquant, other resources fixed.

        It is 0 where the resources do not replace one another (a maximum of two terms), 1 for a product of
        powers.
        """
        self._check(first)
        self._check(second)
        slope, other = diff(self.loss, first), diff(self.loss, second)
        curvature = (
            2 * slope * other * diff(slope, second)
            - slope**2 * diff(other, second)
            - other**2 * diff(slope, first)
        )
        return simplify(
            powsimp(slope * other * (first * slope + second * other) / (first * second * curvature))
        )

    def isoquant(self, resource: Symbol, level: Expr) -> Eq:
        """Return a resource as a function of the others on the curve of a given loss.

        Raises
        ------
        ValueError
            If the law cannot be solved for it in closed form.
        """
        self._check(resource)
        return Eq(resource, isolated(self.loss, sympify(level), resource), evaluate=False)

    def expansion_path(self, resource: Symbol, driver: Symbol) -> Eq:
        r"""Return one resource as a function of another along the best allocations of growing budgets.

        There the loss saved by the last unit of cost is the same for both, $L_X/c_X = L_Y/c_Y$.

        Raises
        ------
        ValueError
            If the condition cannot be solved for `resource` in closed form.
        """
        self._check(resource)
        self._check(driver)
        gains = _tidy(driver * diff(self.loss, driver) / (resource * diff(self.loss, resource)))
        prices = _tidy(driver * diff(self.cost, driver) / (resource * diff(self.cost, resource)))
        quotient = expand_power_base(powsimp(gains / prices))
        return Eq(resource, isolated(quotient, sympify(1), resource), evaluate=False)

    def _slope(self, resource: Symbol) -> Expr:
        self._check(resource)
        return powsimp(diff(self.loss, resource))

    def _check(self, resource: Symbol) -> None:
        if resource not in self.resources:
            names = ", ".join(map(str, self.resources))
            raise ValueError(f"`resource` is {resource}; the resources are {names}")


def _tidy(expression: Expr) -> Expr:
    return factor_terms(powsimp(simplify(expression)))


def isolated(expression: Expr, value: Expr, symbol: Symbol) -> Expr:
    """Solve `expression` = `value` for a positive symbol that occurs once, undoing step by step."""
    while expression != symbol:
        if isinstance(expression, Mul):
            expression = powsimp(expression)
        parts = [part for part in expression.args if part.has(symbol)]
        if len(parts) != 1:
            expression, before = _gathered(expression, symbol), expression
            if expression == before:
                raise ValueError(
                    f"{symbol} stands in several terms of {expression}; there is no closed form, "
                    "solve it numerically"
                )
            continue
        (part,) = parts
        if isinstance(expression, Add):
            value = value - (expression - part)
        elif isinstance(expression, Mul):
            value = value / (expression / part)
        elif isinstance(expression, Pow) and part == expression.base:
            value = value ** (1 / expression.exp)
        elif isinstance(expression, exp):
            value = log(value)
        elif isinstance(expression, log):
            value = exp(value)
        else:
            raise ValueError(
                f"{expression} cannot be solved for {symbol} in closed form; solve it numerically"
            )
        expression = part
    return powsimp(factor_terms(value))


def _gathered(expression: Expr, symbol: Symbol) -> Expr:
    """Collect the powers of a symbol in a product into one."""
    independent, dependent = expression.as_independent(symbol, as_Add=isinstance(expression, Add))
    if isinstance(expression, Mul):
        return independent * powsimp(expand_power_base(dependent), combine="exp")
    return factor(expression)
