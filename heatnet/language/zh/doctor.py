"""Words of the findings of what is used but doubtful."""

WORDS = {
    "building_not_served": "未供热（指管路不连通；未校核供热能力）：{reason}",
    "isolated_node": "{column} 未连接任何管段",
    "source_feeds_nothing": "{column} 只接二级管网；热源应接一级管网",
    "no_source": "没有热源节点：全部楼栋未供热",
    "laid_year_before_1930": "{column} 早于 {earliest} 年",
    "laid_year_in_future": "{column} 晚于 {latest} 年，尚未到来",
    "diameter_grows_downstream": "diameter_mm 沿程变大：{upstream} 为 {there:g} mm，其后为 {here:g} mm",
    "diameter_unusual": "{column} 不是常见的管径（mm）",
    "length_below_distance": "{column} 小于两端点的直线距离",
    "households_missing": "{column} 不明；若无面积或热负荷，则按 0 计",
    "households_missing_everywhere": "全部 {rows} 行的 {column} 不明；若无面积或热负荷，则按 0 计",
    "laid_year_missing": "{column} 不明；按平均值计",
    "laid_year_missing_everywhere": "全部 {rows} 行的 {column} 不明；按平均值计",
    "households_at_no_building": "{column} 位于非楼栋节点；不计入",
    "resolved_before_visit": "{column} 早于 visited_on",
    "room_temp_unlikely": "{column} 不是合理的室温（℃）",
    "visit_outside_heating": "{column} 在 10 月 15 日至次年 4 月 15 日之外",
    "work_longer_than_asset": "{column} 大于设施长度；按全长计",
    "visit_cold_but_warm_room": "{column} 已达标，却记为不热",
    "street_spelled_twice": "同一街道有多种写法：{spellings}，共 {count} 条管段；其中一种写法上的掘路或禁掘对其他写法无效",
}
