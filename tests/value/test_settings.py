import pickle

import pytest

import heatnet as hn
from heatnet.value import settings_data, settings_over, settings_text


def test_the_defaults_are_those_of_the_contract() -> None:
    values, prices = hn.Values(), hn.Prices()
    assert (values.cold_hour, values.no_heat_hour, values.repair_cost, values.heat_gj) == (0.25, 3, (15000, 100), 44.45)
    assert (values.life, values.station_life, values.discount, values.fault_growth) == (30, 20, 0.04, 0.03)
    assert (prices.clean_cost_per_m, prices.balance_cost, prices.valve_cost) == (30, 3000, 20000)
    assert hn.Settings().heating_from == "10-15"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: hn.Values(life=0), "life"),
        (lambda: hn.Values(life=2.5), "whole number"),
        (lambda: hn.Values(cold_hour=-1), "cold_hour"),
        (lambda: hn.Values(cold_hour="1"), "cold_hour"),
        (lambda: hn.Values(discount=float("nan")), "discount"),
        (lambda: hn.Values(repair_cost=3), "two numbers"),
        (lambda: hn.Values(repair_cost="12"), "two numbers"),
        (lambda: hn.Values(usual_deficit=0), "above 0"),
        (lambda: hn.Values(clean_removes=1.5), "at most 1"),
        (lambda: hn.Values(uncertain=0.5), "uncertain"),
        (lambda: hn.Prices(dig_saving=1.5), "dig_saving"),
        (lambda: hn.Settings(reheat=1.0), "reheat"),
        (lambda: hn.Settings(cause_error=0.7), "cause_error"),
        (lambda: hn.Settings(t_cold_c=21.0), "t_cold_c"),
        (lambda: hn.Settings(heating_from="15-10"), "15-10"),
        (lambda: hn.Settings(heating_from=1015), "heating_from"),
        (lambda: hn.Settings(capacity=1), "capacity"),
        (lambda: hn.Settings(values=hn.Prices()), "Values"),
        (lambda: hn.Settings(headings={"nodes": "x"}), "headings"),
        (lambda: hn.Settings().replace(cold_hours=1), "cold_hours"),
    ],
)
def test_what_cannot_be_set_is_refused(make, message) -> None:
    with pytest.raises(hn.HeatnetError, match=message):
        make()


def test_a_file_is_laid_over_the_settings_key_by_key(tmp_path) -> None:
    own, office = tmp_path / "settings.toml", tmp_path / "office.toml"
    own.write_text(
        'lead_h = 4\nreheat = false\n[values]\ncold_hour = 1\n[headings.nodes]\n"户" = "households"\n', "utf-8"
    )
    office.write_text('capacity = "auto"\n[values]\nno_heat_hour = 5\n[headings.nodes]\n"楼" = "name"\n', "utf-8")
    settings = hn.read_settings(office, base=hn.read_settings(own))
    assert settings.values == hn.Values(cold_hour=1, no_heat_hour=5)
    assert (settings.lead_h, settings.reheat, settings.capacity) == (4.0, None, None)
    assert settings.headings == {"nodes": {"户": "households", "楼": "name"}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nonsense", "no TOML"),
        ("cold_hour = 1", "cold_hour"),
        ("[values]\ncoldhour = 1", "coldhour"),
        ("values = 3", r"\[values\]"),
        ("[values]\nlife = -1", "life"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path, text, message) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(hn.HeatnetError, match=message) as caught:
        hn.read_settings(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_told() -> None:
    with pytest.raises(FileNotFoundError):
        hn.read_settings("nowhere.toml")


def test_settings_survive_plain_data_and_workers() -> None:
    settings = hn.Settings(reheat=None, capacity=True, headings={"nodes": {"户": "households"}}).replace(cold_hour=2)
    assert settings_over(settings_data(settings), hn.Settings()) == settings
    assert pickle.loads(pickle.dumps(settings)) == settings
    assert hash(settings) == hash(settings.replace())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_printed_file_says_every_setting_and_reads_back(tmp_path, language) -> None:
    settings = hn.Settings(reheat=None, capacity=True, headings={"nodes": {'户 "数"': "households"}}).replace(
        cold_hour=2, units={"segments": {"length_m": "km"}}
    )
    for given in (hn.Settings(), settings):
        path = tmp_path / "settings.toml"
        path.write_text(settings_text(given, language), "utf-8")
        assert hn.read_settings(path) == given
    text = settings_text(language=language)
    assert "户数" in next(line for line in text.splitlines() if line.startswith("# households:"))
    for line in text.splitlines():
        assert line.startswith(("#", "[")) or not line or " = " in line
