"""Chinese: how it joins sentences and lists and marks numbers."""

NAME = "中文"
SENTENCES = ""
LIST = "、"
CLAUSES = "；"
MORE = "等"
MARKS: dict[int, str] = {}
