"""Words that show how words are written."""

WORDS = {
    "example": "{count:,}条管段无敷设年份（{ids:first 2}）。",
}
