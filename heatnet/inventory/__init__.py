"""Inventories: their tables read, judged, accounted for and written; the records of a network."""

from heatnet.inventory.contents import Inventory, inventory_of
from heatnet.inventory.reading import read_inventory
from heatnet.inventory.records import Records

__all__ = ["Inventory", "Records", "inventory_of", "read_inventory"]
