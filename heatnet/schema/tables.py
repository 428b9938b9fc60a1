"""Every table of an inventory as data: columns, types, units, ranges, meanings, other headings."""

from __future__ import annotations

from typing import Any

from heatnet.schema.columns import Column, TableSpec


def _id(name: str, meaning: str, *aliases: str) -> Column:
    return Column(name, "id", meaning, required=True, aliases=aliases)


def _reference(name: str, meaning: str, *aliases: str, required: bool = True) -> Column:
    return Column(name, "reference", meaning, required=required, aliases=aliases)


def _number(name: str, meaning: str, *aliases: str, **limits: Any) -> Column:
    return Column(name, "number", meaning, aliases=aliases, **limits)


def _text(name: str, meaning: str, *aliases: str) -> Column:
    return Column(name, "text", meaning, aliases=aliases)


def _truth(name: str, meaning: str, *aliases: str, default: bool | None = None) -> Column:
    return Column(name, "truth", meaning, default=default, aliases=aliases)


def _date(name: str, meaning: str, *aliases: str, required: bool = False) -> Column:
    return Column(name, "date", meaning, required=required, aliases=aliases)


NODES = TableSpec(
    "nodes",
    "one node: a source, a station, a junction or a building",
    ("node_id",),
    (
        _id("node_id", "identity of the node", "节点编号", "节点"),
        Column(
            "kind",
            "choice",
            "what stands there",
            required=True,
            choices={
                "source": ("热源", "热源厂"),
                "station": ("热力站", "换热站"),
                "junction": ("节点", "管网节点", "小室"),
                "building": ("建筑", "楼栋", "楼"),
            },
            aliases=("类型", "节点类型"),
        ),
        _number("x_m", "easting in a metric grid", "x"),
        _number("y_m", "northing in a metric grid", "y"),
        _number("households", "households on heat", "户数", "供热户数", least=0.0),
        _number("load_kw", "heat load", "热负荷", "负荷", least=0.0),
        _number("area_m2", "heated area", "供热面积", "面积", least=0.0),
        _number("cooling_h", "thermal time constant", "时间常数", least=0.0),
        _number("built_year", "year of construction", "建成年份", "建筑年代"),
        _text("community", "community it belongs to", "社区", "小区"),
        _number("priority", "weight of a building in the assessment", "优先级", "权重", default=1.0, least=0.0),
        _text("owner", "who owns it", "产权单位", "产权"),
        _date("accepted_on", "day of acceptance", "验收日期"),
        _number(
            "head_m",
            "head between supply and return that the pumps of a source or station give",
            "扬程",
            "资用压头",
            least=0.0,
        ),
        _number(
            "required_head_m", "head with which a consumer gets all that it asks", "所需压头", "所需资用压头", least=0.0
        ),
    ),
)

SEGMENTS = TableSpec(
    "segments",
    "one row of the pipeline inventory between two nodes",
    ("segment_id",),
    (
        _id("segment_id", "identity of the segment", "管段编号", "管段"),
        _reference("from_node", "node at one end", "起点", "起点编号"),
        _reference("to_node", "node at the other end", "终点", "终点编号"),
        _number("length_m", "route length", "长度", "管长", required=True, above=0.0),
        _number("diameter_mm", "nominal diameter", "管径", "公称直径", required=True, above=0.0),
        _number("laid_year", "year of laying", "敷设年份", "投运年份", "建设年份"),
        Column(
            "level",
            "choice",
            "primary or secondary network",
            default="primary",
            choices={
                "primary": ("一级", "一级管网", "一次网", "一网"),
                "secondary": ("二级", "二级管网", "二次网", "二网"),
            },
            aliases=("级别", "管网级别"),
        ),
        Column(
            "line",
            "choice",
            "which pipes the row stands for",
            default="pair",
            choices={"pair": ("供回水", "双管"), "supply": ("供水", "供水管"), "return": ("回水", "回水管")},
            aliases=("供回水",),
        ),
        _text("material", "pipe material", "材质", "管材"),
        _text("insulation", "insulation", "保温", "保温材料"),
        Column(
            "laying",
            "choice",
            "how it lies",
            choices={
                "direct_buried": ("直埋",),
                "duct": ("地沟", "管沟"),
                "tunnel": ("管廊", "隧道"),
                "overhead": ("架空",),
            },
            aliases=("敷设方式",),
        ),
        _text("street", "street in which it lies", "街道", "道路"),
        _number("wall_mm", "wall thickness when new", "壁厚", above=0.0),
        _number("wall_left_mm", "wall thickness measured last", "剩余壁厚", least=0.0),
        Column(
            "soil_corrosion",
            "choice",
            "corrosivity of the soil",
            choices={"low": ("低", "弱"), "medium": ("中",), "high": ("高", "强")},
            aliases=("土壤腐蚀性",),
        ),
        _truth("is_flooded", "lies in water at times", "浸水"),
        _truth("is_crossing", "crosses a road, railway or river", "穿越"),
        _text("owner", "who owns it", "产权单位", "产权"),
        _date("accepted_on", "day of acceptance", "验收日期"),
        _number("heat_loss_w_m", "heat loss measured, per metre of route", "热损失", "实测热损", least=0.0),
        _number("roughness_mm", "roughness of the pipe's wall", "粗糙度", "当量粗糙度", above=0.0),
    ),
)

