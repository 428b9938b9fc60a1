"""Words of the empty workbook that an office fills."""

WORDS = {
    "title": 'Fill one row each; columns with * are needed. The row that begins with "{example}" is not read.',
    "example": "example",
    "yes": "yes",
    "no": "no",
    "community": "Elm Court",
    "house": "No. 3",
    "street": "Main Street",
    "steel": "steel",
    "leak": "corrosion leak",
}
