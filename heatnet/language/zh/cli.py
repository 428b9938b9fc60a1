"""What the command line says at its end."""

WORDS = {
    "note": "提示：{said}",
    "ranked": "{file}：{assets:,}项设施，按名次排列",
    "result": "{planned}；{gains}",
    "planned": "{file}：{jobs:,}个施工项目，{cures:,}项治理，路由{km:,.2f}公里，热力站{stations:,}座",
    "gains_hours": "避免受冷{benefit:,.0f}户·小时，同等条件下任何计划不超过{bound:,.0f}（差距{gap:.2%}）",
    "gains_worth": "效益现值{worth:,.0f}，费用{cost:,.0f}，超出最低回报{benefit:,.0f}；同等条件下任何计划不超过{bound:,.0f}（差距{gap:.2%}）",
    "fewer_backtested": "要求检验最近{asked:,}个采暖年度，可预测并对照的有{count:,}个：须此前有故障记录，且当年有记录。",
    "converted": "{file}：已写出 {tables}",
    "template": "{file}：空白台账模板，每表一页",
    "replanned": "与原方案相比，效益减少 {lost:,.0f}，费用增加 {cost:,.0f}。",
    "fixed": "{folder}：修正后的副本；改动{changes}处，剔除{aside}行，明细见 {folder}/repairs",
}
