"""The command line: read, call, write. Results go to standard output, everything else to standard error."""

from heatnet.cli import later
from heatnet.cli.commands import main

__all__ = ["later", "main"]
