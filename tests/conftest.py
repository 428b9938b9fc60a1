"""What several test modules share: where the fixtures lie; no example of hypothesis hangs on the clock."""

from pathlib import Path

import hypothesis
import pytest

FIXTURES = Path(__file__).parent.parent / "fixtures"

hypothesis.settings.register_profile("heatnet", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("heatnet")


@pytest.fixture
def fixtures() -> Path:
    return FIXTURES
