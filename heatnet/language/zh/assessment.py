"""What an assessment rests on, and the reason of each rank."""

WORDS = {
    "served_by_capacity": "停热影响按管道和水泵仍能输送的流量判断：按给定或推算的压头求稳态流量，不计水泵曲线、高差和温度。",
    "flow_unknown": "{count}个设施停运时未求得稳态流量，该处用户只按是否断供计。",
    "served_is_connected": "“供到”仅指连通；未校核管道和水泵的输送能力。",
    "households_area_m2": "{buildings:,}栋楼中有{count:,}栋的户数按面积（m²）/100估计。",
    "households_load_kw": "{buildings:,}栋楼中有{count:,}栋的户数按负荷（kW）/5估计。",
    "households_nothing": "{buildings:,}栋楼中有{count:,}栋的户数不明，按0计。",
    "unserved": "{buildings:,}栋楼中有{count:,}栋与完好管网不连通，不计入停热影响。",
    "explain_rank": "{asset} 排名第{rank}：更新的效益现值{worth:,.0f}元，费用{cost:,.0f}元；不处理每个采暖年度损失{risk:,.0f}元。",
    "explain_reason": "{reason}。",
    "explain_measure": "查明{what}，名次将在第{best}至第{worst}之间。",
    "visit_homes": "走访{buildings}，共{visits}户次。",
    "read_station": "读取{station}两侧的压力和温度。",
    "read_gauges": "在{first}与{second}处读取压力和温度。",
    "visit_in_outage": "{column}处于该楼已被停热的时段内，不采用",
    "values_assumed": "货币价值采用heatnet的默认值：受冷每户每小时{cold_hour:g}，停热每户每小时{no_heat_hour:g}，热量每GJ {heat_gj:g}；`heatnet settings`列出全部。",
    "its_condition": "其实际状况（供热不良或正常）",
    "its_rate_of_faults": "其故障率",
    "no_visits_used": "读入的{rows:,}条走访均未用于{season}采暖年度：长期受冷情况不明，并非为零。",
    "share_assumed": "读入的{rows:,}条故障均不可用，因此假定：{share:.1%}的故障在供热期间造成停热。",
    "outage_time_from_norm": "停热时长：抢修按俄罗斯定额，依管径取值（8至30小时；热力站假定8小时），另加查漏、关断、泄水和充水{lead_h:g}小时；读入的{rows:,}条故障均不可用。",
}
