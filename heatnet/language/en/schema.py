"""What is said of headings and cells that were doubtful, and of rows set aside when read."""

WORDS = {
    # A cell that was read with a doubt: {why} is one of the words below.
    "cell_read": "{column} {cell} counts as {value}: {why}.",
    "cells_read": "{column} {cell} counts as {value}, and {others} other cells are read in the same way: {why}.",
    "about": "a rough figure",
    "range": "the middle of a range",
    "decimal_comma": "its comma stands before decimals, as in other cells of the column",
    "short_year": "a year of two digits",
    "decade": "the middle of a decade",
    "serial": "a day as spreadsheets count them",
    "order": "day and month told apart by other cells of the column",
    "clock": "from one time of day to the other",
    "month": "the middle of a month; no day is given",
    "metres": "a diameter in metres",
    "contained": "the only known word in it",
    "float_id": "a number that a tool wrote with a decimal point",
    "grouped_metres": "a coordinate in metres, for it cannot be degrees",
    # A cell that stands for "not known".
    "cell_impossible": "{column} {cell} cannot be; it counts as unknown.",
    "cells_impossible": "{column} {cell} and {others} other cells cannot be; they count as unknown.",
    # A cell that cannot be read, in a column that may be empty.
    "cell_unreadable": "{column} {cell} is not understood; it counts as {value}.",
    "cells_unreadable": "{column} {cell} and {others} other cells are not understood; they count as {value}.",
    "unknown": "unknown",
    # Rows set aside.
    "row_missing": "{column} is empty; the row is set aside.",
    "row_unreadable": "{column} {cell} is not understood; the row is set aside.",
    "row_impossible": "{column} {cell} cannot be; the row is set aside.",
    "row_no_answer": "neither is_cold nor room_temp_c says anything; the row is set aside.",
    "total_row": "a row of sums; set aside.",
    "remark_row": "a remark or signature; set aside.",
    "repeated_heading": "the heading once more; set aside.",
    "duplicate_row": "stands a second time with the same cells; set aside.",
    # Headings.
    "heading_unknown": "The heading {heading} is not understood and its column is not read.",
    "heading_near": "The heading {heading} is not understood and its column is not read; the nearest known one is {nearest}.",
    "heading_general": "The heading {heading} gives way to {other}; its column is not read.",
    "heading_empty": "{count} {count:column has|columns have} cells but no heading and {count:is|are} not read.",
    # Ids and kinds that were made.
    "id_from_serial": "There is no column {column}; the running number {heading} serves as the id.",
    "id_from_row": "There is no column {column}; the row number serves as the id.",
    "id_from_name": "There is no column {column}; the name serves as the id.",
    "id_made": "{column} is empty; the row number serves as the id.",
    "id_of_sheet": "{column} stands in several sheets; the sheet's name was put before it.",
    "kind_from_sheet": "kind {cell} is not understood; the sheet's name says {value}.",
    "kind_of_work": "kind is not given; the work counts as renewal.",
    "truth_from_temperature": "room_temp_c {cell} is no temperature; it counts as is_cold {value}.",
    # Coordinates.
    "degrees": "Coordinates are degrees; they were turned into metres (central meridian {meridian:g} degrees east).",
    "not_degrees": "Coordinates under a heading of degrees cannot be degrees; they count as metres.",
    "degrees_elsewhere": "The coordinates are degrees, those of the nodes are metres in a grid that is not known; they count as unknown.",
    "example_row": "an example of how to fill the table; set aside.",
    "row_number": "row {row}",
}
