"""Words for why a building is not served."""

WORDS = {
    "both_layers": "供水和回水",
    "supply": "供水",
    "return": "回水",
    "no_segment": "没有管段与之相连",
    "no_source": "{where}侧未与热源连通",
    "dead_stations": "{where}侧只与供回水未同时得热的热力站连通",
    "no_live_station": "{where}侧未与运行中的热力站连通",
    "closed_valve": "{why}；途中有一只不能操作的关闭阀门",
}
