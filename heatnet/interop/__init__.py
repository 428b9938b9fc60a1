"""Files of other tools to tables and back; optional packages are imported here and in the rooms above `assessment`."""
