"""Small positive definite matrices are factored and solved as the definition says, on however many cores."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from heatnet.failure.positive_definite import inverse, lower_factor, solution

_SCRIPT = """
import sys
import numpy as np
from heatnet.failure.positive_definite import inverse, lower_factor, solution
left = np.random.default_rng(3).standard_normal((130, 130))
matrix = np.einsum("ij,kj->ik", left, left) + np.eye(130)
for result in (lower_factor(matrix), inverse(matrix), solution(lower_factor(matrix), left)):
    sys.stdout.buffer.write(np.ascontiguousarray(result).tobytes())
"""


def test_a_factor_worked_by_hand() -> None:
    matrix = np.array([[4.0, 2.0, 6.0], [2.0, 10.0, 6.0], [6.0, 6.0, 14.0]])
    assert lower_factor(matrix).tolist() == [[2.0, 0.0, 0.0], [1.0, 3.0, 0.0], [3.0, 1.0, 2.0]]
    assert solution(lower_factor(matrix), matrix[:, 1]).round(12).tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize("n", [0, 1, 2, 17, 90])
def test_factor_times_factor_is_the_matrix_and_inverse_times_matrix_is_one(n: int) -> None:
    left = np.random.default_rng(n).standard_normal((n, n + 3))
    matrix = left @ left.T + np.eye(n)
    factor = lower_factor(matrix)
    assert np.array_equal(factor, np.tril(factor))
    assert factor @ factor.T == pytest.approx(matrix, abs=1e-10)
    assert inverse(matrix) @ matrix == pytest.approx(np.eye(n), abs=1e-8)


def test_a_matrix_that_is_not_positive_definite_is_refused() -> None:
    with pytest.raises(np.linalg.LinAlgError, match="not positive definite"):
        lower_factor(np.array([[1.0, 2.0], [2.0, 1.0]]))


def test_one_core_and_two_give_the_same_bytes() -> None:
    hashes = set()
    for threads in ("1", "2"):
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
        printed = subprocess.run([sys.executable, "-c", _SCRIPT], check=True, capture_output=True, env=environment)
        hashes.add(hashlib.sha256(printed.stdout).hexdigest())
    assert len(hashes) == 1
