"""Inventories: their tables read and written, the records of a network."""
