"""Cells that a spreadsheet would take for formulas, made plain text and back again."""

#: A spreadsheet takes a cell that begins with one of these for a formula.
_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "|", "%")


def guarded(cell: str) -> str:
    """The cell as a spreadsheet shows it and does not run it: with an apostrophe before it."""
    return f"'{cell}" if cell.lstrip(" '\"").startswith(_SIGNS) else cell


def unguarded(cell: str) -> str:
    """What `guarded` was given; one apostrophe less, and only one that it put there."""
    return cell[1:] if cell.startswith("'") and guarded(cell[1:]) == cell else cell
