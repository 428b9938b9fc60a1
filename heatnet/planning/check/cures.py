"""Each cure: offered, allowed, priced and worth what the plan says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from heatnet.errors import HeatnetError
from heatnet.planning.check.asking import (
    OPENS_TRENCH,
    Asked,
    Finding,
    Offer,
    benefit_of,
    differs,
    full_price,
    number_of,
    price_of,
)
from heatnet.planning.saved import PlanTables


def is_claim(offer: Offer, rules: Asked) -> bool:
    """Return whether an asset was accepted less than two whole heating times before the summer."""
    accepted: Any = offer.get("accepted_on")
    if rules.summer is None or accepted is None or pd.isna(accepted):
        return False
    try:
        day, heating_times = pd.Timestamp(accepted), 0
    except (TypeError, ValueError) as error:
        raise HeatnetError(f"Candidates, column accepted_on: {accepted!r} is no date.") from error
    first_day = pd.Timestamp(rules.summer.first_day)
    for year in range(day.year, first_day.year):
        begins, ends = pd.Timestamp(year, 10, 15), pd.Timestamp(year + 1, 4, 15)
        heating_times += day <= begins and ends < first_day
    return heating_times < 2


def check_cures(tables: PlanTables, offers: dict[tuple[str, str], Offer], rules: Asked) -> Iterator[Finding]:
    """Return findings of single cures."""
    cures = tables.cures
    for asset in cures.index[cures.index.duplicated()].unique():
        yield "once", "cures", asset, "", f"{asset} is cured more than once."
    for asset in sorted(rules.must - set(cures.index)):
        yield "must", "cures", asset, "", f"{asset} has to be cured and is not."
    for asset, cure in cures.iterrows():
        asset_id = str(asset)
        offer = offers.get((asset_id, str(cure["measure"])))
        if offer is None:
            yield "candidate", "cures", asset_id, "measure", f"{asset_id} was never offered as {cure['measure']}."
            continue
        if asset_id in rules.never:
            yield "never", "cures", asset_id, "", f"{asset_id} may not be cured."
        if rules.owners is not None and offer["owner"] not in rules.owners:
            yield "owner", "cures", asset_id, "owner", f"{asset_id} belongs to another owner."
        if is_claim(offer, rules) and asset_id not in rules.must:
            yield "claim", "cures", asset_id, "accepted_on", f"{asset_id} is still under warranty."
        yield from _check_sums(asset_id, cure, offer, rules)


def _check_sums(asset_id: str, cure: Any, offer: Offer, rules: Asked) -> Iterator[Finding]:
    benefit, cost, worth = benefit_of(offer, rules), price_of(offer, rules), number_of(offer, "worth")
    if differs(cure["benefit"], benefit, size=worth or 0.0):
        yield "benefit", "cures", asset_id, "benefit", f"{asset_id} brings {benefit:g}, not {cure['benefit']:g}."
    if differs(cure["cost"], cost):
        yield "cost", "cures", asset_id, "cost", f"{asset_id} costs {cost:.2f}, not {cure['cost']:.2f}."
    if worth is None:
        return
    if "worth" not in cure or differs(cure["worth"], worth):
        yield "worth", "cures", asset_id, "worth", f"{asset_id} is worth {worth:.2f}."
    if offer["measure"] not in OPENS_TRENCH and worth < (full_price(offer, rules.prices) or 0.0):
        yield (
            "worth",
            "cures",
            asset_id,
            "measure",
            f"{asset_id}: to {offer['measure']} it is worth less than it costs.",
        )
    if rules.leaves_unmeasured and str(offer.get("measure_first")).lower() in ("true", "1", "1.0", "yes", "是"):
        yield "measure_first", "cures", asset_id, "measure_first", f"{asset_id} is to be measured first."