VALVES = TableSpec(
    "valves",
    "one valve at one end of a segment",
    ("valve_id",),
    (
        _id("valve_id", "identity of the valve", "阀门编号", "阀门"),
        Column("segment_id", "reference", "segment on which it sits", aliases=("管段编号", "管段")),
        _reference("node_id", "end of the segment at which it sits", "节点编号", "节点"),
        _truth("is_operable", "can be turned", "可操作", "完好", default=True),
        _truth("is_open", "stands open", "开启", default=True),
    ),
)

VISITS = TableSpec(
    "visits",
    "one household contact, with or without a complaint",
    ("visit_id",),
    (
        _id("visit_id", "identity of the visit", "走访编号", "工单编号", "编号"),
        Column("building_id", "reference", "building visited", aliases=("楼栋编号", "楼栋", "建筑编号")),
        _date("visited_on", "day of the visit", "走访日期", "日期", required=True),
        Column(
            "channel",
            "choice",
            "how the contact came about",
            default="home_visit",
            choices={
                "home_visit": ("走访", "入户"),
                "hotline": ("热线", "电话"),
                "app": ("小程序", "网络"),
                "sensor": ("传感器", "室温采集"),
            },
            aliases=("渠道", "来源"),
        ),
        _truth("is_cold", "the home was cold", "不热", "是否不热"),
        _number("room_temp_c", "room temperature", "室温", "室内温度"),
        _text("category", "category of the complaint", "类别", "诉求类别"),
        Column(
            "cause",
            "choice",
            "cause found after inspection",
            choices={
                "household": ("用户", "户内"),
                "building": ("楼内", "单元"),
                "station": ("热力站", "换热站"),
                "network": ("管网",),
                "closed": ("停热", "报停", "欠费"),
                "unknown": ("不明",),
            },
            aliases=("原因",),
        ),
        _date("resolved_on", "day of the solution", "解决日期", "办结日期"),
        _text("household_id", "household, hashed when read", "户号", "用户编号"),
    ),
)

FAULTS = TableSpec(
    "faults",
    "one confirmed, dated defect of an asset",
    ("fault_id",),
    (
        _id("fault_id", "identity of the fault", "故障编号"),
        _date("found_on", "day it was found", "发现日期", "故障日期", required=True),
        _reference("asset_id", "segment or station with the defect", "设施编号", "管段编号", required=False),
        _number("x_m", "easting in a metric grid", "x"),
        _number("y_m", "northing in a metric grid", "y"),
        _text("kind", "kind of defect", "故障类型", "类型"),
        Column(
            "found_by",
            "choice",
            "how it was found",
            choices={"operation": ("运行",), "test": ("打压", "试压"), "inspection": ("巡检", "检查")},
            aliases=("发现方式",),
        ),
        _number("outage_h", "hours for which homes were cut off; 0: nobody was", "停热时长", least=0.0),
        _number("repair_h", "hours of repair", "抢修时长", "维修时长", least=0.0),
    ),
)

WORKS = TableSpec(
    "works",
    "one finished measure on an asset",
    ("work_id",),
    (
        _id("work_id", "identity of the work", "工程编号"),
        Column("asset_id", "reference", "segment or station worked on", aliases=("设施编号", "管段编号")),
        _date("done_on", "day it was finished", "完工日期", required=True),
        Column(
            "kind",
            "choice",
            "what was done",
            default="renewal",
            choices={
                "renewal": ("更换", "改造", "更新"),
                "repair": ("维修", "抢修"),
                "cleaning": ("清洗",),
                "balancing": ("平衡", "调网"),
            },
            aliases=("工程类型", "类型"),
        ),
        _number("length_m", "length worked on", "长度", least=0.0),
    ),
)

DIGS = TableSpec(
    "digs",
    "another utility's planned road excavation, or a ban on digging",
    ("dig_id",),
    (
        _id("dig_id", "identity of the dig", "掘路编号"),
        Column("street", "text", "street; *: the whole city", required=True, aliases=("街道", "道路")),
        _date("start_on", "first day", "开始日期", required=True),
        _date("end_on", "last day", "结束日期", required=True),
        _truth("is_ban", "no digging in that time", "禁止掘路", default=False),
        _number("closed_years", "years in which the street stays closed after it", "封闭年限", least=0.0),
    ),
)

MAKEUP = TableSpec(
    "makeup",
    "make-up water of one station in one season",
    ("station_id", "season"),
    (
        Column("station_id", "reference", "station", aliases=("热力站编号", "换热站编号", "热力站")),
        _number("season", "year in which the season starts", "采暖年度", required=True),
        _number("makeup_m3", "make-up water", "补水量", required=True, least=0.0),
    ),
)

TABLES = {spec.name: spec for spec in (NODES, SEGMENTS, VALVES, VISITS, FAULTS, WORKS, DIGS, MAKEUP)}
