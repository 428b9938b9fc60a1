"""Arrays only: trees cut into streams, walks, ranges, overlap, resistances, nearest lines, exact sums."""
