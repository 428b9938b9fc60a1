"""What the visits of past winters say."""

WORDS = {
    "no_visits": "{season}采暖年度没有走访记录：长期不热情况不明，并非为零。",
    "rates": "{season}采暖年度走访{visits:,}户次：沿途设施正常时不热概率{p_clear:.3f}，有供热不良设施时{p_impaired:.3f}。",
    "calls": "热线与App诉求按全部住户的来电计（不热{calls:,}次）。",
    "persistence": "供热不良延续到下一采暖年度的概率假定为{persistence}。",
    "diagnose_first": "先行诊断（平衡、除污器、立管）：{stations:first 5}（共{count}座）；其后的长期不热未计入排序。",
}
