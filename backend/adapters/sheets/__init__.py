"""Spreadsheets in and out, for every import and export of lists (organisations, villages, people, rosters, devices).

`read_sheet` (`ReadSheet`) takes the bytes of a CSV file (UTF-8 with or without a byte order mark, UTF-16 with one, else
GB 18030; separated by comma, semicolon or tab) or of an XLSX workbook (its first sheet) and gives rows of heading to
text. Everything is text: a number is as short as it can be (`12`, not `12.0`), a date is `2026-11-25`, a moment
`2026-11-25 08:30:00`, a time of day `08:30`. Bounded: 5 MB, 20,000 rows, 60 columns, 64 MB unpacked.

`write_sheet` (`WriteSheet`) makes the file. Text stays text: in CSV a leading `=`, `+`, `-`, `@` gets an apostrophe
before it, which reading takes away again; in a workbook a text is written as one.

How a list is imported with them: `services/sheets/columns.py` says which columns it has, in which words their headings
may stand, and gives each row's texts by column name; `services/sheets/report.py` is the answer with an error per row.
`services/organisation/import_villages.py` is the shortest example.
"""

from backend.adapters.sheets.reading import read_sheet
from backend.adapters.sheets.writing import write_sheet

__all__ = ["read_sheet", "write_sheet"]
