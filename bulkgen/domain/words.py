"""Text as pages need it: cleaned, cut where a phrase or a word ends, compared word by word."""

import re
import unicodedata
from collections.abc import Iterable
from html import unescape


def word_set(text: str) -> frozenset[str]:
    """A set of words, written as one text."""
    return frozenset(text.split())


#: Words that carry no meaning of their own, in the languages prompts are mostly written in.
FUNCTION_WORDS = word_set(
    """
    a about above across after against all along am among an and any are around as at be because
    been before behind being below beneath beside between both but by can could did do does down
    during each either every few for from had has have he her hers him his how i if in inside into
    is it its just may me might more most much must my near next no nor not of off on onto or
    other our out outside over per she should so some such than that the their them then there
    these they this those through to toward towards under until up upon us very was we were what
    when where which while who whose will with within without would yet you your

    herself himself itself myself themselves yourself

    au auf aux avec com con dans das de del dem den der des di do du e ein eine einem einen einer
    el em en et il im la las le les los mit na o os par para pour sobre sur um uma un una unas und
    une uno unos von y zu в из на под
    """
)
_PARTICIPLES = word_set(
    "broken drawn hidden held made seen set shot shown taken thrown worn written"
)
_NOT_PARTICIPLES = word_set(
    """
    bleed breed building ceiling clothing creed darling drawing duckling dumpling dwelling earring
    engineering engraving evening feed feeling flooring greed hundred indeed inkling lettering
    lighting lightning moped morning naked need nothing offering painting pudding railing
    rendering rugged sacred sapling seed setting sibling something speed spring steed string
    styling thing viking wedding weed wicked writing
    """
)
#: Adjectives that are worth something before a noun and nothing without one.
_ADJECTIVES = word_set(
    """
    beige black blue brown cyan golden gray green grey pink purple red turquoise violet white
    yellow

    abandoned adorable adult aerial ancient bald beaded big bold bright candid casual celebratory
    cheerful clear colorful cozy creamy crisp cute dark deep delicate dynamic elegant empty epic
    extreme fashionable female flashy flat fresh full gentle glossy grand gritty heavy hidden huge
    identical imperfect intense intricate large light little long loose lower lush male massive
    mature messy misty modern moody multiple narrow natural new nice old opaque ornate oversized
    perfect plain playful polished premium pretty pristine real realistic rich rough round rustic
    same separate serene sharp shiny short similar simple single sleek small smooth soft strong
    stylish subtle tall thick thin tiny upper vast vertical vibrant viral visible visual vivid
    warm wet whimsical whole wide wild wooden young
    """
)
_ADJECTIVE_STARTS = ("high-", "hyper-", "ultra-")
_ADJECTIVE_ENDINGS = (
    *("able", "ful", "ible", "ical", "less", "ous", "tic"),
    *("-based", "-colored", "-inspired", "-like", "-style"),
)
_NOT_ADJECTIVES = word_set("attic bible cable handful octopus plastic table timetable vegetable")
_NOT_ADVERBS = word_set(
    """
    assembly belly butterfly dolly dragonfly family firefly fly holly italy jelly lily monopoly
    reply ugly
    """
)
#: Words no phrase ends in.
_LOOSE_WORDS = FUNCTION_WORDS | word_set(
    "like it's one two three four five six several says saying reads"
)

_ADDRESS = re.compile(
    r"(?<!\S)(?:\S*://\S*|www\.\S+|[^\s@]+@\S+\.\w+)|(?<![\w.-])(?:[\w-]+\.)+(?:ai|app|biz|cn|com?"
    r"|dev|example|info|io|ly|net|org|ru|shop|site|store|uk|xyz)\b(?:/\S*)?",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"</?[a-z!?][^<>]*>|<\|[^<>]*\|>", re.IGNORECASE)
_EMOJI = re.compile("[\u2600-\u27bf\u2b00-\u2bff\ufe0e\ufe0f\u20e3\U0001f000-\U0001faff]+")
_JOINERS = "\u200c\u200d"
_STRAY_JOINERS = re.compile(rf"(?<!\w)[{_JOINERS}]+|[{_JOINERS}]+(?!\w)")

#: Scripts that put no space between words; they may be cut between any two characters.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
_PUNCTUATION = frozenset(",;:.!?、。，；：！？")  # noqa: RUF001
_NEVER_FIRST = _PUNCTUATION | frozenset("）」』】〉》ー々っゃゅょッャュョ")  # noqa: RUF001
_NEXT_PHRASE = re.compile(
    r"\s+(?:above|across|against|along|and|around|as|at|because|before|behind|below|beneath|beside"
    r"|between|by|during|for|from|in|inside|into|like|near|next|on|onto|over|that|through|to|towards?"
    r"|under|where|which|while|who|with|without)\b|\s*[(\[–—]",  # noqa: RUF001
    re.IGNORECASE,
)
_LOOSE_END = re.compile(r"[\s,;:.、。，；：/&+|–—([{<“‘「『-]+\Z")  # noqa: RUF001
#: Text in quotation marks.
QUOTED = re.compile(r"[\"“][^\"“”]*[\"”]|(?<!\w)['‘][^'‘’]*['’](?!\w)|「[^」]*」")  # noqa: RUF001
#: Letters, digits, and the marks and joiners that scripts write into their words.
_LETTER = (
    "(?:[^\\W_]|[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u0670\u06d6-\u06ed\u0900-\u0963"
    f"\u0966-\u109f\u1780-\u17ff{_JOINERS}])"
)
#: The pattern of one word.
WORD = rf"{_LETTER}+(?:['’-]{_LETTER}+)*"  # noqa: RUF001


