import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from moderation.threads.markup import LONGEST_TAG, MOST_TAGS, plain, text_of


def on_a_page(html):
    return text_of(LexborHTMLParser(f"<!doctype html><body><div>{html}</div>").css_first("div"))


# What stands where


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Bonjour", "Bonjour"),
        ("  Bonjour \n à  tous\t", "Bonjour à tous"),
        ("<p>Un</p><p>Deux</p>", "Un\n\nDeux"),
        ("<p>Un\n</p>\n\n<p> Deux", "Un\n\nDeux"),
        ("Un<br>Deux<br/>Trois<BR />Quatre", "Un\nDeux\nTrois\nQuatre"),
        ("<p>Un <br> Deux<br></p><p>Trois</p>", "Un\nDeux\n\nTrois"),
        ("Un<br><br><br><br>Deux", "Un\n\nDeux"),
        ("<div>Un</div><div><div>Deux</div></div>Trois", "Un\n\nDeux\n\nTrois"),
        ("Avant<ul><li>Un</li> <li>Deux<ol><li>Trois</li></ol></li></ul>Après", "Avant\n\nUn\nDeux\nTrois\n\nAprès"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><th>3</table>", "1 2\n3"),
        ("<blockquote>Vous dites</blockquote>Non, <q>jamais</q>", "Vous dites\n\nNon, jamais"),
        ("l'<b>idi</b>ot", "l'idiot"),
        ("un <b> deux </b> <i> trois</i>", "un deux trois"),
        ("anti<wbr>constitution\xadnel", "anticonstitution\xadnel"),
        ("<pre>\nsi x:\n    y  \n\n\n\nfin</pre>z  z", "si x:\n    y\n\nfin\n\nz z"),
        ("<pre>a  <b>b</b>\n\n  <i>c</i></pre>", "a  b\n\n  c"),
        ("<p></p><p> </p>", ""),
        ("", ""),
    ],
)
def test_blocks_are_paragraphs_and_inline_elements_add_nothing(html, text):
    assert plain(html) == on_a_page(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Pourquoi\xa0? «\u202fNon\u202f»", "Pourquoi\xa0? «\u202fNon\u202f»"),
        ("Pourquoi&nbsp;<b>?</b> \n Ah\xa0 !", "Pourquoi\xa0? Ah\xa0 !"),
        ("<p>Un&nbsp;</p><p>&nbsp;</p><p>Deux</p>", "Un\n\nDeux"),
        ("&nbsp;", ""),
    ],
)
def test_spaces_that_do_not_break_stay_inside_a_line_and_are_no_line_of_their_own(html, text):
    assert plain(html) == on_a_page(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Salut &amp; merci &#8217;&eacute; &lt;3", "Salut & merci ’é <3"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("1 < 2 <3 & R&D", "1 < 2 <3 & R&D"),
        ("a\0b\x07c\x85d&#1;e&#x1fffe;f\uffffg", "abcdefg"),
        ("a\ud800b", "a\ufffdb"),
        ("<i>a\udfffb</i>", "a\ufffdb"),
        ("\ud83d\ude00", "😀"),
        ("&#" + "9" * 5000 + ";x", "\ufffdx"),
    ],
)
def test_characters_are_decoded_once_and_what_is_no_text_is_left_out(html, text):
    assert plain(html) == text


@pytest.mark.parametrize(
    "tag", ["script", "style", "template", "form", "button", "select", "textarea", "svg", "iframe"]
)
def test_what_no_reader_reads_is_left_out(tag):
    assert plain(f"Un<{tag}>vu</{tag}><!-- vu --> deux<input value=vu>") == "Un deux"


def test_images_are_their_alternative_text():
    assert plain('Bravo <img src="a.png" alt="😀"> !<img src="b.png"><img alt="">') == "Bravo 😀 !"


# Links


