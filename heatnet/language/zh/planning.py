"""What a plan tells its reader, and why an asset is out of it."""

WORDS = {
    "default_prices": "单价为 heatnet 缺省值，并非贵单位单价：请先填入自己的单价，再使用任何金额。",
    "no_summer_no_warranty": "未给定施工期，无法判断哪些设施仍在质保期内：全部列入备选。",
    "no_summer_no_digs": "未给定施工期，未考虑掘路与禁挖安排。",
    "priced_as_renewals": "{count:,}项不开挖措施没有自己的费用，按更新计价。",
    "out_no_fund": "没有可用资金来源",
    "out_owner": "属其他产权单位",
    "out_warranty": "仍在施工单位质保期内",
    "out_under_way": "已在施工",
    "out_never": "已指定不予列入",
    "out_closed_street": "道路近年已开挖，禁止再次开挖",
    "out_no_days": "施工期内没有足够的可开挖天数",
    "out_budget": "单项费用即超过可用预算",
    "out_max_km": "单项长度即超过剩余公里数上限",
    "out_max_stations": "不得更新热力站",
    "out_crew_days": "单项工期即超过施工队可用天数",
    "out_too_many_shut": "单独停热即超过同时停热户数上限",
    "why_out": "{asset} 未列入：{reason}。",
}