def visible(text: str) -> str:
    """The text on one line, without control, bidi and other characters that cannot be seen."""
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    shown = "".join(
        char for char in text if unicodedata.category(char)[0] != "C" or char in _JOINERS
    )
    return " ".join(_STRAY_JOINERS.sub("", shown).split())


def clean(text: str) -> str:
    """The visible text without web addresses, HTML and emoji."""
    plain = _EMOJI.sub(" ", _ADDRESS.sub(" ", _MARKUP.sub(" ", visible(unescape(text)))))
    return visible(plain.replace("<", " ").replace(">", " "))


def shorten(text: str, limit: int) -> str:
    """The text, or its beginning up to the end of a phrase, or at least of a word.

    Empty when its first word alone is longer than `limit`.
    """
    if len(text) <= limit:
        return text
    ends = [end for end in range(limit, 0, -1) if _ends_word(text, end)]
    phrase_ends = [end for end in ends if end >= limit // 2 and _ends_phrase(text, end)]
    name_ends = [end for end in ends if not _parts_name(text, end)]
    for end in phrase_ends + name_ends + ends:
        if kept := without_loose_end(text[:end]):
            return kept
    return ""


def without_loose_end(beginning: str) -> str:
    """Take away what a cut left hanging: half a quotation, a bracket, a preposition, a verb."""
    while True:
        before = beginning
        for opening, closing in ('""', "“”", "「」", "『』", "()", "[]"):
            opened = beginning.count(opening) - beginning.count(closing)
            if opened > 0 or (opening == closing and beginning.count(opening) % 2):
                beginning = beginning[: beginning.rindex(opening)]
        beginning = _LOOSE_END.sub("", beginning)
        *_, previous, last = ["", "", *beginning.split()]
        if _is_loose(last, previous):
            beginning = beginning[: -len(last)]
        if beginning == before:
            return beginning


def _is_loose(word: str, previous: str) -> bool:
    """Whether a phrase cannot end in this word."""
    if word.lower() in _LOOSE_WORDS or is_participle(word):
        return True
    hangs_on = previous.endswith(",") or previous.lower() in _LOOSE_WORDS or describes(previous)
    return hangs_on and describes(word)


def is_participle(word: str) -> bool:
    """Whether a word looks like "standing" or "covered"; both describe, they name nothing."""
    return word in _PARTICIPLES or (
        len(word) > 4  # noqa: PLR2004 - shorter ones are "king" and "red"
        and word.endswith(("ing", "ed"))
        and "-" not in word
        and word not in _NOT_PARTICIPLES
    )


def is_unspaced(text: str) -> bool:
    """Whether any of it is in a script that puts no space between words."""
    return bool(_UNSPACED.search(text))


def is_adverb(word: str) -> bool:
    """Whether a word looks like "softly"."""
    return word.endswith("ly") and word not in _NOT_ADVERBS


def describes(word: str) -> bool:
    """Whether a word only describes another, so that no phrase ends in it."""
    return (
        word in _ADJECTIVES
        or is_participle(word)
        or is_adverb(word)
        or word.startswith(_ADJECTIVE_STARTS)
        or (word.endswith(_ADJECTIVE_ENDINGS) and word not in _NOT_ADJECTIVES)
    )


def words(text: str) -> list[str]:
    """Its words in lower case, in their order."""
    return [word.lower() for word in re.findall(WORD, text)]


def folded(word: str) -> str:
    """A word as it is compared: without case, possessive and a plain plural ending."""
    word = word.casefold().removesuffix("'s").removesuffix("’s")  # noqa: RUF001
    if len(word) < 4 or word.endswith(("ss", "us", "is")):  # noqa: PLR2004 - "gas", "bus"
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zzes", "oes")):
        return word[:-2]
    return word.removesuffix("s")


def folded_words(text: str) -> str:
    """The folded words of a text with single spaces between."""
    return " ".join(folded(word) for word in words(text))


def occurring(phrases: Iterable[str], text: str) -> list[str]:
    """Those of the phrases whose words follow each other in the text, in singular or plural."""
    within = f" {folded_words(text)} "
    found = []
    for phrase in phrases:
        sought = folded_words(phrase)
        if sought and (f" {sought} " in within or (is_unspaced(sought) and sought in within)):
            found.append(phrase)
    return found


def meaning(text: str) -> frozenset[str]:
    """What two texts are compared by: folded words, or characters where no space parts words.

    Function words and hiragana say nothing of the subject and are left out.
    """
    found: set[str] = set()
    for word in words(text):
        if is_unspaced(word):
            found.update(char for char in word if not "\u3040" <= char <= "\u309f")
        elif word not in FUNCTION_WORDS:
            found.add(folded(word))
    return frozenset(found)


def _ends_word(text: str, end: int) -> bool:
    following = text[end]
    if following.isspace():
        return True
    if following in _NEVER_FIRST or unicodedata.category(following)[0] == "M":
        return False
    return is_unspaced(text[end - 1 : end + 1])


def _ends_phrase(text: str, end: int) -> bool:
    if text[end - 1] in _PUNCTUATION or _NEXT_PHRASE.match(text, end):
        return True
    following = text[end:].split(maxsplit=1)
    return bool(following) and is_participle(following[0])


def _parts_name(text: str, end: int) -> bool:
    """Whether a cut would come between two words that both begin with a capital."""
    before = text[:end].rsplit(maxsplit=1)[-1]
    return before[0].isupper() and text[end:].lstrip()[:1].isupper()