@pytest.mark.parametrize(
    ("href", "label", "text"),
    [
        ("https://gagner.example/1", "ici", "ici (https://gagner.example/1)"),
        ("HTTP://gagner.example", "ici", "ici (HTTP://gagner.example)"),
        ("//gagner.example/1", "ici", "ici (//gagner.example/1)"),
        (" https://gagner.example/\n1 2", "ici", "ici (https://gagner.example/1%202)"),
        ("https://gagner.example/1", "https://gagner.example/1", "https://gagner.example/1"),
        ("https://www.gagner.example/", "Gagner.example", "Gagner.example"),
        ("https://gagner.example/un-long", "gagner.example/un-…", "gagner.example/un-…"),
        ("https://gagner.example/un-long", "http://gagner.example/u...", "http://gagner.example/u..."),
        ("https://gagner.example.tk/", "gagner.example", "gagner.example (https://gagner.example.tk/)"),
        ("https://a.example@b.tk/", "a.example", "a.example (https://a.example@b.tk/)"),
        ("https://casino.example/", "casino", "casino (https://casino.example/)"),
        ("https://casino.example/", "…", "… (https://casino.example/)"),
        ("https://gagner.example/1", " ", "https://gagner.example/1"),
        ("https://gagner.example/1", "<img src=a.png>", "https://gagner.example/1"),
        ("https://site.example/u/bob", "@Bob", "@Bob"),
        ("https://gagner.example/1", "@Bob gagne", "@Bob gagne (https://gagner.example/1)"),
        ("/page", "ici", "ici"),
        ("#comment-2", "ici", "ici"),
        ("mailto:a@b.example", "ici", "ici"),
        ("javascript:alert(1)", "", ""),
        ("", "ici", "ici"),
    ],
)
def test_a_link_shows_the_address_that_its_label_hides(href, label, text):
    html = f'<a href="{href}" rel="nofollow">{label}</a>'
    assert plain(html) == on_a_page(html) == text


def test_an_address_stands_next_to_its_label():
    assert plain('Va <a href="https://a.example"><p>ici </p></a>vite') == "Va\n\nici (https://a.example)\n\nvite"
    assert plain('<a href="https://a.example">ici </a>et là') == "ici (https://a.example) et là"


def test_a_link_that_the_parser_repeats_shows_its_address_once():
    assert plain('<p><a href="https://a.example">un<p>deux<p>trois') == "un (https://a.example)\n\ndeux\n\ntrois"


# Texts stored as typed


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("Un\nDeux", "Un\nDeux"),
        ("Un \r\n Deux\rTrois\n", "Un\nDeux\nTrois"),
        ("Un\n\n\n\nDeux  trois", "Un\n\nDeux trois"),
        ("Un\n\n\n\nDeux", "Un\n\nDeux"),
        ("Un \nDeux", "Un\nDeux"),
        ("Un\n Deux", "Un\nDeux"),
        ("Un\n\nDeux\tTrois\n", "Un\n\nDeux Trois"),
        ("Un<br />\nDeux", "Un\nDeux"),
        ("Un<br />\n<br />\nDeux", "Un\n\nDeux"),
        ("<p>Un</p>\n<p>Deux</p>", "Un\n\nDeux"),
        ("<ul>\n<li>Un</li>\n<li>Deux</li>\n</ul>\nTrois", "Un\nDeux\n\nTrois"),
        ("Un\n<b>Deux</b>\n\nTrois", "Un\nDeux\n\nTrois"),
        ("Un\xa0!\n\xa0\nDeux", "Un\xa0!\n\nDeux"),
    ],
)
def test_a_typed_newline_is_a_line_break_and_never_a_second_one(typed, text):
    page = LexborHTMLParser(f"<div>{typed}</div>").css_first("div")
    assert (
        plain(typed, breaks=True) == plain(f"<span>{typed}</span>", breaks=True) == text_of(page, breaks=True) == text
    )


# Parts of a page


def test_skipped_nodes_and_what_is_in_them_are_left_out():
    body = LexborHTMLParser("<p>Un <i>deux</i></p><div>trois <b>quatre</b></div><p>cinq").body
    skipped = {body.css_first("i").mem_id, body.css_first("div").mem_id}
    assert text_of(body, skipped) == "Un\n\ncinq"
    assert text_of(body) == "Un deux\n\ntrois quatre\n\ncinq"


