"""What a prompt asks to see, apart from how it asks."""

import re
from dataclasses import dataclass

from bulkgen.domain.orders import without_orders
from bulkgen.domain.placeholders import fill
from bulkgen.domain.words import clean, words

#: The subject of a prompt stands at its beginning; more than this is not read.
MAX_READ_CHARACTERS = 6_000

# Ways prompts are written that are no words of the picture.

_PARAMETER = re.compile(r"\s--\w+(?:\s+[\w.:,]+)?")
_WEIGHT = re.compile(r"\(([^()]*?):\d(?:\.\d+)?\)")
_MARKDOWN = re.compile(
    r"^[ \t]*(?:#+\s|[-*+•]\s|\d+[.)]\s|>+\s|-{3,}|={3,})|\*\*|__|~~|`+(?:json)?|\|", re.MULTILINE
)
_LABEL = re.compile(
    r"\A(?:image |full |main |final |positive )?(?:composition|concept|description|goal|idea"
    r"|instruction|prompt|scene|style|subject|task|theme)s?(?: (?:&|and) \w+)?\s*[:：]\s*",  # noqa: RUF001
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(
    r"(?<=[.!?])(?<!\b[A-Z]\.)(?<!\b(?:St|Mr|Ms|Dr|vs|No)\.)(?<!\bMrs\.)\s+|(?<=[。！？])"  # noqa: RUF001
)

# Lists of keys and values: JSON, whole or broken.

_PAIR = re.compile(r'"([\w -]{1,40})"\s*:\s*"((?:[^"\\]|\\.)+)"')
_LEAST_PAIRS = 2
_KIND_KEYS = frozenset({"type", "kind", "format", "medium", "image_type"})
_SUBJECT_KEYS = frozenset(
    {"subject", "main_subject", "character", "main_character", "product", "object", "theme"}
    | {"scene", "concept", "topic", "description", "prompt", "instruction"}
)

# Asking.

_MANNERS = (
    r"(?:(?:please|now|hey|hi|hello|ok|okay|chatgpt|can you|could you|would you|help me|let's"
    r"|i want (?:you )?to|i need (?:you )?to|i(?:'d| would) like (?:you )?to)[,!]?\s+)*"
)
_ASK = re.compile(
    rf"\A{_MANNERS}(?:/imagine(?:\s+prompt:?)?|generate|create|produce|visuali[sz]e|imagine|give me"
    r"|show me|(?:make|draw|design|render|paint|depict|illustrate|sketch|craft|compose|show)"
    r"(?=\s+(?:me\s+|us\s+)?(?:an?|the|this|these|some|one|two|three|\d+)\b))"
    r"(?:\s+(?:me|us))?\s+",
    re.IGNORECASE,
)
_GROUNDS = re.compile(
    r"\A(?:based on|from|given|using|with)\b[^.]{0,200}?,\s+(?:please\s+)?"
    r"(?=(?:create|generate)\b)",
    re.IGNORECASE,
)
#: How far down a prompt its request may stand.
_ASK_WITHIN = 3
_MEDIUM = r"(?:image|picture|photo|photograph|pic)s?\s+(?:of|showing|depicting|that shows)\s+"
_PLAIN_MEDIUM = re.compile(rf"\A(?:(?:an?|the)\s+)?{_MEDIUM}", re.IGNORECASE)
_QUALITY = re.compile(
    r"(?:\b(an?)\s+)?\b(?:(?:(?:ultra|hyper|super|highly|extremely|insanely|incredibly|intricately)"
    r"[- ]?)(?:realistic|realism|detailed|details?|sharp|hd|high[- ]definition)(?:\s+details?)?"
    r"|(?:high|best|highest|top)[- ](?:quality|res(?:olution)?|definition)|(?:intricate|ultra|fine)"
    r" details?|photo-?realistic|masterpiece|[248]k(?:\s+(?:resolution|uhd|hdr))?|u?hdr?|full hd"
    r"|trending on \w+(?:\s?hq)?|artstation|cgsociety|octane render(?:er)?|unreal engine(?:\s\d)?"
    r"|超?高清|高画質|ray[- ]tracing|(?:in )?sharp focus|award[- ]winning)\b(?:,?\s+(?=\W?(\w)))?",
    re.IGNORECASE,
)
_RATIO = re.compile(
    r"(?:\A|,)\s*(?:\w+\s+){0,2}(?:16:9|9:16|21:9|4:3|3:4|3:2|2:3|4:5|5:4|1:1)(?:\s+\w+){0,3}"
    r"(?=[,.]|\Z)|\s+in (?:an? )?\d{1,2}:\d{1,2}(?: \w+){0,2} (?:aspect ratio|format)\b"
)


@dataclass(frozen=True, slots=True)
class Gist:
    """A prompt taken apart."""

    #: What is to be seen, as clean sentences; none when the prompt says nothing of it.
    sentences: tuple[str, ...]
    #: What gives orders to the writer of the page.
    orders: str


def gist_of(prompt: str) -> Gist:
    """Read a prompt of any form: a phrase, keywords, Markdown, JSON."""
    text = fill(prompt[:MAX_READ_CHARACTERS], {})
    text = _PARAMETER.sub("", _MARKDOWN.sub(" ", _spoken(text)))
    lines = (clean(_WEIGHT.sub(r"\1", line)) for line in text.splitlines())
    parts = [part for line in lines for part in _SENTENCE_END.split(line)]
    sentences, orders = without_orders(parts)
    for number, sentence in enumerate(sentences[:_ASK_WITHIN]):
        if _ASK.match(sentence) or _GROUNDS.match(sentence):
            sentences = sentences[number:]
            break
    seen = (clean(_what_is_seen(sentence)) for sentence in sentences)
    return Gist(tuple(sentence for sentence in seen if words(sentence)), " ".join(orders))


def _spoken(text: str) -> str:
    """JSON as sentences, what the picture is first; any other text as it is."""
    pairs = _PAIR.findall(text)
    if len(pairs) < _LEAST_PAIRS:
        marks = r'[{}\[\]"]' if text.lstrip().startswith(("{", "[")) else "[{}]"
        return re.sub(marks, " ", text.replace("\\n", "\n"))
    values = list(
        dict.fromkeys((key.lower().replace(" ", "_"), _plain(value)) for key, value in pairs)
    )
    kind = next((value for key, value in values if key in _KIND_KEYS), "")
    subject = next((value for key, value in values if key in _SUBJECT_KEYS), "")
    rest = (value for _, value in values if value not in (kind, subject) and " " in value.strip())
    return "\n".join([text.partition("{")[0], ": ".join(filter(None, (kind, subject))), *rest])


def _plain(value: str) -> str:
    """A JSON string without its escapes and without braces of a template."""
    return re.sub(r"\\[nrt]|[{}\[\]]", " ", value).replace('\\"', '"')


def _what_is_seen(sentence: str) -> str:
    """The sentence without its label, its request and its praise of the picture."""
    sentence = _QUALITY.sub(_article, _RATIO.sub("", _LABEL.sub("", sentence)))
    for opening in (_GROUNDS, _ASK, _PLAIN_MEDIUM):
        sentence = opening.sub("", sentence)
    sentence = re.sub(r"\s+([,.;:])", r"\1", sentence)
    return re.sub(r"(?:[,;]\s*)+(?=[,;.])", "", sentence).strip(" ,;:/–—，；：、-")  # noqa: RUF001


def _article(match: re.Match[str]) -> str:
    """Keep the article of a removed word, in the form the next word needs."""
    article, following = match.groups()
    if not article or not following:
        return ""
    return "an " if following.lower() in "aeiou" else "a "
