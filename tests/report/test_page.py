"""report.html is one file that loads nothing, in which text is never HTML."""

import base64
import hashlib
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import heatnet as hn
from heatnet.report.map_data import map_data, safe_json
from heatnet.report.paper_maps import not_drawn, paper_map
from tests.small_programme import SUMMER, assessed, planned, small_network


@pytest.fixture(scope="module")
def assessment() -> hn.Assessment:
    return assessed()


def text_of(assessment: hn.Assessment, path: Path, *, language: str = "en", backtest: Any = None, **rules: Any) -> str:
    pytest.importorskip("jinja2")
    plan = planned(assessment, **rules)
    hn.write_report(assessment, plan, path, language=language, backtest=backtest)
    return path.read_text(encoding="utf-8")


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_without_jinja2_the_extra_is_named_and_nothing_is_written(
    assessment: hn.Assessment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(hn.MissingExtraError, match=r"heatnet\[report\]"):
        hn.write_report(assessment, planned(assessment), tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


def data_of(text: str) -> Any:
    found = re.search(r'<script type="application/json" id="map-data">(.*?)</script>', text, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_the_page_loads_nothing_and_runs_one_script_whose_hash_it_names(
    assessment: hn.Assessment, tmp_path: Path
) -> None:
    text = text_of(assessment, tmp_path / "report.html", summer=SUMMER)
    tags = Tags(text).found
    assert not {tag for tag, _ in tags} & {"link", "img", "iframe", "object", "base", "form"}
    assert not [attrs for _, attrs in tags if {"src", "xlink:href"} & set(attrs)]
    assert all(str(attrs["href"]).startswith("#") for _, attrs in tags if "href" in attrs)
    assert not re.search(r"https?://|url\(|@import", text)
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src &#39;sha256-{digest}" in text or f"script-src 'sha256-{digest}'" in text


EVIL = "<script>alert(1)</script>"


def test_text_from_files_is_never_html(assessment: hn.Assessment, tmp_path: Path) -> None:
    text = text_of(assessment, tmp_path / "report.html", summer=SUMMER)
    assert "<b>Ash" not in text
    assert text.count("&lt;b&gt;Ash&lt;/b&gt;") >= 4  # jobs twice, cures, calendar
    assert "<b>Ash</b>" in data_of(text)["place"]["text"]


def test_a_script_as_id_street_community_name_or_reason_is_text_everywhere(tmp_path: Path) -> None:
    network = small_network(community=EVIL, name=EVIL + "\u2028")
    changed = network.segments.assign(street=EVIL + "\u2028", segment_id=[EVIL, EVIL + "2", "0003"])
    evil = hn.assess(network.replace(segments=changed), season=2026)
    evil.ranking["reason"] = EVIL
    text = text_of(evil, tmp_path / "report.html", summer=SUMMER)
    assert EVIL not in text
    assert "<script>alert" not in text
    assert "\u2028" not in re.sub(r"<td.*?</td>|<b>.*?</b>|<text.*?</text>|<h2>.*?</h2>", "", text)
    data = data_of(text)
    assert EVIL in data["id"]
    assert EVIL in data["community"]["text"]
    assert EVIL in data["reason"]["text"]
    opened, closed = (len(re.findall(tag, text)) for tag in ("<script", "</script"))
    assert opened == closed == 2


def test_json_in_a_page_cannot_end_its_script() -> None:
    text = safe_json({"a": "</script><!--\u2028&"})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"a": "</script><!--\u2028&"}


def test_every_cure_is_told_with_its_reason_and_drawn(assessment: hn.Assessment, tmp_path: Path) -> None:
    text = text_of(assessment, tmp_path / "report.html", summer=SUMMER)
    classes = [attrs.get("class") for tag, attrs in Tags(text).found if tag in ("path", "circle", "rect")]
    assert classes.count("cure") == 3
    assert classes.count("station cure") == 1
    assert classes.count("trench") == 2  # in the calendar
    assert "its outage cuts off 100 households in 2 buildings" in text
    assert "not yours" in text
    data = data_of(text)
    assert sorted(data["jobs"]) == ["J001", "J002", "J003"]
    assert [data["jobs"][job] for job in data["job"]].count(data["jobs"][data["job"][data["id"].index("0002")]]) == 2


def test_the_page_speaks_chinese(assessment: hn.Assessment, tmp_path: Path) -> None:
    text = text_of(assessment, tmp_path / "report.html", language="zh", summer=SUMMER)
    assert '<html lang="zh">' in text
    for words in ("2026年夏季冬病夏治施工计划", "停运影响2栋楼100户", "单价为 heatnet 缺省值"):
        assert words in text
    assert "households" not in text


def test_a_backtest_is_shown_where_one_is_given(assessment: hn.Assessment, tmp_path: Path) -> None:
    faults = pd.DataFrame({"fault_id": ["F"], "found_on": ["2016-01-01"], "asset_id": ["0003"]})
    result = hn.backtest(small_network(), seasons=[2015], faults=faults)
    text = text_of(assessment, tmp_path / "report.html", backtest=result)
    assert "perfect foresight" in text
    assert "found 1." in text
    assert "perfect foresight" not in text_of(assessment, tmp_path / "report.html")


def test_no_resident_is_named_and_the_same_plan_gives_the_same_bytes(assessment: hn.Assessment, tmp_path: Path) -> None:
    one, two = (text_of(assessment, tmp_path / name, summer=SUMMER) for name in ("a.html", "b.html"))
    assert one == two
    assert "Zhang" not in one


def test_a_network_without_coordinates_has_no_map(assessment: hn.Assessment, tmp_path: Path) -> None:
    bare = assessed(x_m=None)
    assert paper_map(bare.network, planned(bare).cures) == ""
    assert map_data(bare, None, "en")[0] == ""
    assert 'id="map-view"' not in text_of(bare, tmp_path / "report.html")


CURES = pd.DataFrame({"job_id": ["J1"], "street": ["Ash"], "measure": ["renew"]}, index=["0002"])


def test_pipes_without_coordinates_are_counted() -> None:
    network = small_network(x_m=[0.0, 100.0, 200.0, None])
    assert not_drawn(network) == 1
    assert paper_map(network, CURES).count("M") == 5  # two pipes, the cure, the scale bar, the arrow
    said, left_out = map_data(assessed(x_m=[0.0, 100.0, 200.0, None]), None, "en")
    assert left_out["not_drawn"] == 1
    assert "0003" not in json.loads(said)["id"]


def test_the_maps_do_not_depend_on_the_order_of_rows() -> None:
    network = small_network()
    turned = hn.Network(network.nodes.iloc[::-1], network.segments.iloc[::-1])
    assert paper_map(network, CURES) == paper_map(turned, CURES)


def test_north_is_up_and_places_are_whole_decimetres(assessment: hn.Assessment) -> None:
    data = json.loads(map_data(assessment, None, "en")[0])
    at = dict(zip(data["id"], zip(*[iter(data["xy"])] * 4, strict=True), strict=True))
    assert at["0001"] == (0, 0, 1000, 500)
    assert at["02"] == (1000, 500, 1000, 500)
    assert data["sources"] == [[0, 0, "01"]]


def test_of_a_large_network_the_best_are_drawn_and_the_rest_is_counted(
    assessment: hn.Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heatnet.report.map_data.MOST_SEGMENTS", 2)
    said, left_out = map_data(assessment, None, "en")
    assert left_out["not_shown"] == 2
    best = assessment.ranking.index[assessment.ranking["asset_kind"] == "segment"][0]
    assert sorted(json.loads(said)["id"]) == sorted(["02", best])


def test_what_became_of_every_row_is_said_above_the_map(assessment: hn.Assessment, tmp_path: Path) -> None:
    text = text_of(assessment, tmp_path / "report.html")
    assert 0 < text.index("visits, 1 row: 1 used") < text.index('id="map"')
