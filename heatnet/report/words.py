"""The words of a programme of works in English and Chinese, and the form in which each column is shown."""

from __future__ import annotations

from dataclasses import dataclass

from heatnet.errors import HeatnetError

LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Heading:
    """How a column is headed and shown: words with their unit, form of its cells, width in characters."""

    en: str
    zh: str
    form: str
    width: int

    def text(self, language: str) -> str:
        """Return the heading in a language."""
        return self.en if language == "en" else self.zh


# Forms: text, long (wrapped text), count, length (one decimal), sum (money, hours), year, date, share (0 to 1), rate.
HEADINGS = {
    "number": Heading("No.", "序号", "count", 5),
    "job_id": Heading("Job", "施工项目", "text", 9),
    "asset_id": Heading("Asset", "设施编号", "text", 12),
    "job_kind": Heading("Kind", "类别", "text", 9),
    "asset_kind": Heading("Kind", "类别", "text", 9),
    "measure": Heading("Measure", "措施", "text", 11),
    "place": Heading("Street or station", "街道或热力站", "text", 20),
    "street": Heading("Street", "街道", "text", 18),
    "community": Heading("Community", "社区", "text", 14),
    "from_node": Heading("From node", "起点", "text", 11),
    "to_node": Heading("To node", "终点", "text", 11),
    "diameter_mm": Heading("Diameter, mm", "管径 (mm)", "count", 10),
    "diameters_mm": Heading("Diameter, mm", "管径 (mm)", "text", 10),
    "length_m": Heading("Route length, m", "路由长度 (m)", "length", 11),
    "pipe_length_m": Heading("Pipe length, m", "管道长度 (m)", "length", 11),
    "laid_year": Heading("Laid in", "敷设年份", "year", 8),
    "crew": Heading("Crew", "施工班组", "count", 7),
    "start_on": Heading("Start", "开工日期", "date", 11),
    "end_on": Heading("Finish", "完工日期", "date", 11),
    "days": Heading("Duration, days", "工期 (天)", "count", 10),
    "cures": Heading("Cures", "冬病夏治项目数", "count", 8),
    "works_cost": Heading("Cost of the cures", "治理费用", "sum", 13),
    "job_cost": Heading("Cost of opening the trench", "开挖费用", "sum", 13),
    "cost": Heading("Cost without opening the trench", "费用 (不含开挖)", "sum", 13),
    "total_cost": Heading("Total cost", "总费用", "sum", 13),
    "benefit": Heading("Benefit, cold household-hours", "效益 (户·小时)", "sum", 14),
    "households_shut": Heading("Households shut off meanwhile", "停热户数", "count", 12),
    "fund": Heading("Fund", "资金来源", "text", 10),
    "dig_id": Heading("Shared dig", "共用掘路", "text", 9),
    "owner": Heading("Owner", "产权单位", "text", 12),
    "assets": Heading("Assets", "设施清单", "long", 56),
    "rank": Heading("Rank", "名次", "count", 8),
    "rank_low": Heading("Rank, best (90 %)", "名次上限 (90%)", "count", 9),
    "rank_high": Heading("Rank, worst (90 %)", "名次下限 (90%)", "count", 9),
    "grade": Heading("Grade", "等级", "text", 7),
    "reason": Heading("Reason", "理由", "long", 96),
    "why_out": Heading("Why it is left out", "未列入原因", "long", 46),
    "faults_mean": Heading("Faults expected in the season", "预计故障次数", "rate", 10),
    "impaired_prob": Heading("Probability of being impaired", "供热不良概率", "share", 11),
    "households_lost": Heading("Households lost in an outage", "停热影响 (户)", "count", 11),
    "cold_household_hours": Heading("Cold household-hours per season", "每季受冷量 (户·小时)", "sum", 14),
    "accepted_on": Heading("Accepted on", "验收日期", "date", 11),
    "station_id": Heading("Station", "热力站", "text", 12),
    "visits": Heading("Visits behind it", "其后走访 (户次)", "count", 9),
    "cold_visits": Heading("of these cold", "其中不热 (户次)", "count", 9),
    "near_cold_share": Heading("Cold share near the station", "近端不热比例", "share", 11),
    "far_cold_share": Heading("Cold share far from it", "远端不热比例", "share", 11),
    "chronic_hours": Heading("Cold household-hours kept out of the ranking", "未计入排序的受冷量 (户·小时)", "sum", 16),
}

_VALUES = {
    "segment": ("pipe", "管段"),
    "station": ("station", "热力站"),
    "trench": ("trench", "开挖"),
    "renew": ("renew", "更新"),
    "part": ("renew in part", "局部更换"),
    "clean": ("clean", "清洗"),
    "balance": ("balance", "平衡调节"),
    "valve": ("valve", "阀门"),
}

