"""The words of a page: their rules, and a writer that needs no model."""

import re
from collections.abc import Collection, Sequence

from bulkgen.domain.pages import PageText
from bulkgen.domain.prompt_gist import gist_of
from bulkgen.domain.tags import fit_tags, tags_in
from bulkgen.domain.words import FUNCTION_WORDS, QUOTED, clean, meaning, occurring, shorten, visible

TITLE_MIN = 8
TITLE_MAX = 60
DESCRIPTION_MAX = 155
ALT_MIN = 10
ALT_MAX = 125

#: The title of a prompt that names nothing to see.
UNTITLED = "Untitled image"
_ALT_ENDING = ", AI-generated"

_PARENTHESES = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_ARTICLE = re.compile(r"\A(?:[Aa]n?|[Tt]he(?=\s+[A-Z]))\s+(?=\S)")
#: "Cinematic portrait of", "studio photo featuring": what a long title can do without.
_MEDIUM = re.compile(
    r"\A(?:(?!(?:and|at|by|for|from|in|of|on|under|with)\b)[\w-]+,?\s+){0,8}?(?:ad|advertisement"
    r"|close-up|collage|drawing|illustration|image|painting|photo|photograph|photography|photoshoot"
    r"|picture|portrait|poster|render|rendering|scene|shot|snapshot|thumbnail|view)\s+"
    r"(?:depicting|featuring|of|showing)\s+"
)
_VARIATION = re.compile(r", variation \d+\Z")
_WHOLLY_QUOTED = re.compile(r"\A[\"“]([^\"“”]+)[\"”]\Z")
_SHOUTED = re.compile(r"\b[A-ZÀ-Þ]{3,}(?:\W+[A-ZÀ-Þ]{2,})+\b")
_TITLE_NEVER_ENDS_IN = " .,;:。，、；："  # noqa: RUF001
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？")  # noqa: RUF001
_MEDIUM_OF = re.compile(
    r"\A(?:(?:an?\s+|the\s+)?(?:[\w-]+\s+){0,3}?(?:image|photo|photograph|pic|picture)s?\s+of\s+)+",
    re.IGNORECASE,
)


def write_page_text(prompt: str, known_tags: Sequence[str] = ()) -> PageText:
    """Write a page from its prompt alone.

    Orders in the prompt to whoever writes the page are left out of it.
    """
    gist = gist_of(prompt).sentences or (UNTITLED,)
    sentences = [_cased(sentence) for sentence in gist]
    title = _title(gist) or UNTITLED
    tags = tags_in(prompt, sentences, known_tags) or fit_tags([title], known_tags)
    return PageText(
        title=title,
        description=_prose(sentences, DESCRIPTION_MAX) or f"{title}.",
        tags=tags or ("untitled",),
        alt=_alt(sentences) or title + _ALT_ENDING,
    )


def repair(proposed: PageText, prompt: str, known_tags: Sequence[str] = ()) -> PageText:
    """Fit proposed words to the rules, field by field.

    A field is written from the prompt instead when it cannot be fitted or shares no word with the
    prompt's subject, when it takes up a known form of order to the writer, and when it repeats a
    piece of the prompt word by word: what any other order wants said stands in the prompt.
    """
    written = write_page_text(prompt, known_tags)
    gist = gist_of(prompt)
    subject = _subject(" ".join(gist.sentences))
    ordered = meaning(gist.orders) - subject

    def fits(text: str, least: int) -> bool:
        found = meaning(text)
        on_subject = bool(found & subject) and not found & ordered
        return len(text) >= least and on_subject and not occurring([text], prompt)

    title = _title([_cased(clean(proposed.title).strip("\"“”'‘’ "))])  # noqa: RUF001
    description = _prose([_cased(clean(proposed.description))], DESCRIPTION_MAX)
    alt = _alt([_cased(clean(proposed.alt))])
    tags = [tag for tag in fit_tags(proposed.tags, known_tags) if not meaning(tag) & ordered]
    return PageText(
        title=title if fits(title, min(TITLE_MIN, len(written.title))) else written.title,
        description=description if fits(description, 1) else written.description,
        tags=tuple(tags) or written.tags,
        alt=alt if fits(alt, ALT_MIN) else written.alt,
    )


