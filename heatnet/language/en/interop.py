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
}
