"""Ridge regression on listed modes by other means: an isolated root, and the risk as papers write it."""

from __future__ import annotations

from mpmath import mp


def degrees(values, kappa, j):
    """Return the sum of (lambda / (lambda + kappa))^j."""
    return mp.fsum((value / (value + kappa)) ** j for value in values)


def excess_of_equation(values, features, samples, ridge, kappa):
    """Return kappa (1 - z/N) (1 - z/T) - delta/T, which rises with kappa where z < min(N, T)."""
    z = degrees(values, kappa, 1)
    return kappa * (1 - z / features) * (1 - z / samples) - ridge / samples


def independent_kappa(values, features, samples, ridge):
    """Return the root above the ridgeless one: bisection in log(kappa), the secant, and a change of sign."""
    narrowest, top = min(features, samples), mp.fsum(values)

    def height(x):
        kappa = mp.exp(x)
        vacancy = 1 - degrees(values, kappa, 1) / narrowest
        if ridge == 0 or vacancy <= 0:
            return vacancy or -mp.eps  # all modes learned, to rounding
        return excess_of_equation(values, features, samples, ridge, kappa) / kappa

    with mp.workdps(40):
        # at the high end z < min(N, T)/2, and kappa/4 is above delta/T
        low, high = -(mp.mpf(10) ** 4), mp.log(5 * (ridge / samples + top / narrowest))
        assert height(low) < 0 < height(high)
        while high - low > mp.mpf(10) ** -14:
            middle = (low + high) / 2
            low, high = (low, middle) if height(middle) > 0 else (middle, high)
    before, x = low, high
    at_before, at = height(before), height(x)
    tolerance = mp.mpf(10) ** (10 - mp.dps)
    for _ in range(30):
        if abs(x - before) < tolerance:
            break
        before, x = x, x - at * (x - before) / (at - at_before)
        at_before, at = at, height(x)
    assert height(x - tolerance) < 0 < height(x + tolerance)
    return mp.exp(x)


def independent_risk(values, powers, features, samples, noise, kappa):
    """Return R = T/D [(N - q)(S1 + sigma^2) - (N - z) S2] with D = NT - (N + T) q + 2 z q - z^2."""
    z, q = degrees(values, kappa, 1), degrees(values, kappa, 2)
    first = mp.fsum(v * kappa / (value + kappa) for value, v in zip(values, powers, strict=True))
    second = mp.fsum(
        v * kappa * value / (value + kappa) ** 2 for value, v in zip(values, powers, strict=True)
    )
    if features == mp.inf:
        return (first - second + noise) / (1 - q / samples)
    determinant = features * samples - (features + samples) * q + 2 * z * q - z * z
    return samples / determinant * ((features - q) * (first + noise) - (features - z) * second)
