"""report.html is one file that loads nothing, in which text is never HTML."""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import heatnet as hn
from heatnet.report.drawings import network_map
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


def test_the_page_loads_nothing(assessment: hn.Assessment, tmp_path: Path) -> None:
    text = text_of(assessment, tmp_path / "report.html", summer=SUMMER)
    tags = Tags(text).found
    assert not {tag for tag, _ in tags} & {"script", "link", "img", "iframe", "object", "base", "form"}
    assert not [attrs for _, attrs in tags if {"src", "href", "xlink:href"} & set(attrs)]
    assert not re.search(r"https?://|url\(|@import", text)


def test_text_from_files_is_never_html(assessment: hn.Assessment, tmp_path: Path) -> None:
    text = text_of(assessment, tmp_path / "report.html", summer=SUMMER)
    assert "<b>" not in text
    assert text.count("&lt;b&gt;Ash&lt;/b&gt;") >= 4  # job, cures, map, calendar


def test_every_cure_is_told_with_its_reason_and_drawn(assessment: hn.Assessment, tmp_path: Path) -> None:
    text = text_of(assessment, tmp_path / "report.html", summer=SUMMER)
    tags = Tags(text).found
    classes = [attrs.get("class") for tag, attrs in tags if tag in ("path", "circle", "rect")]
    assert (classes.count("cure"), classes.count("source")) == (3, 1)
    assert classes.count("station") == 2  # on the map and in the calendar
    assert classes.count("trench") == 2
    assert "its outage cuts off 100 households in 2 buildings" in text
    assert "not yours" in text


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
    assert network_map(bare.network, planned(bare).cures) == ("", 3)
    assert 'class="map"' not in text_of(bare, tmp_path / "report.html")


def test_pipes_without_coordinates_are_counted() -> None:
    network = small_network(x_m=[0.0, 100.0, 200.0, None])
    drawing, missing = network_map(network, pd.DataFrame({"job_id": [], "street": []}))
    assert missing == 1
    assert "M40 40l" not in drawing  # north is up: the station lies above the source
    assert drawing.count("M") == 3  # two pipes and the scale bar


def test_the_map_does_not_depend_on_the_order_of_rows() -> None:
    network = small_network()
    turned = hn.Network(network.nodes.iloc[::-1], network.segments.iloc[::-1])
    cures = pd.DataFrame({"job_id": ["J1"], "street": ["Ash"]}, index=["0002"])
    assert network_map(network, cures) == network_map(turned, cures)


def test_what_became_of_every_row_is_said_before_the_plan(assessment: hn.Assessment, tmp_path: Path) -> None:
    text = text_of(assessment, tmp_path / "report.html")
    assert 0 < text.index("visits, 1 row: 1 used") < text.index("What is planned")