_LABELS = {
    "title": ("Programme of works, summer {year}", "{year}年夏季冬病夏治施工计划"),
    "subtitle": (
        "Renewal before the heating season {year}/{next}; made by heatnet {version}",
        "服务于{year}—{next}采暖年度；由 heatnet {version} 编制",
    ),
    "summary": ("Summary", "概要"),
    "jobs": ("Jobs", "施工项目"),
    "calendar": ("Calendar", "施工日历"),
    "cures": ("Cures", "冬病夏治项目"),
    "diagnose": ("Diagnose first", "先行诊断"),
    "claims": ("Warranty claims", "质保索赔"),
    "left_out": ("Left out", "未列入设施"),
    "ranking": ("Ranking", "设施排序"),
    "jobs_dated": ("Jobs in the order in which crews start them", "按开工日期排列的施工项目"),
    "jobs_undated": (
        "Jobs, the greatest benefit first; no calendar was asked for",
        "按效益排列的施工项目；本计划未编制日历",
    ),
    "cures_caption": ("Cures, job by job, in the order of the jobs", "按施工项目排列的冬病夏治项目"),
    "gantt_caption": (
        "A bar per job; blue: trench, orange: station, green: days kept for pressure tests",
        "每个施工项目一条；蓝：开挖，橙：热力站，绿：压力试验预留",
    ),
    "calendar_caption": (
        "Days worked in each week (weeks begin on Monday); blue: trench, orange: station, green: pressure test",
        "每周施工天数（周一起算）；蓝：开挖，橙：热力站，绿：压力试验",
    ),
    "diagnose_caption": (
        "Look at balance, strainer and riser of these stations before any pipe is dug up",
        "开挖之前先检查下列热力站的平衡、除污器和立管",
    ),
    "claims_caption": (
        "Still under the contractor's warranty: to be claimed there, not paid for here",
        "仍在施工单位质保期内：应向其索赔，不列入本计划费用",
    ),
    "left_out_caption": (
        "Assets that could not be planned, best cure first ({shown} of {all})",
        "无法列入计划的设施，按名次排列（{all}项中的{shown}项）",
    ),
    "ranking_caption": (
        "The best {shown} of {all} ranked assets; all of them are in ranking.csv",
        "全部{all}项设施中的前{shown}项；完整排序见 ranking.csv",
    ),
    "total": ("Total", "合计"),
    "pressure_test": ("Pressure test", "压力试验"),
    "busy": ("Most jobs under way on a day", "单日在建项目数最大值"),
    "asked": ("What was asked", "编制条件"),
    "result": ("What is planned", "计划内容"),
    "notes": ("What the reader must know", "须知"),
    "assumptions": ("What it rests on", "依据与假定"),
    "unknown": ("What it does not know", "本计划未考虑的内容"),
    "unknown_served": (
        "Whether the pipes and pumps carry enough: served means connected, hydraulics are not computed.",
        "管道与水泵的输送能力：“供到”仅指连通，未作水力计算。",
    ),
    "unknown_streets": (
        "What trenches on neighbouring streets could share, traffic diversions, permits and the delivery of material.",
        "相邻街道开挖的共享、交通导改、施工许可与材料供货。",
    ),
    "unknown_records": (
        "What nobody recorded: an asset without visits and faults is judged by others of its kind.",
        "无记录的情况：没有走访与故障记录的设施按同类设施推断。",
    ),
    "meaning": ("How to read it", "用语说明"),
    "signatures": ("Signatures", "签字"),
    "map": ("Where", "位置图"),
    "map_caption": (
        "Planned cures in red, stations planned in orange, sources black, the rest of the network grey",
        "红：计划治理管段，橙：计划治理热力站，黑：热源，灰：其余管网",
    ),
    "not_drawn": ("{count} pipes are not drawn: their ends have no coordinates", "{count}条管段端点无坐标，未绘出"),
    "backtest": ("How past seasons would have been forecast", "历史采暖年度预测检验"),
    "prepared": ("Prepared by", "编制"),
    "checked": ("Checked by", "审核"),
    "approved": ("Approved by", "批准"),
    "date": ("Date", "日期"),
    "no_street": ("no street name", "无街道名"),
    "no_limit": ("no limit", "不限"),
    "max_km": ("Most route length to renew, km", "更新路由长度上限 (km)"),
    "max_stations": ("Most stations to renew", "更新热力站上限 (座)"),
    "budget": ("Budget", "预算"),
    "budget_of": ("Budget of {name}", "预算：{name}"),
    "min_km_of": ("Least route length in {name}, km", "{name}最少路由长度 (km)"),
    "max_households_shut": ("Most households shut off at once", "同时停热户数上限"),
    "owners": ("Only assets of", "仅限产权单位"),
    "first_day": ("First working day", "最早开工日期"),
    "last_day": ("Everything back in service before", "恢复供热条件期限"),
    "test_days": ("Days kept for pressure tests", "压力试验预留天数"),
    "crews": ("Crews", "施工班组数"),
    "metres_per_day": ("Route metres of a crew in a day", "每班组日进度 (m)"),
    "setup_days": ("Days to set up and clear a trench", "每处开挖准备与恢复天数"),
    "station_days": ("Days for a station", "每座热力站天数"),
    "no_calendar": ("Calendar", "日历"),
    "not_asked": ("none asked for", "未要求编制"),
    "price_per_m": ("Price of a metre of route, at diameter d in mm", "每米路由单价（d 为管径, mm）"),
    "price_job": ("Price of opening a trench", "每处开挖费用"),
    "price_station": ("Price of a station", "每座热力站单价"),
    "dig_saving": ("Saved where another utility digs anyway", "共用掘路节省比例"),
    "horizon": ("Seasons of benefit counted", "计效采暖季数"),
    "cure_count": ("Cures", "冬病夏治项目数"),
    "job_count": ("Jobs", "施工项目数"),
    "trench_count": ("of these trenches", "其中开挖"),
    "station_count": ("Stations to cure", "治理热力站 (座)"),
    "route_km": ("Route length, km", "路由长度 (km)"),
    "pipe_km": ("Pipe length, km", "管道长度 (km)"),
    "cost": ("Cost", "费用"),
    "first_start": ("First start", "最早开工"),
    "last_end": ("Last finish", "最晚完工"),
    "crew_days": ("Crew days used, of those available", "班组工日利用率"),
    "benefit": ("Benefit, cold household-hours", "效益 (户·小时)"),
    "bound": ("No plan within these limits exceeds, cold household-hours", "同等条件下任何计划不超过 (户·小时)"),
    "gap": ("So at most this much is missed", "与上限差距"),
    "says_benefit": (
        "A cold household-hour is one home in the cold for one hour (in an outage: below 16 degC); the benefit is how "
        "many of them the cures are expected to avoid.",
        "一户·小时指一户居民受冷一小时（停热时指室温低于16℃）；效益为治理后预计可避免的户·小时数。",
    ),
    "says_length": (
        "Route length counts a supply and return pair once; pipe length counts both pipes.",
        "路由长度：供回水一对按一次计；管道长度：两根管道分别计。",
    ),
    "says_job": (
        "A job is carried out as one trench, with one mobilisation and one shutdown; a station is a job by itself.",
        "一个施工项目为一处开挖、一次进场、一次停热；热力站单独为一个施工项目。",
    ),
    "says_grade": (
        "Grade A: among the best in at least 80 % of drawn futures; B: in at least 20 %; C: in fewer.",
        "等级 A：至少80%的模拟情形中名列前茅；B：至少20%；C：不足20%。",
    ),
    "says_shut": (
        "Households shut off: connected homes without heat or hot water while the job's sections are drained.",
        "停热户数：该项目关断区段放水期间停热或停供热水的连通用户数。",
    ),
    "says_money": ("Money is in the currency of the prices.", "费用币种与单价一致。"),
    "method": ("Ranking", "排序方法"),
    "backtest_caption": (
        "Share of {faults} faults that lay on the best-ranked share of length, seasons {first} to {last}, each "
        "forecast from the records before it; plus or minus one standard error",
        "{first}至{last}采暖年度共{faults}次故障中，落在排序靠前长度份额上的比例（各年度只用此前记录预测；±一个标准误）",
    ),
    "backtest_total": (
        "Faults expected {expected}, found {observed}.",
        "预计故障{expected}次，实际{observed}次。",
    ),
}

_METHODS = {
    "heatnet": ("heatnet", "heatnet"),
    "age": ("age", "管龄"),
    "past_faults": ("past faults", "历史故障"),
    "random": ("random", "随机"),
    "oracle": ("perfect foresight", "完全预知"),
}


def checked_language(language: str) -> str:
    """Return the language, or raise HeatnetError where heatnet has no words in it."""
    if language not in LANGUAGES:
        raise HeatnetError(f"language is {language!r}; give 'en' or 'zh'")
    return language


def label(key: str, language: str, **filled: object) -> str:
    """Return a label in a language.

    Examples
    --------
    >>> label("title", "en", year=2026), label("jobs", "zh")
    ('Programme of works, summer 2026', '施工项目')
    """
    return _LABELS[key][LANGUAGES.index(language)].format(**filled)


def word(value: str, language: str) -> str:
    """Return a kind, measure or method as a reader's word; other text as it is."""
    known = _VALUES.get(value) or _METHODS.get(value)
    return value if known is None else known[LANGUAGES.index(language)]
