"""The page of a plan, opened by a browser without internet."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from heatnet.cli import main

pytestmark = pytest.mark.door
CHROMIUM = shutil.which("chromium")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module", params=["en", "zh"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp(f"plan-{request.param}")
    district = Path(__file__).parents[2] / "fixtures" / "district"
    arguments = ["plan", str(district), "--season", "2026", "--max-km", "2", "--language", request.param]
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "-o", str(out)])
    assert not ended.value.code
    return out / "report.html"


def opened(page: Path, profile: Path, *options: str) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM, "Chromium is not installed: .ci/doors installs it"
    command = [CHROMIUM, *QUIET, f"--user-data-dir={profile}", "--enable-logging=stderr", *options, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)


def test_it_opens_without_an_error_and_shows_its_tables_and_map(page: Path, tmp_path: Path) -> None:
    shown = opened(page, tmp_path, "--dump-dom")
    assert shown.stdout.count("<table") >= 3
    assert "<svg" in shown.stdout or "<canvas" in shown.stdout
    assert not [line for line in shown.stderr.splitlines() if "CONSOLE" in line and "rror" in line]


def test_it_loads_nothing_from_anywhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.findall(r"""(?:src|href)\s*=\s*["'](?!#|data:)[^"']+""", text)
    assert "@import" not in text


def test_it_prints(page: Path, tmp_path: Path) -> None:
    printed = tmp_path / "report.pdf"
    opened(page, tmp_path / "profile", f"--print-to-pdf={printed}", "--no-pdf-header-footer")
    assert printed.stat().st_size > 10_000
