"""The sections of a page, each made by a function from a `Subject`; a new section is a function and its place here."""

from __future__ import annotations

from heatnet.report.sections import listing
from heatnet.report.sections.blocks import Section
from heatnet.report.sections.community import communities
from heatnet.report.sections.on_map import on_map
from heatnet.report.sections.summary import summary
from heatnet.report.sections.trust import guesses, trust
from heatnet.report.subject import Subject

_BEFORE = (summary, on_map, trust, guesses, listing.measure, listing.streets, listing.jobs, listing.below)
_BEHIND = (listing.cures, listing.claims, listing.reading)


def sections_of(subject: Subject) -> list[Section]:
    """Return the sections of the page of a plan, in the order of reading; one that has nothing to say is left out."""
    found = [make(subject) for make in _BEFORE]
    found += communities(subject)
    found += [make(subject) for make in _BEHIND]
    return [section for section in found if section is not None]


__all__ = ["Section", "sections_of"]
