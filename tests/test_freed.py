"""Whose memory Arrow takes while an inventory is read."""

from __future__ import annotations

import sys
from contextlib import suppress

import heatnet  # noqa: F401 - pandas has loaded Arrow where it is installed
from heatnet._freed import from_the_system


def test_arrow_asks_the_system_meanwhile_and_whom_it_asked_before_afterwards() -> None:
    arrow = sys.modules.get("pyarrow")
    if arrow is None:
        with from_the_system():
            return
    before = arrow.default_memory_pool().backend_name
    with suppress(KeyError), from_the_system():
        assert arrow.default_memory_pool().backend_name == "system"
        raise KeyError
    assert arrow.default_memory_pool().backend_name == before
