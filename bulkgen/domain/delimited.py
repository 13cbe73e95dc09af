"""Records of text files: a table with a delimiter, or one prompt in each line."""

import re
from collections.abc import Iterator

from bulkgen.domain.columns import known_names
from bulkgen.domain.prompts import Column
from bulkgen.domain.tables import MAX_COLUMNS, Record, Table, all_records

_DELIMITERS = ",;\t|"
#: Ends of lines as editors make them; the rarer ones of Unicode may stand inside a prompt.
LINE_END = re.compile(r"\r\n|\r|\n")
_QUOTED = re.compile(r'"([^"]*+(?:""[^"]*+)*+)"')
#: A first line by which Excel is told the delimiter.
_EXCEL_HINT = re.compile(rf'"?sep=([{re.escape(_DELIMITERS)}])"?(?:\r\n|\r|\n)', re.IGNORECASE)
_BAD_QUOTES = (
    "A quotation mark opens a cell and does not close at its end. "
    "Close it, and double those inside the prompt."
)


def read_delimited(text: str, *, has_header: bool | None) -> Table:
    """The records of a table whose header line tells the delimiter."""
    text = text.lstrip("\r\n")
    hint = _EXCEL_HINT.match(text)
    if hint:
        text = text[hint.end() :]
    delimiter = hint[1] if hint else _delimiter(text[: _line_end(text, 0)], has_header=has_header)
    return Table(all_records(_Reader(text, delimiter).records()), delimiter=delimiter)


def read_lines(text: str) -> Table:
    """One prompt in each line; the end of the last line begins no other."""
    return Table(all_records(_Reader(text, None).lines()), names=(str(Column.PROMPT),))


def _delimiter(header_line: str, *, has_header: bool | None) -> str | None:
    """The sign that makes the most known names of the header, and the most cells of it.

    None when the line is a single prompt: then every line is one, whatever signs it holds.
    """
    plain = _QUOTED.sub(lambda quoted: re.sub(r"[^\w ]", "", quoted[1]), header_line)
    delimiter = max(
        _DELIMITERS, key=lambda sign: (known_names(plain.split(sign)), plain.count(sign))
    )
    if delimiter in plain or (has_header is not False and known_names([plain])):
        return delimiter
    return None


def _line_end(text: str, place: int) -> int:
    end = LINE_END.search(text, place)
    return end.start() if end else len(text)


def _behind_line_end(text: str, place: int) -> int:
    return place + (2 if text.startswith("\r\n", place) else 1)


class _Reader:
    """Reads record after record; one with a bad quotation mark ends with its line."""

    def __init__(self, text: str, delimiter: str | None) -> None:
        self._text = text
        self._delimiter = delimiter
        self._cell_end = re.compile(rf"[{re.escape(delimiter or '')}\r\n]")
        self._ends = {delimiter or "", "\r", "\n", ""}
        #: Opening marks from which no record comes to its end; kept so that reading on at the
        #: next line never looks at the same cells again.
        self._bad_marks: set[int] = set()

    def lines(self) -> Iterator[Record]:
        place = 0
        while place < len(self._text):
            end = _line_end(self._text, place)
            yield Record((self._text[place:end],))
            place = _behind_line_end(self._text, end)

    def records(self) -> Iterator[Record]:
        place = 0
        while place < len(self._text):
            record, end = self._record(place)
            yield record
            place = _behind_line_end(self._text, end)

    def _record(self, start: int) -> tuple[Record, int]:
        line_end = _line_end(self._text, start)
        line = self._text[start:line_end]
        if '"' not in line:
            # What stands behind the last column of any table stays in one piece.
            cells = line.split(self._delimiter, MAX_COLUMNS) if self._delimiter else [line]
            return Record(tuple(cells)), line_end
        return self._quoted_record(start) or (Record((line,), fault=_BAD_QUOTES), line_end)

    def _quoted_record(self, place: int) -> tuple[Record, int] | None:
        cells: list[str] = []
        marks: list[int] = []
        while True:
            if self._text.startswith('"', place):
                marks.append(place)
            cell = self._cell(place)
            if cell is None:
                self._bad_marks.update(marks)
                return None
            value, place = cell
            cells.append(value)
            if not self._delimiter or not self._text.startswith(self._delimiter, place):
                return Record(tuple(cells)), place
            place += 1

    def _cell(self, place: int) -> tuple[str, int] | None:
        """A cell and where it ends; None when its quotation mark is not closed at its end."""
        if not self._text.startswith('"', place):
            return self._plain_cell(place)
        quoted = None if place in self._bad_marks else _QUOTED.match(self._text, place)
        if quoted is None:
            return None
        if self._text[quoted.end() : quoted.end() + 1] in self._ends:
            return quoted[1].replace('""', '"'), quoted.end()
        if self._delimiter in {"\t", None} and not LINE_END.search(quoted[0]):
            # Files without commas are mostly written without any quoting: "OPEN" on a door.
            return self._plain_cell(place)
        return None

    def _plain_cell(self, place: int) -> tuple[str, int]:
        end = self._cell_end.search(self._text, place)
        stop = end.start() if end else len(self._text)
        return self._text[place:stop], stop
