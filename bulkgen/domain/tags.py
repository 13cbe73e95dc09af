"""Tags: found in a prompt, and brought into the form every tag of the site has."""

import re
from collections.abc import Iterable, Iterator, Sequence

from bulkgen.domain.words import (
    FUNCTION_WORDS,
    WORD,
    clean,
    describes,
    folded_words,
    is_adverb,
    is_participle,
    is_unspaced,
    occurring,
    shorten,
    without_loose_end,
    word_set,
    words,
)

TAGS_MAX = 10
TAG_WORDS_MAX = 3
TAG_MAX = 30

#: Ways a picture is made that are worth a tag wherever a prompt names them.
_STYLES = re.split(
    r",\s+",
    "3d render, abstract, aerial view, anime, art deco, art nouveau, black and white, blueprint, "
    "cartoon, charcoal, chibi, cinematic, claymation, close-up, collage, comic, concept art, "
    "cubist, cyberpunk, diagram, digital art, double exposure, editorial, fantasy, film noir, "
    "flat design, graffiti, icon, illustration, impressionist, infographic, ink, isometric, "
    "line art, logo, long exposure, low poly, macro, manga, map, minimalist, mockup, mosaic, "
    "mural, oil painting, origami, painting, panorama, pastel, pencil drawing, photo, "
    "photorealistic, pixel art, pop art, portrait, poster, retro, sci-fi, sculpture, selfie, "
    "sketch, stained glass, steampunk, sticker, street art, surreal, ukiyo-e, vintage, "
    "watercolor, watercolour, woodcut",
)
#: Words that may stand before a noun and say too little for a tag.
_MODIFIERS = word_set(
    """
    beautiful big bold bright clean clear colorful complete cute dark deep different empty entire
    exact first full funny good great happy high huge large last little lone long low many massive
    medium new nice old open perfect pretty real realistic second short simple single slight
    slightly small soft strong tall thick thin third tiny top total various vast whole wide young

    zero one two three four five six seven eight nine ten dozen several some no a an the this that
    these those his her its their my your our
    """
)
_DEMONYM_ENDINGS = ("can", "ean", "ese", "ian", "ish")
#: Nouns and verbs that stand in many prompts and tell no two pictures apart.
_COMMON = word_set(
    """
    amount angle area aspect background base bit bottom bunch camera center centre composition
    couple detail details distance edge element elements end feature features focus foreground
    format frame front group half hand hands head image images inch inches kind left letter
    letters line look lot middle number one ones pair part people picture pictures piece place
    portion position quality ratio right row rows scene set shape shot side sides size sort spot
    style surface text thing things tone tones top type use user version view way word words

    ago ahead almost also always as away back choice close directly even exactly forward forwards
    here indoors instead like only outdoors really sideways still together too upright well

    add arrange avoid based build captured captures carries carry catch change chase combine come
    comes contain contains convert create crouch crouches cut die draw eat eats edit ensure face
    faces fall falls feel feels fill fills finish flies fly generate get gets give gives go goes
    grow grows hang hangs have hold holds keep keeps kneels know lay lays lean leans leave let lie
    lies look looks made maintain make makes named place play plays please preserve pull put read
    reads reflect remain remains replace rest ride rides run runs say says seen sees show shown
    shows sit sits stand stands stop take taken takes tell throw throws took transform turn turns
    use uses walk walks want wants wear wears worn write writes written
    """
)
_TOKEN = re.compile(rf"[A-Z]\w+ of [A-Z]\w+|{WORD}|\S")
#: Katakana, or Chinese characters up to one that joins words.
_UNSPACED_NOUN = re.compile(
    "[\u30a1-\u30ff]{2,12}"
    "|(?:(?![的了在和与與着著是个個一二三两兩张張只隻位名条條中上下里裡有用])[\u3400-\u9fff\u3005]){2,8}"
)
_PHOTOGRAPH = re.compile(r"\bphotograph(?:s|y|ic)?\b", re.IGNORECASE)
#: Subjects a prompt may name before the styles have their turn.
_SUBJECTS_FIRST = 7
#: A style named further down a prompt is one of its details.
_STYLE_WITHIN = 300


def fit_tags(proposed: Iterable[str], known_tags: Sequence[str] = ()) -> tuple[str, ...]:
    """At most ten tags in the site's form, its own first, each once in singular or plural."""
    site = {folded_words(tag): tag for tag in map(_fitted, known_tags) if tag}
    kept: dict[str, str] = {}
    for given in proposed:
        for part in re.split(r"[,;\n、，；]", given):  # noqa: RUF001
            tag = _fitted(part)
            if tag:
                kept.setdefault(folded_words(tag), tag)
    known = [site[key] for key in kept if key in site]
    return (*known, *(tag for key, tag in kept.items() if key not in site))[:TAGS_MAX]


def tags_in(prompt: str, sentences: Iterable[str], known_tags: Sequence[str]) -> tuple[str, ...]:
    """Tags for a prompt: the site's own that it names, what it shows, and how that is made."""
    named = occurring(known_tags, prompt)
    styles = occurring(_STYLES, _PHOTOGRAPH.sub("photo", prompt[:_STYLE_WITHIN]))
    subjects = list(
        dict.fromkeys(subject for sentence in sentences for subject in _subjects(sentence))
    )
    return fit_tags(
        [*named, *subjects[:_SUBJECTS_FIRST], *styles, *subjects[_SUBJECTS_FIRST:]], known_tags
    )


def _fitted(tag: str) -> str:
    parts = words(clean(tag))
    short = " ".join(parts[:TAG_WORDS_MAX])
    if len(parts) > TAG_WORDS_MAX:
        short = without_loose_end(short)
    return shorten(short, TAG_MAX).removesuffix("'s").removesuffix("’s")  # noqa: RUF001


def _subjects(sentence: str) -> Iterator[str]:
    """The nouns of a sentence: a name whole, any other with the word before it and alone."""
    for run in _runs(sentence):
        capitals = next((i for i, token in enumerate(run) if not token[0].isupper()), len(run))
        while capitals and run[capitals - 1].endswith(_DEMONYM_ENDINGS):
            capitals -= 1
        name = run[:capitals] if capitals > 1 else []
        rest = run[len(name) :]
        if name:
            yield " ".join(name)
        if len(rest) > 1:
            yield " ".join(rest[-2:])
        if rest:
            yield rest[-1]


def _runs(sentence: str) -> Iterator[list[str]]:
    """Words that stand together: a noun and what describes it."""
    run: list[str] = []
    before = ""
    tokens = _TOKEN.findall(sentence)
    for token, following in zip(tokens, [*tokens[1:], "."], strict=True):
        in_name = token[0].isupper() and (following[0].isupper() or before[:1].isupper())
        if is_unspaced(token):
            yield from ([noun] for noun in _UNSPACED_NOUN.findall(token))
        elif _belongs(token.lower(), before.lower(), in_name=in_name):
            run.append(token)
        else:
            yield from _ending_in_noun(run)
            run = []
        before = token
    yield from _ending_in_noun(run)


def _belongs(word: str, before: str, *, in_name: bool) -> bool:
    if word in FUNCTION_WORDS or len(word) == 1:
        return False
    if in_name:
        return True
    if word in _MODIFIERS or word in _COMMON or before in ("that", "which", "who"):
        return False
    return not is_adverb(word) and (before in _MODIFIERS or not is_participle(word))


def _ending_in_noun(run: list[str]) -> Iterator[list[str]]:
    while run and describes(run[-1].lower()) and (len(run) == 1 or run[-1].islower()):
        run = run[:-1]
    if run and not (len(run) == 1 and run[0].isdigit()):
        yield run
