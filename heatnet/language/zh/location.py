"""What the visits of past winters say."""

WORDS = {
    "no_visits": "{season}采暖年度没有走访记录：长期不热情况不明，并非为零。",
    "rates": "{season}采暖年度走访{visits:,}户次：沿途设施正常时不热概率{p_clear:.3f}，有供热不良设施时{p_impaired:.3f}。",
    "calls": "热线与App诉求按全部住户的来电计（不热{calls:,}次）。",
    "persistence": "供热不良延续到下一采暖年度的概率假定为{persistence}。",
    "probability": "{asset} 供热不良的概率为{after:.3f}（走访之前为{before:.3f}）。",
    "group": "任何走访都无法区分这{count}处设施：{assets:first 5}；其中至少一处供热不良的概率为{prob:.3f}。",
    "nothing_behind": "其后没有走访过的楼栋，概率仍为走访之前的值。",
    "behind": "其后{seen}；沿途设施正常时预计{if_clear:.1f}次，有供热不良设施时预计{if_impaired:.1f}次。",
    "speak": "{speak_for}栋楼的情况表明其供热路径上有供热不良设施，{against}栋楼的情况相反。",
    "beside": "同一路径上相邻的楼栋中，{seen}。",
    "suspect_before": "其前的路径上，{asset} 最为可疑（{prob:.3f}）。",
    "suspect_behind": "其后，{asset} 最为可疑（{prob:.3f}）。",
    "seen_visits": "走访{visits:,}户次，{cold:,}户次不热",
    "seen_calls": "{households:,}户居民来电反映不热{calls:,}次",
    "seen_both": "{of_visits}，{of_calls}",
}
