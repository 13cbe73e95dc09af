"""What the table of prompts is made of, and what its tools make of it.

A record is one line of the table, its cells by the names of their columns. Records are shared
between one list and the next: nothing changes them in place.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bulkgen.domain.prompts import PromptRow, tags_of

Record = Mapping[str, Any]

#: The cell that chooses a record for the tools.
TICK = "tick"
#: The cell that says why a row cannot be sent. Where any record has one, only those are shown.
PROBLEM = "problem"


def record_of(row: PromptRow) -> Record:
    """A row as the cells a person sees."""
    record = row.chosen()
    if row.images is not None:
        record["images"] = str(row.images)
    if row.tags:
        record["tags"] = ", ".join(row.tags)
    return record


def row_of(record: Record) -> PromptRow | None:
    """The record as a row of the list; None when it holds no prompt."""
    if not holds_prompt(record):
        return None
    return PromptRow(
        text=record["text"],
        model=_text(record, "model"),
        size=_text(record, "size"),
        quality=_text(record, "quality"),
        images=_count(_text(record, "images")),
        output_format=_text(record, "output_format"),
        background=_text(record, "background"),
        title=_text(record, "title"),
        description=_text(record, "description"),
        tags=tags_of(_text(record, "tags") or ""),
        alt=_text(record, "alt"),
        category=_text(record, "category"),
        page_status=_text(record, "page_status"),
        variables=record.get("variables", ()),
    )


def holds_prompt(record: Record) -> bool:
    """Whether the record is a row of the list."""
    return _text(record, "text") is not None


def shown_places(records: Sequence[Record]) -> Sequence[int]:
    """Which records the editor shows: all, or those with a problem where any has one."""
    return [place for place, record in enumerate(records) if PROBLEM in record] or range(
        len(records)
    )


def applied(base: Sequence[Record], edits: Mapping[str, Any]) -> list[Record]:
    """What a person sees: the base with the editor's changes on top."""
    places = shown_places(base)
    records = list(base)
    for number, cells in edits.get("edited_rows", {}).items():
        if number < len(places):
            records[places[number]] = {**base[places[number]], **cells}
    return [*records, *edits.get("added_rows", ())]


def ticked(record: Record) -> bool:
    """Whether the tools are to change it."""
    return bool(record.get(TICK))


def with_ticks(records: Sequence[Record], *, on: bool) -> list[Record]:
    """Every record that is shown and holds a prompt ticked, or none."""
    changed = list(records)
    for place in shown_places(records):
        wanted = on and holds_prompt(records[place])
        if ticked(records[place]) != wanted:
            changed[place] = {**records[place], TICK: wanted}
    return changed


def with_value(records: Iterable[Record], name: str, value: str) -> list[Record]:
    """One cell of every ticked record set."""
    return [{**record, name: value} if ticked(record) else record for record in records]


def with_texts(records: Iterable[Record], change: Callable[[str], str]) -> list[Record]:
    """The prompt of every record that holds one changed."""
    return [
        {**record, "text": change(record["text"])} if holds_prompt(record) else record
        for record in records
    ]


def duplicated(records: Iterable[Record]) -> list[Record]:
    """Every ticked record with a copy behind it, which is ticked in its place."""
    return [
        one
        for record in records
        for one in ([{**record, TICK: False}, record] if ticked(record) else [record])
    ]


def without_ticked(records: Iterable[Record]) -> list[Record]:
    """The others."""
    return [record for record in records if not ticked(record)]


def moved_up(records: Iterable[Record]) -> list[Record]:
    """Every ticked record one place up; those at the top stay, and those that follow them."""
    moved: list[Record] = []
    for record in records:
        if ticked(record) and moved and not ticked(moved[-1]):
            moved.insert(-1, record)
        else:
            moved.append(record)
    return moved


def moved_down(records: Sequence[Record]) -> list[Record]:
    """Every ticked record one place down; those at the bottom stay, and those before them."""
    return moved_up(records[::-1])[::-1]


def with_problems(records: Sequence[Record], reasons: Mapping[int, str]) -> list[Record]:
    """Only the records at these places shown, each with its reason and none ticked.

    Without a reason every record is shown.
    """
    dropped = {TICK, PROBLEM} if reasons else {PROBLEM}
    kept: list[Record] = [
        {name: cell for name, cell in record.items() if name not in dropped} for record in records
    ]
    for place, reason in reasons.items():
        kept[place] = {**kept[place], PROBLEM: reason}
    return kept


@dataclass(frozen=True, slots=True)
class Search:
    """A plain text to look for in the prompts that are shown."""

    text: str
    match_case: bool
    ticked_only: bool

    def matches(self, records: Sequence[Record]) -> tuple[int, int]:
        """How often it stands there, and in how many rows."""
        counts = [len(self._pattern().findall(records[n]["text"])) for n in self._places(records)]
        return sum(counts), sum(map(bool, counts))

    def replaced(self, records: Sequence[Record], new: str) -> list[Record]:
        """The records with the new text in its place."""
        changed = list(records)
        for place in self._places(records):
            record = records[place]
            text = self._pattern().sub(lambda _: new, record["text"])
            if text != record["text"]:
                changed[place] = {**record, "text": text}
        return changed

    def _places(self, records: Sequence[Record]) -> Iterable[int]:
        return (
            place
            for place in shown_places(records)
            if isinstance(records[place].get("text"), str)
            and (not self.ticked_only or ticked(records[place]))
        )

    def _pattern(self) -> re.Pattern[str]:
        return re.compile(re.escape(self.text), 0 if self.match_case else re.IGNORECASE)


def _text(record: Record, name: str) -> str | None:
    value = record.get(name)
    return (value.strip() or None) if isinstance(value, str) else None


def _count(text: str | None) -> int | None:
    """A whole number, also as spreadsheets write it; 0, which is reported, for anything else."""
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        return 0
    return int(value) if value.is_integer() else 0
