"""English: how it joins sentences and lists and marks numbers."""

NAME = "English"
SENTENCES = " "
LIST = ", "
CLAUSES = "; "
MORE = ", ..."
MARKS: dict[int, str] = {}  # what stands for Python's thousands comma and decimal point: str.maketrans(",.", ".,")
MONEY_UNIT, MONEY_FORM = 1_000.0, ",.1f"  # how money is counted in tables, and its decimals
