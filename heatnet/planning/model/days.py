"""Days of a summer, counted from its first."""

from __future__ import annotations

from typing import NamedTuple


class DaySpan(NamedTuple):
    """Days from `first` until the day before `after`.

    Examples
    --------
    >>> DaySpan(3, 5).days, DaySpan(3, 5).overlap(DaySpan(4, 9)), DaySpan(0, 1).overlap(DaySpan(4, 9)).days
    (2, DaySpan(first=4, after=5), 0)
    """

    first: int
    after: int

    @property
    def days(self) -> int:
        """Number of days."""
        return max(0, self.after - self.first)

    def overlap(self, other: DaySpan) -> DaySpan:
        """Return days in both; a span without days where there are none."""
        first = max(self.first, other.first)
        return DaySpan(first, max(first, min(self.after, other.after)))
