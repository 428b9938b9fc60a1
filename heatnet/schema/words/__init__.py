"""Words of headings, cells and sheets in every language that ledgers are written in; data only."""
