"""Plans and results for people: a workbook, a page, figures; needs the extras ``excel`` and ``report``."""

from heatnet.report.calendar import gantt_figure
from heatnet.report.figures import capture_figure
from heatnet.report.page import write_report
from heatnet.report.programme import in_working_order
from heatnet.report.workbook import write_workbook

__all__ = ["capture_figure", "gantt_figure", "in_working_order", "write_report", "write_workbook"]