def with_columns(
    text: PageText,
    *,
    title: str | None = None,
    description: str | None = None,
    tags: Sequence[str] = (),
    alt: str | None = None,
) -> PageText:
    """Put a person's own words in place of the written ones; they are only made to fit."""
    return PageText(
        title=_own(title, TITLE_MAX) or text.title,
        description=_own(description, DESCRIPTION_MAX) or text.description,
        tags=fit_tags(tags) or text.tags,
        alt=_own(alt, ALT_MAX) or text.alt,
    )


def unique_title(title: str, taken: Collection[str]) -> str:
    """The title, or its first variation that differs from the taken ones by more than case."""
    folded = {other.casefold() for other in taken}
    number, unique = 1, title
    while unique.casefold() in folded:
        number += 1
        ending = f", variation {number}"
        unique = (shorten(title, TITLE_MAX - len(ending)) or UNTITLED) + ending
    return unique


def title_key(title: str) -> str:
    """Equal for titles that say nearly the same."""
    said = _VARIATION.sub("", title)
    return " ".join(sorted(meaning(said))) or said.casefold()


def _own(given: str | None, limit: int) -> str:
    text = visible(given or "")
    return shorten(text, limit) or text[:limit]


def _subject(seen: str) -> frozenset[str]:
    """The words a title may take up: not those that the picture only shows as lettering."""
    return meaning(_SHOUTED.sub(" ", QUOTED.sub(" ", seen))) or meaning(seen)


def _cased(text: str) -> str:
    """Sentence case; words with capitals of their own keep them."""
    if text.isupper() and _SHOUTED.search(text):
        text = text.lower()
    first = text.split(" ", 1)[0]
    return text if first != first.lower() else text[:1].upper() + text[1:]


def _title(sentences: Sequence[str]) -> str:
    spoken = [_PARENTHESES.sub("", sentence).strip(_TITLE_NEVER_ENDS_IN) for sentence in sentences]
    phrase = clean(_joined(spoken, TITLE_MIN))
    if len(phrase) > TITLE_MAX:
        phrase = _MEDIUM.sub("", phrase)
    phrase = _cased(_ARTICLE.sub("", phrase))
    short = shorten(phrase, TITLE_MAX) or shorten(re.sub('["“”]', "", phrase), TITLE_MAX)
    return _cased(_WHOLLY_QUOTED.sub(r"\1", short.rstrip(_TITLE_NEVER_ENDS_IN)).strip())


def _joined(sentences: Sequence[str], least: int) -> str:
    """As many sentences as it takes to say something."""
    text = ""
    for sentence in filter(None, sentences):
        if len(text) >= least:
            break
        text = f"{text}, {_continued(sentence)}" if text else sentence
    return text


def _continued(sentence: str) -> str:
    """A sentence as it stands behind a comma."""
    first = sentence.split(" ", 1)[0]
    return first.lower() + sentence[len(first) :] if first.lower() in FUNCTION_WORDS else sentence


def _alt(sentences: Sequence[str]) -> str:
    """What the picture shows, without saying that it is one."""
    first = _cased(_MEDIUM_OF.sub("", sentences[0]))
    text = _prose([first, *sentences[1:]], ALT_MAX).rstrip(" .。")
    return text if len(text) >= ALT_MIN or not text else text + _ALT_ENDING


def _prose(sentences: Sequence[str], limit: int) -> str:
    """Whole sentences as far as they go; where that is not far, the last one is cut."""
    text = ""
    for sentence in filter(None, sentences):
        longer = f"{text} {_ended(sentence)}".lstrip()
        if len(longer) > limit:
            return text if len(text) > limit / 2 else _ended(shorten(longer, limit - 1)) or text
        text = longer
    return text


def _ended(sentence: str) -> str:
    if not sentence or sentence.endswith(_SENTENCE_ENDS):
        return sentence
    return sentence + ("。" if "\u3005" <= sentence[-1] <= "\u9fff" else ".")
