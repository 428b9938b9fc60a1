"""What the command line says at its end."""

WORDS = {
    "note": "note: {said}",
    "ranked": "{file}: {assets:,} {assets:asset|assets}, best cure first",
    "result": "{planned}; {gains}",
    "planned": "{file}: {cures:,} {cures:cure|cures} in {jobs:,} {jobs:job|jobs}, {km:,.2f} km of route and {stations:,} {stations:station|stations}",
    "gains_hours": "{benefit:,.0f} cold household-hours saved, no plan within these limits saves more than {bound:,.0f} (gap {gap:.2%})",
    "gains_worth": "worth {worth:,.0f} for a cost of {cost:,.0f}, {benefit:,.0f} beyond the least return; no plan within these limits exceeds {bound:,.0f} (gap {gap:.2%})",
    "fewer_backtested": "{count:No past winter|# past winter|# past winters} of {asked:,} could be forecast and compared: a winter needs recorded faults before it and records of its own.",
    "converted": "{file}: {tables} written",
    "template": "{file}: an empty inventory, a sheet per table",
    "replanned": "In benefit {lost:,.0f} less than before, in cost {cost:,.0f} more.",
    "fixed": "{folder}: a repaired copy; {changes:# cell|# cells} changed, {aside:no row|# row|# rows} set aside, told in {folder}/repairs",
}
