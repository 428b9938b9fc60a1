"""Small positive definite matrices, solved in one fixed order of sums.

The libraries behind numpy and scipy split a factorisation among threads, and the last digits of what they give hang
on how many there are. These matrices have some dozen rows, so that plain columns are fast enough.
"""

from __future__ import annotations

import numpy as np

from heatnet._arrays import Floats


def lower_factor(matrix: Floats) -> Floats:
    """Return the lower triangular L with ``L L' = matrix`` (Cholesky, column by column).

    Parameters
    ----------
    matrix : array (n, n)
        Symmetric and positive definite.

    Raises
    ------
    numpy.linalg.LinAlgError
        The matrix is not positive definite.

    Examples
    --------
    >>> lower_factor(np.array([[4.0, 2.0], [2.0, 10.0]])).tolist()
    [[2.0, 0.0], [1.0, 3.0]]
    """
    factor = np.zeros_like(matrix, dtype=np.float64)
    for k in range(len(matrix)):
        column = matrix[k:, k] - (factor[k:, :k] * factor[k, :k]).sum(axis=1)
        if not column[0] > 0.0:
            raise np.linalg.LinAlgError("the matrix is not positive definite")
        factor[k:, k] = column / np.sqrt(column[0])
    return factor


def solution(factor: Floats, right: Floats) -> Floats:
    """Return x with ``L L' x = right``.

    Parameters
    ----------
    factor : array (n, n)
        L, from `lower_factor`.
    right : array (n,) or (n, m)
        One right-hand side or several.

    Examples
    --------
    >>> solution(np.array([[2.0, 0.0], [1.0, 3.0]]), np.array([8.0, 13.0])).round(9).tolist()
    [1.5, 1.0]
    """
    columns = right if right.ndim > 1 else right[:, None]
    half, whole = np.empty_like(columns, dtype=np.float64), np.empty_like(columns, dtype=np.float64)
    for k in range(len(factor)):
        half[k] = (columns[k] - (factor[k, :k, None] * half[:k]).sum(axis=0)) / factor[k, k]
    for k in reversed(range(len(factor))):
        whole[k] = (half[k] - (factor[k + 1 :, k, None] * whole[k + 1 :]).sum(axis=0)) / factor[k, k]
    return whole.reshape(right.shape)


def inverse(matrix: Floats) -> Floats:
    """Return the inverse of a positive definite matrix.

    Examples
    --------
    >>> inverse(np.array([[2.0, 0.0], [0.0, 4.0]])).round(3).tolist()
    [[0.5, 0.0], [0.0, 0.25]]
    """
    return solution(lower_factor(matrix), np.eye(len(matrix)))
