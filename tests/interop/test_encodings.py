"""Text is read in the encoding in which it is words; a doubt is a finding."""

from pathlib import Path

import pytest

from heatnet.errors import HeatnetError
from heatnet.interop import raw_table
from heatnet.interop.encodings import decoded
from heatnet.schema import SEGMENTS, conformed

CHINESE = "管段编号,起点,终点,长度,管径,街道\n甲1,H,B,50,100,胜利路\n甲2,B,C,50,100,朝阳大街\n"
TRADITIONAL = "管段編號,起點,終點,長度,管徑,街道\n甲1,H,B,50,100,中山北路\n甲2,B,C,50,100,忠孝東路四段\n"
RUSSIAN = "код участка,начало,конец,длина,диаметр,улица\nУ1,К1,Д1,50,100,улица Ленина\nУ2,Д1,Д2,50,100,Октябрьская\n"
ENGLISH = "segment_id,from_node,to_node,length_m,diameter_mm,street\n"
GERMAN = f"{ENGLISH}S1,A,B,50,100,Königstraße\nS2,B,C,50,100,Mühlweg über Brücke\n"
FRENCH = f"{ENGLISH}S1,A,B,50,100,rue de l'Église\nS2,B,C,50,100,allée du château d'été\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *[(CHINESE, one) for one in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030",
        "gbk")],
        (TRADITIONAL, "big5"), (TRADITIONAL, "utf-8"), (RUSSIAN, "cp1251"), (RUSSIAN, "utf-8"), (GERMAN, "cp1252"),
        (FRENCH, "cp1252"), (FRENCH, "utf-16"),
    ],
)  # fmt: skip
def test_every_encoding_of_spreadsheets_is_told(tmp_path: Path, text: str, encoding: str) -> None:
    file = tmp_path / "segments.csv"
    file.write_bytes(text.encode(encoding))
    reading = conformed(raw_table(file, "segments"), SEGMENTS)
    assert not reading.problems
    assert reading.table["street"].tolist() == [line.split(",")[-1] for line in text.splitlines()[1:]]
    rules = set(reading.findings["rule"])
    assert rules <= {"encoding"}
    assert ("encoding" in rules) == (not encoding.startswith("utf-8"))


def test_few_letters_leave_a_doubt() -> None:
    read = decoded("street\nMüllerstraße\n".encode("cp1252"))
    assert read is not None
    assert (read.text, read.is_doubtful) == ("street\nMüllerstraße\n", True)


@pytest.mark.parametrize("raw", [bytes(100), b"\x89PNG\r\n\x1a\n\x00\x00" + bytes(range(256)), b"\xff\xfeA"])
def test_what_is_no_text_is_refused(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "faults.csv").write_bytes(raw)
    with pytest.raises(HeatnetError, match=r"faults\.csv"):
        raw_table(tmp_path / "faults.csv", "faults")


@pytest.mark.parametrize("text", ["street\nStra\ufffde\n", "道路\n锟斤拷\n", "street\nMÃ¼llerstraÃŸe\n"])
def test_letters_that_a_wrong_encoding_has_left_are_found(tmp_path: Path, text: str) -> None:
    (tmp_path / "digs.csv").write_text(text, encoding="utf-8")
    (raw,) = raw_table(tmp_path / "digs.csv", "digs")
    assert "text_damaged" in set(raw.findings["rule"])
