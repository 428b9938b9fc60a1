"""Words that show how words are written."""

WORDS = {
    "example": "{count:,} {count:pipe has|pipes have} no laying year ({ids:first 2}).",
}
