"""One line for each rule that found something."""

WORDS = {
    "line": "{severity} {table} {rule}{ids}: {message}",
    "ids": " ({count:,}: {ids:first 5})",
    "error": "error",
    "warning": "warning",
    "note": "note",
}
