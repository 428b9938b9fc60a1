"""Files of other tools to tables and back; optional packages are imported here and in the rooms above `assessment`."""

from heatnet.interop.databases import is_address, is_database, label_of
from heatnet.interop.folders import RawTables, raw_table, raw_tables
from heatnet.interop.maps import SNAP_M

__all__ = ["SNAP_M", "RawTables", "is_address", "is_database", "label_of", "raw_table", "raw_tables"]
