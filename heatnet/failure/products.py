"""Matrix products summed in blocks of rows, so that their last digits do not hang on the number of processor cores.

A large product is split among as many threads as there are cores, and each split rounds in its own way; on a busy
machine the threads also wait for each other. Blocks this small are never split.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from heatnet._arrays import Floats

# OpenBLAS splits products of more multiplications than 2**18, and of a matrix by a vector of more than 9216.
_MOST_MULTIPLICATIONS, _MOST_ELEMENTS = 250_000, 4096


def product(matrix: Floats, right: Floats) -> Floats:
    """Return ``matrix @ right`` for a matrix of many rows.

    Examples
    --------
    >>> product(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 10.0])).tolist()
    [21.0, 43.0]
    """
    blocks, rest = _blocks(matrix, right.shape[-1] if right.ndim > 1 else 1)
    values: Floats = np.concatenate([(blocks @ right).reshape(-1, *right.shape[1:]), rest @ right])
    return values


def product_over_rows(left: Floats, right: Floats) -> Floats:
    """Return ``left.T @ right`` for two matrices of many rows.

    Examples
    --------
    >>> product_over_rows(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0], [10.0]])).tolist()
    [[31.0], [42.0]]
    """
    blocks, rest = _blocks(left, right.shape[1])
    whole = len(left) - len(rest)
    others = right[:whole].reshape(*blocks.shape[:2], right.shape[1])
    total: Floats = (blocks.transpose(0, 2, 1) @ others).sum(axis=0) + rest.T @ right[whole:]
    return total


def _blocks(matrix: Floats, others: int) -> tuple[npt.NDArray[Any], Floats]:
    """Return the rows of a matrix in blocks of equal size, and those left over."""
    n_columns = max(matrix.shape[1], 1)
    rows = max(1, min(_MOST_MULTIPLICATIONS // (n_columns * max(others, 1)), _MOST_ELEMENTS // n_columns))
    whole = len(matrix) - len(matrix) % rows
    return matrix[:whole].reshape(whole // rows, rows, matrix.shape[1]), matrix[whole:]
