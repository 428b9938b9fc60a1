"""Draw the pictures of the gallery from the sample district: python docs/write_pictures.py."""

from pathlib import Path

import heatnet as hn

HERE = Path(__file__).parent


def pictures() -> dict[str, object]:
    """Return the Axes of each picture by the name of its file."""
    inventory = hn.read_inventory(HERE.parent / "fixtures" / "district")
    assessment = hn.assess(inventory, season=2026)
    summer = hn.Summer("2026-05-01", "2026-09-30", crews=3)
    plan = hn.plan_cures(assessment, max_km=3, max_stations=1, digs=inventory.digs, summer=summer)
    tested = hn.backtest(inventory, seasons=range(2021, 2026))
    frontier = hn.plan_frontier(assessment, [1e6, 3e6, 5e6, 10e6, 20e6])
    worst = hn.outage_supply(inventory.network, isolate="segment")["flow_share"]
    part = worst[worst > 0.3].idxmin()
    return {
        "network_map": hn.plot.network_map(assessment, "impaired_prob", plan=plan),
        "outage_map": hn.plot.outage_map(inventory.network, part),
        "risk_parts": hn.plot.risk_parts(assessment),
        "ageing": hn.plot.ageing(assessment),
        "capture": hn.plot.capture(tested),
        "calibration": hn.plot.calibration(tested),
        "frontier": hn.plot.frontier(frontier),
        "gantt": hn.plot.gantt(plan),
    }


if __name__ == "__main__":
    (HERE / "images").mkdir(exist_ok=True)
    for name, ax in pictures().items():
        ax.figure.savefig(HERE / "images" / f"{name}.png", dpi=70, metadata={"Software": None})
