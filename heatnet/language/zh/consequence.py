"""What outages mean in homes: how often they come, how long they last, how cold it is."""

WORDS = {
    "share_assumed": "没有故障记录，假定{share:.1%}的故障在供热期间造成停热。",
    "share_upper_bound": "上限：没有停热时长记录，采暖期内的每次故障均按停热计（{faults:,}次故障的{share:.1%}）。",
    "share_learned": "由{faults:,}次故障得出：{share:.1%}的故障在供热期间造成停热。",
    "climate_assumed": "假定而非实测：河西走廊式干冷冬季，10月15日至次年4月15日共183天，日均温-20至14℃，平均-2.5℃，五天低于-14.5℃。",
    "outage_time_from_records": "停热时长：取自本网记录，并按管径等级向俄罗斯抢修规范加{lead_h:g}小时（查漏、关断、泄水、充水）收缩。",
    "outage_time_from_norm": "停热时长：没有停热记录，按俄罗斯规范依管径取抢修8至30小时（热力站假定8小时），另加{lead_h:g}小时（查漏、关断、泄水、充水）。",
}
