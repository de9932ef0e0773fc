r"""The shared symbols of the project: one word, one symbol.

Every formula of the package is written in these letters; a `Notation` translates
them into a paper's own when a law is printed.

>>> from scalinglaws.theory import symbols
>>> symbols.decay, symbols.features, symbols.samples
(a, N, T)
"""

from __future__ import annotations

from sympy import Symbol

#: Exponent $a > 0$ of the eigenvalues, $\lambda_k = k^{-a}$.
decay = Symbol("a", positive=True)
#: Exponent $b$ of the signal power, $\lambda_k E\theta_k^2 = k^{-b}$; the isotropic prior has $b = a$.
source = Symbol("b", real=True)
#: Number $N$ of features, the parameters of the model.
features = Symbol("N", positive=True)
#: Number $T$ of training points.
samples = Symbol("T", positive=True)
#: Latent dimension $M$: the number of eigenvalues.
size = Symbol("M", positive=True)
#: Dimension $d \ge 1$ of the manifold on which the data lie.
dimension = Symbol("d", positive=True)
#: Penalty $\delta$ on the squared norm of the weights, beside the *sum* of squared errors.
ridge = Symbol("delta", positive=True)
#: First step size $\gamma$ of stochastic gradient descent.
step_size = Symbol("gamma", positive=True)
#: Steps $n$ that count in the risk of one pass: $T/\log_2T$ if the step size is halved as often, $T$ if not.
effective_samples = Symbol("n", positive=True)
#: Variance $\sigma^2$ of the label noise.
noise = Symbol("sigma^2", positive=True)
#: Renormalised ridge $\kappa$, the root of the fixed-point equation.
kappa = Symbol("kappa", positive=True)
#: Expected squared error $R$ on a new point, label noise included, no factor 1/2.
risk = Symbol("R", positive=True)
#: Excess risk $E = R-\sigma^2 = B+V$.
excess = Symbol("E", positive=True)
#: What the best predictor on the features leaves of the signal, the part $A$ of $R-\sigma^2$.
approximation = Symbol("A", positive=True)
#: The part $B$ of $R-\sigma^2$ that remains without label noise.
bias = Symbol("B", positive=True)
#: The part $V$ of $R-\sigma^2$ proportional to the label noise.
variance = Symbol("V", positive=True)
#: Degrees of freedom $z = \sum_k \lambda_k/(\lambda_k+\kappa)$.
df1 = Symbol("z", positive=True)
#: Second degrees of freedom $q = \sum_k (\lambda_k/(\lambda_k+\kappa))^2$.
df2 = Symbol("q", positive=True)
#: Third degrees of freedom $s = \sum_k (\lambda_k/(\lambda_k+\kappa))^3$.
df3 = Symbol("s", positive=True)
#: The index $k$ of eigenvalues.
index = Symbol("k", integer=True, positive=True)

#: Every symbol by its word, for parsers and notations.
BY_WORD = {
    "decay": decay,
    "source": source,
    "features": features,
    "samples": samples,
    "size": size,
    "ridge": ridge,
    "step_size": step_size,
    "effective_samples": effective_samples,
    "noise": noise,
    "kappa": kappa,
    "risk": risk,
    "excess": excess,
    "approximation": approximation,
    "bias": bias,
    "variance": variance,
    "df1": df1,
    "df2": df2,
    "df3": df3,
}
