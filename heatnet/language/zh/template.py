"""Words of the empty workbook that an office fills."""

WORDS = {
    "title": "每行填写一条，带 * 的列必填；以“{example}”开头的行不会被读取。",
    "example": "示例",
    "yes": "是",
    "no": "否",
    "community": "朝阳里小区",
    "house": "3号楼",
    "street": "迎宾路",
    "steel": "钢",
    "leak": "腐蚀泄漏",
}
