"""What is said of files, sheets and encodings."""

WORDS = {
    "encoding": "文本按{encoding}编码读取。",
    "encoding_doubtful": "文本按{encoding}编码读取，但可能不是该编码，请另存为UTF-8。",
    "text_damaged": "文本中有乱码，请重新导出为UTF-8。",
    "hidden_rows": "工作表{sheet}有{count:,}个隐藏行（{rows:first 5}），仍照常读取。",
    "formula_without_value": "工作表{sheet}有{count:,}个公式没有计算结果（{cells:first 5}），按空计；请用电子表格软件打开并保存。",
    "sheet_unknown": "工作表{name}的名称不对应任何表，未读。",
    "sheet_unknown_near": "工作表{name}的名称不对应任何表，未读；最接近的名称是{nearest}。",
    "file_unknown": "文件{name}的名称不对应任何表，未读。",
    "file_unknown_near": "文件{name}的名称不对应任何表，未读；最接近的名称是{nearest}。",
}
