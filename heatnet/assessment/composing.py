"""From a network and its records to a ranking: the one place where all steps are composed."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from heatnet._freed import give_back
from heatnet._progress import shows_progress
from heatnet._typed import typed
from heatnet.assessment.accounting import fates_in_season, of_rows_read
from heatnet.assessment.candidates import acceptance
from heatnet.assessment.hours import chronic_part, outage_part, without_explained
from heatnet.assessment.ranking import rank_assets, with_office_grades
from heatnet.assessment.reasons import reasons
from heatnet.assessment.renewed import old_row_notes
from heatnet.assessment.results import Assessment, in_reading_order, side_by_side, told_of_assets
from heatnet.assessment.valuing import expected_of, value_notes, valued_assets
from heatnet.failure import FailureModel, fit_failure_model
from heatnet.history.exposure import history_of
from heatnet.inventory import Inventory, inventory_of
from heatnet.location.winters import past_winters
from heatnet.network import Network
from heatnet.schema.findings import all_findings, worded_findings
from heatnet.season import checked_season
from heatnet.value import Settings

STEPS = 5
_LOG = logging.getLogger(__name__)


@typed
@shows_progress("heatnet.assessment.composing", unit="step", total=STEPS)
def assess(  # noqa: PLR0913 - the public contract
    network: Network | Inventory,
    *,
    season: int,
    visits: pd.DataFrame | None = None,
    faults: pd.DataFrame | None = None,
    works: pd.DataFrame | None = None,
    makeup: pd.DataFrame | None = None,
    climate: Any = None,
    settings: Settings | None = None,
    grade_share: float = 0.024,
    grades: pd.DataFrame | None = None,
    model: FailureModel | None = None,
    language: str = "en",
    rng: int | np.random.Generator = 0,
    progress: bool = False,  # noqa: ARG001 - the decorator shows the bar
) -> Assessment:
    """Rank every asset by what its renewal returns per money spent.

    Parameters
    ----------
    network : Network or Inventory
        What is assessed; of an inventory its records are used, but for the tables given beside it.
    season : int
        The coming season, by the calendar year in which it starts; only records dated before 15 October of that year
        are used.
    visits, faults, works, makeup : DataFrame, optional
        Tables of these names; what is absent is assumed, and said in `Assessment.assumptions`.
    climate : array-like, optional
        Outdoor temperatures of the heating time in degC, equal weights; by default an assumed winter.
    settings : Settings, optional
        Prices, what harm is worth, heating time, temperatures; where not given those of the inventory, else heatnet's
        defaults.
    grade_share : float
        Share of the length that one summer can cure; grade A is what belongs to it in at least 80 % of draws.
    grades : DataFrame, optional
        Grades set by the office, index asset_id: ``grade`` and ``grade_reason``; they stay, beside heatnet's own.
    model : FailureModel, optional
        A failure model fitted elsewhere, such as to many networks; by default it is fitted to this network's faults.
    language : str
        Language of the reasons and assumptions, one of `heatnet.language.languages`.
    rng : int or numpy Generator
        Seed of the draws for the range of each rank.
    progress : bool
        Whether a bar shows how far it is.

    Returns
    -------
    Assessment
        ``ranking`` (index asset_id, best cure first), ``assumptions`` and what they rest on.

    Raises
    ------
    HeatnetError
        A table cannot be used.

    Examples
    --------
    >>> from heatnet.examples import one_main
    >>> assess(one_main(), season=2026).ranking[["rank", "households_lost"]].values.tolist()
    [[1.0, 40.0]]
    """
    season = checked_season(season)
    inventory = inventory_of(network, {"visits": visits, "faults": faults, "works": works, "makeup": makeup})
    settings = settings or inventory.settings or Settings()
    earlier = inventory.in_id_order.before(season)
    network, records = earlier.network, earlier.records()
    _begin("how often assets fail")
    history = history_of(earlier, first_season=records.first_season(season), last_season=season - 1)
    model = fit_failure_model(history) if model is None else model
    expected = expected_of(model, network, season, settings)
    _begin("what outages mean in homes")
    outage = outage_part(network, records, expected, settings=settings, climate=climate)
    _begin("what the visits say")
    records, explained = without_explained(network, records, outage, settings)
    outage_columns, outage_notes, climate = outage.columns, outage.notes, outage.climate
    del outage, earlier
    give_back()
    # Handed on without a name of their own: once they are cleaned, visits as they came are not kept beside them.
    given, records = [records], replace(records, visits=None)
    winters = past_winters(network, given.pop(), season=season, settings=settings)
    give_back()
    chronic = chronic_part(network, records, winters, season=season, settings=settings)
    _begin("what cures are worth")
    del records
    network.forget_names()
    told = told_of_assets(network, history)
    notes = (*outage_notes, *chronic.notes, *old_row_notes(network, told), *value_notes(settings))
    known = [side_by_side([told, expected, outage_columns, chronic.columns])]
    del told, expected, outage_columns, chronic
    # Each of these two is handed on without a name of its own, so that its columns can be freed one by one.
    valued = [valued_assets(known.pop(), acceptance(network), season=season, settings=settings)]
    _begin("how stable the order is")
    ranking = rank_assets(valued.pop(), grade_share=grade_share, settings=settings, rng=rng)
    give_back()
    ranking["reason"] = reasons(ranking, language=language)
    if grades is not None:
        ranking = with_office_grades(ranking, grades)
    found = [*inventory.found(), history.findings, winters.findings, explained]
    give_back()
    findings = worded_findings(all_findings(found), language)
    fates = fates_in_season(inventory, season, winters, explained)
    ranked, notes = in_reading_order(ranking), of_rows_read(notes, fates)
    return Assessment(
        network, season, ranked, notes, findings, history, model, winters, settings, climate, language, fates
    )


def _begin(step: str) -> None:
    """Say what is done now, once what the step before it has freed is given back."""
    give_back()
    _LOG.info(step)
