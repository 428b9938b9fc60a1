"""What is said of files, sheets and encodings."""

WORDS = {
    "encoding": "The text was read as {encoding}.",
    "encoding_doubtful": "The text was read as {encoding}, and might be meant otherwise; save it as UTF-8.",
    "text_damaged": "The text holds letters that a wrong encoding has left; export it anew as UTF-8.",
    "hidden_rows": "Sheet {sheet} hides {count:,} {count:row|rows} ({rows:first 5}), which {count:is|are} read all the same.",
    "formula_without_value": "Sheet {sheet} holds {count:,} {count:formula|formulas} without a value ({cells:first 5}),"
    " which {count:counts|count} as empty; open and save it in a spreadsheet.",
    "sheet_unknown": "The sheet {name} is named for no table and is not read.",
    "sheet_unknown_near": "The sheet {name} is named for no table and is not read; the nearest name is {nearest}.",
    "file_unknown": "The file {name} is named for no table and is not read.",
    "file_unknown_near": "The file {name} is named for no table and is not read; the nearest name is {nearest}.",
    "layer_unknown": "The layer {name} is named for no table and its shapes and headings say none; it is not read.",
    "grid_guessed": "The layer {name} does not name its grid; its places look like degrees and are read as WGS 84.",
    "grid_unknown": "The layer {name} does not name its grid; its places are taken for metres.",
    "line_without_course": "it holds no line that is longer than nothing",
    "line_in_parts": "its line consists of several parts; each became a segment",
    "line_to_itself": "both its ends are one place within {snap_m:g} m: it joins nothing",
    "length_measured": "{count:# length was|# lengths were} measured on the map, for none was given.",
    "ends_joined": "{count:# end of lines lay|# ends of lines lay} up to {most_m:.2f} m from the next and became one node with it (snap_m {snap_m:g}).",
    "lines_split": "{count:# line was|# lines were} split where an end of another lies on it ({ids:first 5}); the longest piece keeps the id.",
    "line_doubled": "it is drawn twice between the same nodes; delete one, or they count as two pipes",
    "line_reversed": "it is drawn twice between the same nodes, once the other way round; delete one, or they count as two pipes",
    "only_lines": "No layer of nodes with a place was given: every end is a junction, and nothing is fed.",
}
