"""How evenly something is spread, as one number."""

from __future__ import annotations

from collections.abc import Sequence


def jain(shares: Sequence[float]) -> float:
    """Jain's index (DEC-TR-301, 1984): 1 where all have the same, 1/n where one has all; 1 of nothing."""
    squares = sum(share * share for share in shares)
    return sum(shares) ** 2 / (len(shares) * squares) if squares else 1.0


def gini(shares: Sequence[float]) -> float:
    """The Gini coefficient: 0 where all have the same, (n - 1)/n where one has all; 0 of nothing."""
    whole = sum(shares)
    ranked = sum(rank * share for rank, share in enumerate(sorted(shares), start=1))
    return 2 * ranked / (len(shares) * whole) - (len(shares) + 1) / len(shares) if whole else 0.0
