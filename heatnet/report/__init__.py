"""Plans and results for people: a workbook, a page; needs the extras ``excel`` and ``report``."""

from heatnet.report.page import write_report
from heatnet.report.programme import in_working_order
from heatnet.report.workbook import write_workbook

__all__ = ["in_working_order", "write_report", "write_workbook"]
