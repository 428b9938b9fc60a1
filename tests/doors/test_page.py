"""The page of a plan of the sample city, driven in a browser: map, table, filters, paper; it asks nobody anything."""

import base64
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import heatnet as hn
from heatnet.cli import main as heatnet_command
from tests.small_programme import planned, small_network

webdriver = pytest.importorskip("selenium.webdriver")

pytestmark = pytest.mark.door
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1500,1100",
)
EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    assert CHROMIUM, "Chromium is not installed: .ci/doors installs it"
    assert DRIVER, "chromedriver is not installed: .ci/doors installs it"
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for option in QUIET:
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def city() -> tuple[hn.Assessment, hn.Plan]:
    """The sample city with the limits of one summer."""
    city = hn.synthetic.make_city()
    records = {name: city.tables[name] for name in ("visits", "faults", "works", "makeup")}
    assessment = hn.assess(city.network, season=2026, **records)
    return assessment, hn.plan_cures(assessment, max_km=44.52, max_stations=4)


@pytest.fixture(scope="module", params=["en", "zh"])
def page(
    request: pytest.FixtureRequest,
    city: tuple[hn.Assessment, hn.Plan],
    browser: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Any:
    path = tmp_path_factory.mktemp("page") / f"{request.param}.html"
    hn.write_report(*city, path, language=request.param)
    assert path.stat().st_size < 25_000_000
    return opened(browser, path)


def opened(browser: Any, path: Path) -> Any:
    for kind in ("browser", "performance"):
        browser.get_log(kind)
    browser.get(path.as_uri())
    return browser


def asked(browser: Any) -> list[str]:
    """What the page asked for over any network since it was opened."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [found["params"]["request"]["url"] for found in messages if found["method"] == "Network.requestWillBeSent"]
    return [url for url in sent if not url.startswith(("file:", "data:"))]


def view(browser: Any) -> dict[str, str]:
    return dict(browser.execute_script("return {...document.getElementById('map-view').dataset}"))


def change(browser: Any, box: str, value: str) -> None:
    browser.execute_script(
        "const box = document.getElementById(arguments[0]); box.value = arguments[1];"
        "box.dispatchEvent(new Event('change'))",
        box,
        value,
    )


def test_it_opens_without_an_error_or_a_request_and_is_soon_usable(page: Any, record_property: Any) -> None:
    ready = page.execute_script("return document.documentElement.dataset.ready")
    record_property("ready_ms", ready)
    print(f"usable after {ready} ms")
    assert int(ready) > 0
    assert page.get_log("browser") == []
    assert asked(page) == []


def test_a_click_on_the_map_finds_the_row_and_a_row_finds_the_map(page: Any) -> None:
    page.execute_script("document.getElementById('map-reset').click()")
    row = page.execute_script("return document.querySelector('#jobs-beside tbody tr:nth-child(7)').dataset.mark")
    page.execute_script("document.querySelector('#jobs-beside tbody tr:nth-child(7)').click()")
    job = row.removeprefix("job:")
    assert view(page)["job"] == job
    asset = page.execute_script("return JSON.parse(document.getElementById('map-data').textContent)")
    mine = [one for one, number in zip(asset["id"], asset["job"], strict=True) if number == asset["jobs"].index(job)]
    x, y = page.execute_script("return heatnetMap.at(arguments[0])", mine[0])
    page.execute_script("document.getElementById('map-reset').click()")
    assert view(page)["job"] == ""
    page.execute_script("document.querySelector('#jobs-beside tbody tr:nth-child(7)').click()")
    point = {"x": x, "y": y, "bubbles": True, "pointerId": 1}
    page.execute_script(
        "const map = document.getElementById('map-canvas'), box = map.getBoundingClientRect();"
        "map.setPointerCapture = () => {};"
        "for (const kind of ['pointerdown', 'pointerup']) map.dispatchEvent(new PointerEvent(kind,"
        " {clientX: box.left + arguments[0], clientY: box.top + arguments[1], pointerId: 1, bubbles: true}))",
        point["x"],
        point["y"],
    )
    assert view(page)["job"] == job
    assert view(page)["asset"] in mine
    chosen = page.execute_script("return document.querySelector('#jobs-beside tr.chosen').dataset.mark")
    assert chosen == row
    told = page.execute_script("return document.getElementById('map-chosen').textContent")
    assert job in told


def test_the_pointer_is_told_the_reason(page: Any) -> None:
    page.execute_script("document.getElementById('map-reset').click()")
    page.execute_script("document.querySelector('#jobs-beside tbody tr').click()")
    asset = page.execute_script(
        "const job = document.getElementById('map-view').dataset.job;"
        "const D = JSON.parse(document.getElementById('map-data').textContent);"
        "return D.id[D.job.indexOf(D.jobs.indexOf(job))]"
    )
    page.execute_script(
        "const map = document.getElementById('map-canvas'), box = map.getBoundingClientRect();"
        "const [x, y] = heatnetMap.at(arguments[0]);"
        "map.dispatchEvent(new PointerEvent('pointermove',"
        " {clientX: box.left + x, clientY: box.top + y, pointerId: 1, bubbles: true}))",
        asset,
    )
    tip = page.execute_script(
        "const tip = document.getElementById('map-tip');return [tip.hidden, tip.textContent, tip.lastChild.textContent]"
    )
    assert tip[0] is False
    assert asset in tip[1]
    assert len(tip[2]) > 20


@pytest.mark.parametrize("box", ["by-community", "by-place", "by-grade", "by-job", "by-measure"])
def test_filters_filter_map_and_table(page: Any, box: str) -> None:
    page.execute_script("document.getElementById('map-reset').click()")
    everything = view(page)
    data = page.execute_script("return JSON.parse(document.getElementById('map-data').textContent)")
    columns = {"by-community": "community", "by-place": "place", "by-grade": "grade", "by-measure": "measure"}
    if box == "by-job":
        value, expected = data["jobs"][0], data["job"].count(0)
    else:
        column = data[columns[box]]
        value = column["text"][0]
        expected = sum(value in column["text"][code] for code in column["code"] if code >= 0)
    change(page, box, value)
    assert int(view(page)["shown"]) == expected < int(everything["shown"])
    visible = page.execute_script("return document.querySelectorAll('#jobs-beside tbody tr:not([hidden])').length")
    assert visible == int(view(page)["rows"])
    assert visible < int(everything["rows"]) or box == "by-measure"
    page.execute_script("document.getElementById('map-reset').click()")
    assert view(page)["shown"] == everything["shown"]


def test_every_colour_has_a_legend(page: Any) -> None:
    for colour in ("plan", "worth_m", "faults", "ill", "share", "laid"):
        change(page, "colour-by", colour)
        assert page.execute_script("return document.getElementById('map-legend').children.length") >= 4
    change(page, "colour-by", "plan")
    assert page.get_log("browser") == []


def test_it_prints_as_a_document(page: Any, tmp_path: Path) -> None:
    printed = base64.b64decode(
        page.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})["data"]
    )
    (tmp_path / "report.pdf").write_bytes(printed)
    pages = len(re.findall(rb"/Type\s*/Page\b", printed))
    communities = page.execute_script("return document.querySelectorAll('section[id^=community-]').length")
    jobs = page.execute_script("return document.querySelectorAll('#jobs tbody tr').length")
    cures = page.execute_script("return document.querySelectorAll('#cures tbody tr').length")
    assert communities < pages <= 20 + communities + jobs // 20 + cures // 15


def test_a_script_in_the_files_is_text_and_does_not_run(browser: Any, tmp_path: Path) -> None:
    network = small_network(community=EVIL, name=EVIL)
    segments = network.segments.assign(street=EVIL, segment_id=[EVIL, EVIL + "2", "0003"])
    assessment = hn.assess(network.replace(segments=segments), season=2026)
    assessment.ranking["reason"] = EVIL
    hn.write_report(assessment, planned(assessment), tmp_path / "evil.html")
    opened(browser, tmp_path / "evil.html")
    assert "alert" not in str(browser.execute_script("return [...document.scripts].map((s) => s.type).join()"))
    assert browser.execute_script("return document.scripts.length") == 2
    browser.execute_script("document.querySelector('#jobs-beside tbody tr').click()")
    told = browser.execute_script("return document.getElementById('map-chosen').textContent")
    assert EVIL in told
    shown = browser.execute_script("return document.querySelector('main').textContent")
    assert shown.count(EVIL) > 10
    assert browser.get_log("browser") == []
    with pytest.raises(Exception, match="no such alert"):
        browser.switch_to.alert  # noqa: B018


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_season_in_review_opens_without_an_error_or_a_request(browser: Any, tmp_path: Path, language: str) -> None:
    city = hn.synthetic.make_city(length_km=40.0, stations=2, rng=3)
    hn.write_inventory(city.tables, tmp_path / "city")
    asked_for = ["--season", "2025", "--language", language]
    plan, review = (str(tmp_path / name) for name in ("plan", "review"))
    for words in (["plan", "--max-km", "2", "-o", plan], ["review", "--plan", plan, "-o", review]):
        result = CliRunner().invoke(heatnet_command, [words[0], str(tmp_path / "city"), *asked_for, *words[1:]])
        assert result.exit_code == 0, result.output
    opened(browser, tmp_path / "review" / "review.html")
    assert browser.get_log("browser") == []
    assert asked(browser) == []
    tables = browser.execute_script("return [...document.querySelectorAll('table')].map((t) => t.rows.length)")
    assert len(tables) > 10
    assert min(tables) >= 1
    too_wide = "return document.documentElement.scrollWidth > window.innerWidth + 1"
    assert not browser.execute_script(too_wide)
