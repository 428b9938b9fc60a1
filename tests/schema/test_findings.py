"""Findings come errors first, in the same order whatever the order they were found in."""

from heatnet.schema.findings import all_findings, findings_at, summary_of


def test_errors_come_first_then_table_rule_and_row() -> None:
    note = findings_at("note", "households_missing", "nodes", "households", ["B2", "B1"], "unknown")
    error = findings_at("error", "unknown_asset", "faults", "asset_id", ["F1"], "names no asset")
    findings = all_findings([note, error])
    assert findings["row_id"].tolist() == ["F1", "B1", "B2"]
    assert all_findings([error, note[::-1]]).equals(findings)


def test_no_findings_is_an_empty_table_with_all_columns() -> None:
    assert list(all_findings([]).columns) == ["severity", "rule", "table", "row_id", "column", "message"]


def test_a_summary_names_the_first_five_rows_and_the_count() -> None:
    findings = findings_at("note", "r", "nodes", "c", [f"B{k}" for k in range(7)], "c is unknown")
    assert summary_of(findings) == ["note nodes r (7: B0, B1, B2, B3, B4, ...): c is unknown"]


def test_each_row_may_have_its_own_message() -> None:
    assert findings_at("note", "r", "nodes", "c", ["A", "B"], ["a", "b"])["message"].tolist() == ["a", "b"]


def test_the_summary_speaks_the_language_asked_for() -> None:
    findings = findings_at("error", "unknown_building", "visits", "building_id", ["V1"], "楼栋不明")
    assert summary_of(findings, "zh") == ["错误 走访表 unknown_building（1：V1）：楼栋不明"]
