"""Titles and legends of the layers of a GeoPackage."""

WORDS = {
    "assets": "管段（按等级）",
    "stations": "热力站（按等级）",
    "sources": "热源",
    "measure_first": "先测后挖",
    "cures": "冬病夏治项目",
    "station_cures": "热力站项目",
    "jobs": "施工项目",
    "valves_to_close": "应关阀门",
    "other": "C级",
    "read": "读表",
    "visit": "入户走访",
    "renew": "更新",
    "part": "局部更新",
    "clean": "冲洗",
    "balance": "平衡调节",
    "valve": "修阀门",
}
