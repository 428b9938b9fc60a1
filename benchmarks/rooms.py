"""The rooms that an inventory passes on its way to the list of cures, and how often a call climbs back up.

``python -m benchmarks.rooms INVENTORY``: `heatnet plan` of a small inventory is followed call by call. A room is a
folder or file directly within `heatnet`; its floor is one above the highest room that it imports. Printed are the
rooms in the order in which they are first entered, the room-to-room calls, and those that lead to a higher floor.
"""

from __future__ import annotations

import ast
import contextlib
import sys
import tempfile
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

import heatnet
from heatnet.cli import main as heatnet_command

HOME = Path(heatnet.__file__).parent


def room_of(file: str) -> str | None:
    """Return the room of a source file, None outside the house."""
    path = Path(file)
    return path.relative_to(HOME).parts[0].removesuffix(".py") if path.is_relative_to(HOME) else None


def imported_rooms() -> dict[str, set[str]]:
    """Return, by room, the other rooms that its files import."""
    rooms: dict[str, set[str]] = {}
    for file in HOME.rglob("*.py"):
        room = str(room_of(str(file)))
        found = rooms.setdefault(room, set())
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("heatnet"):
                parts = node.module.split(".")
                found |= {parts[1]} if len(parts) > 1 else {name.name for name in node.names}
    return {room: found & set(rooms) - {room} for room, found in rooms.items()}


def floors(rooms: dict[str, set[str]]) -> dict[str, int]:
    """Return the floor of every room; of rooms in a circle, the lowest that can be told."""
    floor = dict.fromkeys(rooms, 1)
    for _ in rooms:
        floor = {room: 1 + max((floor[other] for other in below), default=0) for room, below in rooms.items()}
    return floor


class Way:
    """What a profile sees of calls between rooms."""

    def __init__(self) -> None:
        self.entered: list[str] = []
        self.calls: Counter[tuple[str, str]] = Counter()

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        """Count a call that leads into another room."""
        if event != "call" or frame.f_back is None:
            return
        here, caller = room_of(frame.f_code.co_filename), frame.f_back
        while here and caller is not None and room_of(caller.f_code.co_filename) is None:
            caller = caller.f_back  # through pandas, click and the like
        before = room_of(caller.f_code.co_filename) if here and caller is not None else None
        if here and before and here != before:
            self.calls[before, here] += 1
            if here not in self.entered:
                self.entered.append(here)


def main() -> None:
    """Follow one plan, and print its way."""
    rooms, way = imported_rooms(), Way()
    floor = floors(rooms)
    with tempfile.TemporaryDirectory() as folder:
        words = ["plan", sys.argv[1], "--season", "2026", "--max-km", "1", "-o", folder]
        sys.setprofile(way)
        with contextlib.suppress(SystemExit):
            heatnet_command(words)
        sys.setprofile(None)
    up = Counter({pair: count for pair, count in way.calls.items() if floor[pair[1]] > floor[pair[0]]})
    print(f"rooms {len(rooms)}, arrows between them {sum(map(len, rooms.values()))}, floors {max(floor.values())}")
    print(f"{len(way.entered)} rooms entered, in this order: {', '.join(way.entered)}")
    print(f"{sum(way.calls.values()):,} calls from room to room; to a higher floor: {sum(up.values()):,}")
    for (lower, higher), count in up.most_common():
        print(f"  {lower} (floor {floor[lower]}) calls {higher} (floor {floor[higher]}): {count:,}")


if __name__ == "__main__":
    main()
