"""Words of the findings of rows that are set aside."""

WORDS = {
    "unknown_building": "{column} 不是任何楼栋；剔除",
    "unknown_asset": "{column} 不是任何设施；剔除",
    "unknown_segment": "{column} 不是管网中的管段；剔除",
    "unknown_station": "{column} 不是任何热力站；剔除",
    "unknown_street": "{column} 不是任何管段所在的街道；剔除",
    "visit_without_date": "{column} 缺失；剔除",
    "fault_without_date": "{column} 缺失；剔除",
    "work_without_date": "{column} 缺失；剔除",
    "dig_without_date": "{column} 缺失；剔除",
    "fault_without_place": "{column} 既无设施也无位置；剔除",
    "fault_far_away": "{column} 距所有管段超过 {nearest_m:g} 米；剔除",
    "fault_before_laying": "{column} 早于设施的敷设年份；剔除",
    "makeup_unknown": "{column} 不明；剔除",
    "fault_outside_seasons": "{column} 不在 {first} 至 {last} 采暖年度内；剔除",
    "work_without_kind": "{column} 缺失；按更换计",
}
