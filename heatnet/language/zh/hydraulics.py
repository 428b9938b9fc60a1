"""What pipes and pumps carry: where the intact network falls short, and what limits an outage."""

WORDS = {
    "weak_end": "只得到所需流量的{share:.0%}，末端资用压头缺{short:.1f} m",
    "fast_pipe": "流速{velocity:.1f} m/s（超过3 m/s），压头损失{lost:.1f} m：管径偏小，或管径填写有误",
    "high_head": "要让所有用户都足量，需提供{head:.0f} m压头，超出一般水泵能力（{most:.0f} m）：请查找偏细的管段，或填写head_m",
    "unknown_load": "没有负荷、户数和面积，不计流量需求",
}
