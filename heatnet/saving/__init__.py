"""Results to folders and back: open files, a version in each, no pickle."""

from heatnet.saving.assessments import read_assessment, write_assessment
from heatnet.saving.plans import read_plan, write_plan

__all__ = ["read_assessment", "read_plan", "write_assessment", "write_plan"]
