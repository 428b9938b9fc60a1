"""Outages that leave a part of the heat: as each alone, however many are summed at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from heatnet._arrays import Floats, Ints
from heatnet.consequence import heat_shares
from heatnet.consequence.heat_shares import with_shares


class _Three:
    """Outages of assets 0 and 3 (one case), 1, and 2, whose homes have no households."""

    def outages(self) -> Iterator[tuple[Ints, Ints, Floats]]:
        yield np.array([0, 3]), np.array([0, 2]), np.array([0.5, 0.0])
        yield np.array([1]), np.array([2]), np.array([0.25])
        yield np.array([2]), np.array([1]), np.array([0.5])


@pytest.mark.parametrize("at_once", [0, 1, 1000])
def test_every_outage_has_its_own_hours(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heat_shares, "_HOMES_AT_ONCE", at_once)
    totals, weights, hours = np.full(5, 9.0), np.array([2.0, 0.0, 4.0]), np.array([10.0, 10.0, 10.0, 20.0, 5.0])
    found = with_shares(totals, _Three(), weights, hours, lambda hours, _, share: hours * (1.0 - share))
    assert found.tolist() == [10.0 + 40.0, 30.0, 0.0, 20.0 + 80.0, 9.0]
    assert totals.tolist() == [9.0] * 5
