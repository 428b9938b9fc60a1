"""What pipes and pumps carry: where the intact network falls short, and what limits an outage."""

WORDS = {
    "weak_end": "gets {share:.0%} of the flow it asks: {short:.1f} m of head are missing there",
    "fast_pipe": "water runs at {velocity:.1f} m/s (more than 3), which costs {lost:.1f} m of head: too narrow for what hangs on it, or a wrong diameter",
    "high_head": "would have to give {head:.0f} m of head to serve everybody, more than pumps do ({most:.0f} m): look for pipes too narrow, or give head_m",
    "unknown_load": "has neither load_kw nor households nor area_m2 and asks for no flow",
}
