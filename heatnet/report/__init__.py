"""Figures for people who would rather look than read; needs the extra ``report``."""

from heatnet.report.calendar import gantt_figure
from heatnet.report.figures import capture_figure

__all__ = ["capture_figure", "gantt_figure"]
