"""What an installation asks of every page."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from bulkgen.domain.discarding import DISCARD_AFTER_DAYS
from bulkgen.domain.errors import InputError
from bulkgen.domain.moderation import Thresholds
from bulkgen.domain.tags import TAG_MAX, fit_tags

#: The name of the preference that holds them.
PAGE_RULES = "page_rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRules:
    """What an installation asks of every page."""

    thresholds: Thresholds = field(default_factory=Thresholds)
    #: Tags the site has, in the order of their worth; they are used before any other.
    site_tags: tuple[str, ...] = ()
    #: Whether the prompt stands inside the picture files.
    prompt_in_files: bool = False
    #: Days after the pages of a job until its unselected images go; 0 at once, None never.
    discard_after_days: int | None = DISCARD_AFTER_DAYS

    def check(self) -> None:
        """Raise InputError for what cannot be asked."""
        self.thresholds.check()
        if self.discard_after_days is not None and self.discard_after_days < 0:
            raise InputError("Images are discarded after 0 days or more. Change the number.")
        for tag in self.site_tags:
            if fit_tags([tag]) != (tag,):
                raise InputError(
                    f"“{tag[:TAG_MAX]}” cannot be a tag. "
                    f"Use one to three words in small letters, at most {TAG_MAX} characters."
                )

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Self:
        """The rules as they were stored; the defaults where there are none."""
        given = dict(data or {})
        thresholds = Thresholds.from_json(given.pop("thresholds", None))
        site_tags = tuple(given.pop("site_tags", ()))
        return cls(thresholds=thresholds, site_tags=site_tags, **given)
