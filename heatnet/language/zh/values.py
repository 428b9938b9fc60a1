"""Kinds, measures and methods that stand in tables, as the reader says them."""

WORDS = {
    "segment": "管段",
    "station": "热力站",
    "trench": "开挖",
    "renew": "更新",
    "part": "局部更换",
    "clean": "清洗",
    "balance": "平衡调节",
    "valve": "阀门",
    "heatnet": "heatnet",
    "age": "管龄",
    "past_faults": "历史故障",
    "random": "随机",
    "oracle": "完全预知",
    "yes": "是",
    "no": "否",
    "faults": "故障",
    "heat": "热损失",
    "cold": "长期不热",
}
