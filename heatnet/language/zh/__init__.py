"""Chinese: how it joins sentences and lists and marks numbers."""

NAME = "中文"
SENTENCES = ""
LIST = "、"
CLAUSES = "；"
MORE = "等"
MARKS: dict[int, str] = {}
MONEY_UNIT, MONEY_FORM = 10_000.0, ",.2f"  # how money is counted in tables, and its decimals
