"""A row of the table, and the table as text and as Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass

_HEAD = ("what", "goal", "measured", "verdict")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure beside its goal; a row without a goal is there for comparison."""

    what: str
    measured: str
    goal: str = ""
    reached: bool | None = None

    @property
    def verdict(self) -> str:
        """In one word."""
        return {True: "reached", False: "MISSED", None: ""}[self.reached]

    def cells(self) -> tuple[str, str, str, str]:
        """Its columns."""
        return self.what, self.goal, self.measured, self.verdict


def at_least(what: str, figure: float, goal: float, form: str = "{:.3f}") -> Row:
    """A figure that should not be below its goal."""
    return _row(what, figure, goal, form, ">=", reached=figure >= goal)


def at_most(what: str, figure: float, goal: float, form: str) -> Row:
    """A figure that should not be above its goal."""
    return _row(what, figure, goal, form, "<=", reached=figure <= goal)


def for_comparison(what: str, figure: float, form: str) -> Row:
    """A figure without a goal."""
    return Row(what=what, measured=form.format(figure))


def _row(what: str, figure: float, goal: float, form: str, sign: str, *, reached: bool) -> Row:
    return Row(
        what=what,
        measured=form.format(figure),
        goal=f"{sign} {form.format(goal)}",
        reached=reached,
    )


def text_line(row: Row) -> str:
    """The row as it is printed."""
    what, goal, measured, verdict = row.cells()
    return f"{what:<72} {goal:>12} {measured:>12}  {verdict}\n"


def markdown(rows: Sequence[Row]) -> str:
    """All rows as a table of a document."""
    lines = [_HEAD, ("---",) * len(_HEAD), *(row.cells() for row in rows)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
