"""The array types of all rooms: what a function takes and gives when it speaks of numbers, positions and truths."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Truths: TypeAlias = npt.NDArray[np.bool_]
Objects: TypeAlias = npt.NDArray[np.object_]
AnyInts: TypeAlias = npt.NDArray[np.integer[Any]]
