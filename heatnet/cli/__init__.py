"""The command line: read, call, write. Results go to standard output, everything else to standard error."""

from heatnet.cli import afterwards, later
from heatnet.cli.commands import main

__all__ = ["afterwards", "later", "main"]
