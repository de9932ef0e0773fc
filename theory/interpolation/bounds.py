r"""Bounds of the loss of a Lipschitz model that agrees with a Lipschitz target at $T$ points.

With $f=F$ at the nearest point $\hat x$, a loss with $|\ell(f,F)|\le K_L|f-F|$ and Lipschitz constants
$K_f,K_F$ of model and target,

$$
|\ell(x)|\le K_L|f(x)-F(x)|\le K_L\bigl(|f(x)-f(\hat x)|+|F(\hat x)-F(x)|\bigr)\le K_L(K_f+K_F)|x-\hat x| .
$$
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Integer, Symbol

from ..expansion import Expansion
from .distance import Manifold, NearestDistance
from .letters import dimension as _d
from .letters import positive, whole

_ONE = Integer(1)
#: Lipschitz constants of the loss, the model and the target.
loss_constant, model_constant, target_constant = (
    Symbol(name, positive=True) for name in ("K_L", "K_f", "K_F")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LipschitzBound:
    r"""What Lipschitz constants alone say of the loss between $T$ interpolated points.

    Parameters
    ----------
    power :
        $p>0$ of a loss with $|\ell(f,F)|\le K_L|f-F|^p$; 1 for a Lipschitz loss.
    dimension, manifold :
        as in `NearestDistance`.

    Raises
    ------
    ValueError
        If an argument lies outside its domain.

    >>> bound = LipschitzBound(dimension=2)
    >>> print(bound.expected.leading)
    K_L*(K_F + K_f)/(2*sqrt(T))
    >>> LipschitzBound().least_exponent
    1/d
    >>> LipschitzBound(power=2).least_exponent
    2/d
    """

    power: Expr = _ONE
    dimension: Expr = _d
    manifold: Manifold = "torus"

    def __post_init__(self) -> None:
        object.__setattr__(self, "power", positive("power", self.power))
        object.__setattr__(self, "dimension", whole("dimension", self.dimension, least=1))

    @property
    def _distance(self) -> NearestDistance:
        return NearestDistance(manifold=self.manifold, dimension=self.dimension)

    @property
    def factor(self) -> Expr:
        r"""What stands beside $|x-\hat x|^p$ in the bound at a point, by the triangle inequality."""
        return loss_constant * (model_constant + target_constant) ** self.power

    @property
    def expected(self) -> Expansion:
        """The bound of the expected loss over the points, for many of them."""
        return self._distance.moment(self.power).map_coefficients(lambda part: part * self.factor)

    @property
    def least_exponent(self) -> Expr:
        r"""What the bound says of the exponent: a loss bounded from above, an $\alpha$ bounded from below."""
        return -self._distance.exponent(self.power)

    @property
    def sharp_example(self) -> Expansion:
        r"""The expected $|f-F|^p$ for the target 0 and $f(x)=K_f\,\mathrm{dist}(x,\text{data})$.

        The model is 0 at the points, and $K_f$-Lipschitz as every distance to a set is; its error is $K_f$
        times the distance itself, so that the bound with $K_L=1$, $K_F=0$ is attained.
        """
        factor = model_constant**self.power
        return self._distance.moment(self.power).map_coefficients(lambda part: part * factor)
