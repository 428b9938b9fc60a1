"""Products by blocks are the products, however many rows there are and on however many cores."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from heatnet.failure.products import product, product_over_rows

_SCRIPT = """
import sys
import numpy as np
from heatnet.failure.products import product, product_over_rows
rng = np.random.default_rng(3)
left, right = rng.standard_normal((9001, 90)), rng.standard_normal((90, 90))
vector = rng.standard_normal(90)
for result in (product(left, right), product(left, vector), product_over_rows(left, left * left)):
    sys.stdout.buffer.write(np.ascontiguousarray(result).tobytes())
"""


@pytest.mark.parametrize("n_rows", [0, 1, 2, 37, 1000, 5003])
@pytest.mark.parametrize("n_columns", [1, 3, 90])
def test_a_product_by_blocks_is_the_product(n_rows: int, n_columns: int) -> None:
    rng = np.random.default_rng(n_rows + n_columns)
    matrix, other = rng.standard_normal((n_rows, n_columns)), rng.standard_normal((n_rows, 4))
    right, vector = rng.standard_normal((n_columns, 5)), rng.standard_normal(n_columns)
    assert np.allclose(product(matrix, right), matrix @ right, rtol=0, atol=1e-10)
    assert np.allclose(product(matrix, vector), matrix @ vector, rtol=0, atol=1e-10)
    assert np.allclose(product_over_rows(matrix, other), matrix.T @ other, rtol=0, atol=1e-10)


def test_one_core_and_two_give_the_same_bytes() -> None:
    hashes = set()
    for threads in ("1", "2"):
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
        printed = subprocess.run([sys.executable, "-c", _SCRIPT], check=True, capture_output=True, env=environment)
        hashes.add(hashlib.sha256(printed.stdout).hexdigest())
    assert len(hashes) == 1
