"""Hours, faults and lost heat in one unit: what harm is worth, what cures cost; plain tables, no network."""

from heatnet.value.printing import settings_text
from heatnet.value.reading import read_settings, settings_data, settings_over
from heatnet.value.settings import Prices, Settings, Values

__all__ = ["Prices", "Settings", "Values", "read_settings", "settings_data", "settings_over", "settings_text"]
