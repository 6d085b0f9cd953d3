"""How many paired cases a difference needs before McNemar's test is likely to find it."""

import math

from evals.statistics.estimate import LEVEL

POWER = 0.8


def cases_needed(discordant_share: float, difference: float, power: float = POWER, level: float = LEVEL) -> int:
    """Return the cases at which McNemar's two-sided test finds the difference with this power.

    `discordant_share` is the share of cases on which just one of the two is right, `difference` that of one minus that
    of the other, of either sign. The formula is (z_level sqrt(s) + z_power sqrt(s - d²))² / d² (Connor 1987,
    Biometrics 43), of the approximate test: the exact one has a few points less power, 0.74 to 0.79 where 0.80 is asked
    for. The number is never less than the cases that bring, on average, as many discordant ones as the exact test needs
    to reach its level at all.
    Raises ValueError unless 0 < |difference| <= discordant_share <= 1.
    """
    from scipy.stats import norm

    size = abs(difference)
    if not 0 < size <= discordant_share <= 1:
        raise ValueError(f"a difference of {difference} cannot be found with {discordant_share} discordant")
    z_level, z_power = float(norm.ppf((1 + level) / 2)), float(norm.ppf(power))
    root = z_level * math.sqrt(discordant_share) + z_power * math.sqrt(max(0.0, discordant_share - size**2))
    return max(math.ceil((root / size) ** 2), math.ceil(discordant_needed(level) / discordant_share))


def discordant_needed(level: float = LEVEL) -> int:
    """Return the fewest discordant cases whose two-sided exact p, 2 / 2 ** d at the least, is below 1 - level: 6."""
    return math.floor(math.log2(2 / (1 - level))) + 1
