"""Disguises that somebody puts on a word on purpose, and how each is taken off: stretched, leet, masked, spaced, misspelt.

Each trades recall for false alarms, so each has its limits in the code and two-sided tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from moderation.text.characters import Piece
from moderation.text.names import NAMES

_LEET = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "€": "e", "!": "i", "|": "i"}
#: Single-letter words that stand together in correct French ("il n y a", apostrophe left out).
NOT_SPACED = frozenset({"nya", "lya", "yal", "cya", "dya", "mya", "tya", "yat", "nyat", "cad"})
#: Insults that readers mask ("p*te"), misspell on purpose ("imbéicle") or write with digits although the general rule below
#: would not read them ("n1k"). The most frequent reading stands first. Only these are ever restored: "M. D***" stays as it is.
DISGUISED = tuple(
    """con conne connard connards connasse connasses connerie conneries pute putes putain putains merde merdes merdeux
    salope salopes saloperie salaud salauds batard batards batarde encule encules enculer enfoire enfoires pd
    pede pedes fdp ntm nik nique niquer niquez bite couille couilles couillon couillons cul chier chieur chienne
    foutre fouteur bordel abruti abrutis abrutie cretin cretins idiot idiots idiote imbecile imbeciles debile
    debiles gogol mongol negre negres bougnoule bougnoules garce ordure ordures raclure branleur branleurs
    tapette gouine emmerde trouduc macaque fuck fucking fucker fucked shit bitch bitches asshole cunt dick whore
    bastard bastards nigger niggers nigga motherfucker chien chiens cafard cafards hyene hyenes porc porcs truie
    truies cochon cochons vautour vautours charognard charognards chacal chacals vipere viperes serpent serpents
    sangsue sangsues parasite parasites vermine vermines singe singes perroquet perroquets caniche caniches
    roquet roquets toutou toutous mouton moutons bourricot bourricots bourrique bourriques andouille andouilles
    crapaud crapauds cloporte cloportes punaise punaises larve larves limace limaces pintade pintades babouin
    babouins guenon guenons anesse anesses ignare ignares inculte incultes analphabete analphabetes illettre
    illettres ignorant ignorants cancre cancres niais nigaud nigauds benet benets attarde attardes mongolien
    mongoliens decerebre decerebres ecervele ecerveles lobotomise lobotomises senile seniles gateux detraque
    detraques stupide stupides menteur menteurs voleur voleurs escroc escrocs bandit bandits voyou voyous
    crapule crapules canaille canailles fripouille fripouilles scelerat scelerats brigand brigands traitre
    traitres vendu vendus apatride apatrides larbin larbins laquais valet valets fantoche fantoches pantin
    pantins marionnette marionnettes charlatan charlatans imposteur imposteurs hypocrite hypocrites tartuffe
    tartuffes mythomane mythomanes peureux poltron poltrons pleutre pleutres trouillard trouillards minable
    minables vaurien vauriens raclures fumier fumiers dechet dechets pourri pourris pourriture pourritures
    charogne charognes immondice immondices racaille racailles engeance engeances degenere degeneres pervers
    prostituee prostituees catin catins trainee trainees courtisane courtisanes saligaud saligauds pouffiasse
    pouffiasses petasse petasses grognasse grognasses tapettes tarlouze tarlouzes pedale pedales femmelette
    femmelettes lavette lavettes feignant feignants faineant faineants paresseux ivrogne ivrognes clochard
    clochards mendiant mendiants gueux bouseux plouc ploucs broussard broussards sauvage sauvages barbare
    barbares esclave esclaves negrier negriers mecreant mecreants sorcier sorciers sorciere sorcieres satan
    satans demon demons maudit maudits maudite maudites bouffon bouffons clown clowns guignol guignols pitre
    pitres tocard tocards nullard nullards avorton avortons nabot nabots laideron laiderons crasseux puant
    puants pouilleux galeux morveux goinfre goinfres rapace rapaces goujat goujats malotru malotrus mufle mufles
    rustre rustres butor butors cuistre cuistres plumitif plumitifs scribouillard scribouillards journaleux
    torchon torchons troll trolls aigri aigris jaloux frustre frustres arriviste arrivistes parvenu parvenus
    profiteur profiteurs pillard pillards assassin assassins egorgeur egorgeurs enflure enflures salopard
    salopards emmerdeur emmerdeurs enculeur enculeurs niqueur niqueurs morpion morpions corrompu corrompus tordu
    tordus minus cretine cretines conasse conasses nyamogoden nyamogodens gnamokoden gnamokodens wuluden
    wuludens hakilintan hakilintans malobali malobalis naloman nalomans bilakoro bilakoros moron morons retard
    retards loser losers scum scums dumbass stupid stupids dumb dumbs slut sluts pussy pussys trash trashs""".split()
)
#: Words that stand around an insult, restored like it where letters are exchanged or written as digits: "uen 0rdure".
COMMON = tuple(
    """une des les ces ses mes tes vous nous toi moi lui eux elle elles cet cette est sont etes suis quel quelle quels quelles
    tout tous toute avec pour dans mais donc sans comme leur leurs votre notre vos nos son ton mon qui que quoi aux sur pas plus
    bien fait faire dit rien trop tres petit petite gros grosse sale sales pauvre pauvres espece especes bande vrai vieux vieille
    gueule ferme tete cerveau cervelle degage creve honte ventre fils mere pere race villageois""".split()
)
_DISGUISED_SET, _COMMON_SET = frozenset(DISGUISED), frozenset(COMMON)
#: Words that a misspelling of a listed word would be, by the frequency lists of four languages.
_OTHER_WORDS = frozenset(
    """
    agris bents bine branler brossard buffon cancer cancers canche chines chins colporte colportes corromps
    courtisans cse cte dti egorger emmerder ets exu fati fiat fumer grace guine hynes imposter imposters liu
    meer menter mio moton norte noter nso ordre ordres pants pedals peer piter pourir pree procs profiter
    prostitue prostitues psa punts putins rein salad salads salud savage savages signe signes sings slope slopes
    sse stans susi tio tords torp traine traines traiter tries trues tse vari veille vends venter vermins vipers
    voler voter
    """.split()
)
LONGEST_LISTED = max(map(len, DISGUISED))
LEAST_SPLIT = 5  # letters set apart that may be two words
_RUN = re.compile(r"([a-z])\1{2,}")
_UNSTRETCHED = re.compile(r"([a-z])\1\1|[xvlc]{0,9}iii|\w{0,20}[^e]eees?", re.ASCII)  # "xxx", "XIII", "créée"
_MASKED = re.compile(r"[a-z]+(?:(?:[*#]+|\.{2,}|-+|_+)[a-z]+)*[*#]*")
_LONE_MASK = re.compile(r"(?<![-_])[-_](?![-_])")
_MASK = re.compile(r"[*#._-]+")
_INNER_LEET = re.compile(r"[a-z](?:[a-z]|[013457@$€](?=[a-z]))*")
_OUTER_LEET = re.compile(r"^[@$]|[@$€]$|^[!|](?![!|])|(?<![!|])[!|]$")  # "moi!!" is no disguise
_VOWELS = frozenset("aeiouy")


def _misspellings(word: str) -> Iterator[str]:
    """Yield a word with two letters after the first exchanged, one vowel inside it left out, or all of them."""
    for at in range(1, len(word) - 1) if len(word) >= 5 or word in _COMMON_SET else ():
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if len(word) >= 6:
        for at in range(1, len(word) - 1):
            if word[at] in _VOWELS:
                yield word[:at] + word[at + 1 :]
    bare = "".join(c for c in word[1:] if c not in _VOWELS)
    for first in {word[0], "" if word[0] in _VOWELS else word[0]}:
        if len(first + bare) >= 5:  # shorter ones are acronyms
            yield first + bare


#: Misspelling -> listed word.
RESPELT = {
    wrong: word
    for word in reversed(DISGUISED + COMMON)
    for wrong in _misspellings(word)
    if wrong not in _DISGUISED_SET and wrong not in _COMMON_SET and wrong not in NAMES and wrong not in _OTHER_WORDS
}


def undisguise(piece: Piece, markers: set[str]) -> Piece | None:
    """Return the word behind masks or letters written as symbols; None where there is none."""
    text = piece.text
    if text.isalnum() or not any(c.isalpha() for c in text):
        return None
    if _OUTER_LEET.search(text) and (word := unleet(piece, markers)):
        return word
    lead = len(text) - len(text.lstrip("@$€!|._-#*"))
    tail = len(text.rstrip("@$€!|._-"))
    if lead and "*" in text[:lead]:
        tail = len(text.rstrip("@$€!|._-#*"))  # *emphasis*
    core = piece.cut(lead, tail)
    return _unmask(core, markers) or unleet(core, markers)


def unstretch(piece: Piece, markers: set[str]) -> Piece:
    """Shorten letters repeated three times or more to one, or to two where French doubles a consonant ("connnard")."""
    if not _RUN.search(piece.text) or _UNSTRETCHED.fullmatch(piece.text) or _VOWELS.isdisjoint(piece.text):
        return piece  # what has no vowel is an acronym or a noise: "CCCP", "mdrrr"
    keep: list[int] = []
    for run in re.finditer(r"([a-z])\1*|[^a-z]", piece.text):
        start, end = run.span()
        length = end - start
        if length >= 3 and run.group(1):
            length = 3 if end - start == len(piece.text) else _natural_length(piece.text, start, end)
            markers.add("stretched")
        keep += range(start, start + length)
        if length < end - start:  # the last letter kept stands for the rest, so that a reason shows all of them
            piece.spans[start + length - 1] = (piece.spans[start + length - 1][0], piece.spans[end - 1][1])
    return Piece("".join(piece.text[index] for index in keep), [piece.spans[index] for index in keep])


def _natural_length(text: str, start: int, end: int) -> int:
    between_vowels = text[start - 1 : start] in _VOWELS and text[end : end + 1] in _VOWELS
    return 2 if text[start] not in _VOWELS and between_vowels else 1


def respell(piece: Piece) -> Piece:
    """Return the listed word behind two letters exchanged or vowels left out ("conanrd", "imbcile", "cnnrd"), else the word."""
    word = RESPELT.get(piece.text)
    return Piece(word, _spread(piece.spans, len(word))) if word else piece


def unleet(piece: Piece, markers: set[str]) -> Piece | None:
    """Read digits and symbols as letters where they stand singly inside a word, or where that gives a known word.

    "C4", "1er", "M5", "18h30" and "covid19" stay: they have no single digit inside three letters or more.
    """
    letters = sum(character.isalpha() for character in piece.text)
    if not 0 < letters < len(piece.text) or any(c not in _LEET and not c.isalpha() for c in piece.text):
        return None
    general = letters >= 3 and 2 * letters > len(piece.text) and _INNER_LEET.fullmatch(piece.text)
    readings = ["".join(one if c == "1" else _LEET.get(c, c) for c in piece.text) for one in "il"]
    words = [unstretch(Piece(reading, list(piece.spans)), set()) for reading in readings]
    word = next((word for word in words if _is_disguised(word.text)), words[0] if general else None)
    if word is not None:
        markers.add("leet")
    return word


def _is_disguised(word: str) -> bool:
    return len(word) >= 3 and (
        word in _DISGUISED_SET or word.removesuffix("s") in _DISGUISED_SET or word in _COMMON_SET
    )


def _unmask(piece: Piece, markers: set[str]) -> Piece | None:
    """Fill in the masked letters of a listed word: by length first, else by its letters if three are known.

    A lone dash stands in too many words ("peut-être"): it hides one letter of a word of six letters or more, or nothing.
    """
    text = "".join(_LEET.get(c, c) if c.isdigit() else c for c in piece.text)
    if len(text) > 20 or not _MASK.search(text) or not _MASKED.fullmatch(text):
        return None
    known = sum(character.isalpha() for character in text)
    lone = _LONE_MASK.search(text) is not None
    if known < 2 or (lone and (len(text) < 6 or any(c.isdigit() for c in piece.text))):
        return None
    exact = re.compile(_MASK.sub(lambda mask: f"[a-z]{{{len(mask.group())}}}", text))
    loose = re.compile(_MASK.sub("[a-z]+", text))
    word = next((word for word in DISGUISED if exact.fullmatch(word)), None)
    if word is None and known >= 3 and text[-1].isalpha() and not lone:
        word = next((word for word in DISGUISED if loose.fullmatch(word)), None)
    if word is None:
        return _without_stars(piece, known)
    markers.add("masked")
    if any(c.isdigit() for c in piece.text):
        markers.add("leet")
    return Piece(word, _spread(piece.spans, len(word)))


def _without_stars(piece: Piece, known: int) -> Piece | None:
    """Return an unlisted word that stars stand in without them: its halves are other words ("con*ours")."""
    kept = [at for at, character in enumerate(piece.text) if character not in "*#"]
    word = Piece("".join(piece.text[at] for at in kept), [piece.spans[at] for at in kept])
    return respell(unstretch(word, set())) if known >= 3 and word.text.isalpha() else None


def _spread(spans: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """Share the spans of a word out over another number of letters, in order."""
    return [spans[index * len(spans) // length] for index in range(length - 1)] + [spans[-1]]


def join_spaced(tokens: list[Piece], markers: set[str]) -> list[Piece]:
    """Join three or more single letters in a row into one word: "c o n", "b.a.t.a.r.d", "O.N.U."."""
    if len(tokens) < 3:
        return tokens
    joined: list[Piece] = []
    run: list[Piece] = []
    for token in [*tokens, Piece("", [])]:
        if len(token.text) == 1 and "a" <= token.text <= "z":
            run.append(token)
            continue
        word = "".join(letter.text for letter in run)
        if len(run) >= 3 and word not in NOT_SPACED:
            markers.add("spaced")
            spans = [letter.spans[0] for letter in run]
            run = _split(unstretch(Piece(word, spans), markers))
        joined += run
        run = []
        joined.append(token)
    return joined[:-1]


def _split(piece: Piece) -> list[Piece]:
    """Cut letters set apart that were two words where the last or the first is listed: "grosidiot"."""
    size = len(piece.text)
    for length in range(min(size - 1, LONGEST_LISTED), LEAST_SPLIT - 2, -1):
        for word, cut in ((piece.text[-length:], size - length), (piece.text[:length], length)):
            if word in _DISGUISED_SET:
                return [piece.cut(0, cut), piece.cut(cut, size)]
    return [piece]
