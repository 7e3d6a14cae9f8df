"""How much a count out of n trials proves: the exact bounds of a binomial share.

C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial",
Biometrika 26 (1934) 404: the upper bound is the share at which k or fewer would still be seen with the chance alpha.
For k = 0 that is 1 - alpha^(1/n), which is about 3/n at 95 % (the rule of three).
"""

import math

_HALVINGS = 60


def upper_bound(count: int, trials: int, confidence: float = 0.95) -> float:
    """The share that is not exceeded with this confidence, one-sided, after `count` of `trials`; 1 without any trial.

    Raises ValueError for a count that is not within the trials, or a confidence not between 0 and 1.
    """
    _check(count, trials, confidence)
    if count == trials:
        return 1.0
    if count == 0:
        return 1.0 - math.pow(1.0 - confidence, 1.0 / trials)
    low, high = count / trials, 1.0
    # The chance of `count` or fewer falls as the share grows: sixty halvings leave nothing of a double.
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _at_most(count, trials, middle) > 1.0 - confidence:
            low = middle
        else:
            high = middle
    return high


def lower_bound(count: int, trials: int, confidence: float = 0.95) -> float:
    """The share that is exceeded with this confidence, one-sided; 0 without any trial."""
    _check(count, trials, confidence)
    return 0.0 if trials == 0 else 1.0 - upper_bound(trials - count, trials, confidence)


def _check(count: int, trials: int, confidence: float) -> None:
    if not 0 <= count <= trials:
        raise ValueError(f"{count} of {trials} is no count out of trials")
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence {confidence:g} must lie between 0 and 1")


def _at_most(count: int, trials: int, share: float) -> float:
    """The chance of `count` or fewer in `trials`, each with this share, summed over logarithms."""
    log_yes, log_no = math.log(share), math.log1p(-share)
    total = math.lgamma(trials + 1)
    return math.fsum(
        math.exp(total - math.lgamma(k + 1) - math.lgamma(trials - k + 1) + k * log_yes + (trials - k) * log_no)
        for k in range(count + 1)
    )