def test_the_own_tag_of_an_element_adds_only_its_white_space():
    tree = LexborHTMLParser('<a href="https://a.example">ici</a><pre>a  b</pre>')
    assert [text_of(tree.css_first(tag)) for tag in ("a", "pre")] == ["ici", "a  b"]


# Hostile markup

SOUP = st.text('<>&;/ab" \n', max_size=60) | st.text(max_size=60)
SURROGATES = st.text(st.characters(categories=["Cs", "Ll"]) | st.sampled_from("<>& "), max_size=20)
TAGS = [
    f"<{slash}{tag}>" for tag in "p br b i div blockquote ul li pre tr td table span".split() for slash in ("", "/")
]
PARTS = [
    *TAGS,
    "<p/>",
    "<br />",
    '<a href="https://a.example/b">',
    "</a>",
    "un",
    " ",
    "\n",
    "&nbsp;",
    "\xa0",
    "&amp",
    "&#8217;",
    "😀",
]
BUILT = st.lists(st.sampled_from(PARTS), max_size=25).map("".join)
LINKS = [
    '<a href="https://a.example/b">un</a>',
    '<a href="//a.example/?b&amp;copy=1&#038;c" rel="nofollow ugc" target="_blank"> ici &amp; là\n</a>',
    '<a href=" https://a.\nexample/é ">a.example</a>',
    '<a href="https://a.example/&copy">deux</a>',
    '<a href="">rien</a>',
    '<a href="https://c.example"></a>',
]
BARE = [*LINKS, *(part for part in PARTS if part.strip("</ >") in ("p", "br", "b", "i") or "<" not in part)]
BARE_BUILT = st.lists(
    st.sampled_from(BARE) | st.text("&#x;01fdlt\0\x85\t\ufffe\U0001fffe", max_size=8), max_size=25
).map("".join)


@given(SOUP | SURROGATES | BUILT | BARE_BUILT, st.booleans())
def test_no_markup_raises_and_lines_are_tidy(html, breaks):
    text = plain(html, breaks=breaks)
    assert text == text.strip()
    assert "\n\n\n" not in text
    assert all(line == line.rstrip() for line in text.split("\n"))


@given(SOUP | BUILT | BARE_BUILT)
@example("<b>Un<p>deux</b>trois</p></p>quatre")
@example("<p>Un<table>deux")
def test_a_fragment_reads_as_the_same_markup_on_a_page(html):
    assert plain(html) == text_of(LexborHTMLParser(f"<!doctype html><body>{html}").body)


@given(SOUP | BUILT | BARE_BUILT, st.booleans())
def test_bare_markup_reads_as_with_a_tree(html, breaks):
    assert plain(html, breaks=breaks) == plain(f"<wbr>{html}", breaks=breaks)


def test_five_thousand_levels_are_read():
    html = "<div>" * 5000 + "Un" + "</div>" * 5000 + "deux"
    assert plain(html) == on_a_page(html) == "Un\n\ndeux"


def test_more_tags_than_are_read_at_once_lose_no_text():
    html = "".join(f"<span>{number} </span>" for number in range(MOST_TAGS))
    assert plain(html) == " ".join(map(str, range(MOST_TAGS)))


def test_a_tag_of_thousands_of_attributes_is_left_out():
    assert plain(f"Un <img alt=vu{' a' * LONGEST_TAG}>deux") == "Un deux"
    assert plain(f"Un <img alt=vu{' a' * 99}> deux") == "Un vu deux"


@pytest.mark.parametrize("part", ["<i></u>", "&nbsp;<b>", "<p> \n", "<", "&", "&nbsp;", '<a href="', "<pre>\n ", " \n"])
def test_three_million_characters_of_one_part_are_read(part):
    """None of these would end within the test run if a step took the square of the length."""
    assert len(plain(part * (3_000_000 // len(part)), breaks=True)) <= 3_000_000
