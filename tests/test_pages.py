import io
import json
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from moderation.errors import SourceError
from moderation.threads import Report, headings, read_threads
from moderation.threads.markup import text_of
from moderation.threads.pages import matches, page
from moderation.threads.pages.blocks import _paragraphs
from moderation.threads.report import Notes
from moderation.threads.source import Source

HEAD = '<!DOCTYPE html><html><head><meta charset="utf-8"><title>Le riz</title></head><body>'


def read(html, report=None):
    data = html if isinstance(html, bytes) else html.encode()
    (thread,) = read_threads(io.BytesIO(data), "html", report=report)
    return thread


def shape(thread):
    return [(comment.id, comment.parent_id, comment.author, comment.text) for comment in thread]


def html5(number, text="<p>Bravo</p>", depth=1, answers="", author="Awa", kind="comment", tag="ul"):
    """Return a comment as the html5 walker of WordPress writes it."""
    inner = f'<{tag} class="children">{answers}</{tag}><!-- .children -->' if answers else ""
    return f"""
<li id="comment-{number}" class="{kind} even thread-even depth-{depth}">
<article id="div-comment-{number}" class="comment-body"><footer class="comment-meta">
<div class="comment-author vcard"><img alt="photo" class="avatar"> <b class="fn">{author}</b>
<span class="says">dit :</span></div><div class="comment-metadata"><a href="https://journal.example/riz/#comment-{number}">
<time datetime="2024-02-29T10:41:00+00:00">29 février 2024 à 10 h 41 min</time></a></div>
</footer><div class="comment-content">{text}</div>
<div class="reply"><a class="comment-reply-link" href="/riz/?replytocom={number}#respond"
data-commentid="{number}">Répondre</a></div></article>{inner}</li>"""


def area(comments, title="", tag="ol"):
    return f'{HEAD}<div id="comments">{title}<{tag} class="comment-list">{comments}</{tag}></div></body></html>'


# Pages and their text


@pytest.mark.parametrize(
    ("head", "is_html"),
    [
        ("<!doctype html><p>", True),
        ('<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x"><html xmlns="y">', True),
        ("<!-- saved -->\n<html>", True),
        ("<rss version='2.0'>", False),
        ("Titre\n\n2 COMMENTAIRES\n", False),
        ('{"text": "<html>"}', False),
    ],
)
def test_pages_are_known_by_their_first_tag(head, is_html):
    assert matches(head) is is_html


@pytest.mark.parametrize(
    ("meta", "encoding"),
    [
        ("", "utf-8"),
        ("", "utf-8-sig"),
        ("", "utf-16"),
        ("", "windows-1252"),
        ('<meta charset="iso-8859-1">', "windows-1252"),
        ('<meta charset="utf-8">', "windows-1252"),  # it says so, but is not
        ('<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-15">', "iso-8859-15"),
        ('<meta charset="no-such-thing">', "utf-8"),
    ],
)
def test_a_page_is_decoded_as_its_bytes_and_its_words_say(meta, encoding):
    text = "Après l’été à 5 000 €" if encoding != "iso-8859-15" else "Après l'été à 5 000 €"
    html = area(html5(1, f"<p>{text}</p>")).replace('<meta charset="utf-8">', meta)
    if encoding != "utf-8" and encoding != "utf-8-sig" and encoding != "utf-16":
        html = html.replace("février", "fevrier")
    assert read(html.encode(encoding))["1"].text == text


def test_stray_bytes_in_utf_8_are_read_as_windows_1252_and_noted():
    html = area(html5(1, "<p>été STRAY</p>")).encode().replace(b"STRAY", b"l\x92eau")
    thread = read(html)
    assert thread["1"].text == "été l’eau"
    assert "1 bytes that are not UTF-8 are read as Windows-1252" in thread.notes


def test_nul_characters_are_left_out_and_noted():
    thread = read(area(html5(1, "<p>Bra\0vo</p>")))
    assert thread["1"].text == "Bravo"
    assert "NUL characters in the page are left out" in thread.notes


def test_a_page_that_is_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(page, "LONGEST", 100)
    with pytest.raises(SourceError, match="expected one page"):
        read(area(html5(1)))


def test_a_tag_with_thousands_of_attributes_takes_no_square_of_time():
    attributes = " ".join(f"a{number}=1" for number in range(50_000))
    start = process_time()
    thread = read(area(f"<div {attributes}></div>" + html5(1)))
    assert process_time() - start < 2
    assert len(thread) == 1
    assert thread.notes == ("the attributes of a tag with more than 2000 are left out",)


def test_title_and_address_of_the_article():
    head = (
        '<title>Riz | Journal</title><meta property="og:title" content="Le prix du riz">'
        '<link rel="canonical" href="https://journal.example/riz/?replytocom=7#respond">'
    )
    thread = read(area(html5(1)).replace("<title>Le riz</title>", head))
    assert (thread.title, thread.url) == ("Le prix du riz", "https://journal.example/riz/")


# WordPress


@pytest.mark.parametrize("tag", ["ol", "ul"])
def test_html5_walker(tag):
    third = html5(3, "<p>Si.</p>", 3, author="Awa")
    second = html5(2, "<p>Non.<br>Jamais.</p>", 2, third, "Issa", tag=tag)
    thread = read(area(html5(1, "<p>Un</p>\n<p>Deux</p>", 1, second, tag=tag) + html5(4)))
    assert shape(thread) == [
        ("1", None, "Awa", "Un\n\nDeux"),
        ("2", "1", "Issa", "Non.\nJamais."),
        ("3", "2", "Awa", "Si."),
        ("4", None, "Awa", "Bravo"),
    ]
    assert thread["1"].created_at.isoformat() == "2024-02-29T10:41:00+00:00"
    assert {comment.status for comment in thread} == {None}
    assert thread.notes == ()


XHTML = """<li class="comment even depth-1" id="comment-{0}"><div id="div-comment-{0}" class="comment-body">
<div class="comment-author vcard"><img class="avatar" alt="photo">
<cite class="fn"><a href="https://a.example" class="url">Awa</a></cite>
<span class="says">dit&nbsp;:</span></div>{1}
<div class="comment-meta commentmetadata">
<a href="https://journal.example/#comment-{0}">29 février 2024 à 10 h 41 min</a>&nbsp;&nbsp;
<a class="comment-edit-link" href="/edit">(Modifier)</a></div>
<p>Oui.</p><p>Et non.</p><div class="reply"><a class="comment-reply-link" href="/?replytocom={0}">Répondre</a></div></div></li>"""


def test_xhtml_walker_keeps_author_date_and_links_out_of_the_text():
    thread = read(area(XHTML.format(7, "")))
    assert shape(thread) == [("7", None, "Awa", "Oui.\n\nEt non.")]
    assert thread["7"].created_at.isoformat() == "2024-02-29T10:41:00+00:00"


@pytest.mark.parametrize(
    "note",
    [
        '<em class="comment-awaiting-moderation">Your comment is awaiting moderation.</em><br>',
        "<em>Votre commentaire est en attente de modération.</em><br>",
    ],
)
def test_a_comment_that_awaits_moderation_is_held(note):
    thread = read(area(XHTML.format(7, note) + XHTML.format(8, "")))
    assert [comment.status for comment in thread] == ["held", None]


def test_a_reader_who_quotes_the_note_is_not_held():
    thread = read(area(html5(1, "<p><em>en attente de modération</em>, toujours !</p>")))
    assert thread["1"].status is None


TAGDIV = """<li class="comment " id="comment-{0}"><article><footer><img class="avatar" alt=""><cite>{1}</cite>
<a class="comment-link" href="#comment-{0}"><time pubdate="1709203260">29 février 2024 at 10 h 41 min</time></a></footer>
<div class="comment-content"><p>{2}</p></div>
<div class="comment-meta" id="comment-{0}"><a class="comment-reply-link" href="?replytocom={0}">Répondre</a></div>
</article>{3}</li>"""


def test_tagdiv_newspaper():
    inner = TAGDIV.format(6, "FANGA", "Non.", "")
    html = area(TAGDIV.format(5, "Kassim", "Oui.", f'<ul class="children">{inner}</ul>'), "<h4>2 COMMENTAIRES</h4>")
    thread = read(html)
    assert shape(thread) == [("5", None, "Kassim", "Oui."), ("6", "5", "FANGA", "Non.")]
    assert thread.announced == 2
    assert thread["5"].created_at.isoformat() == "2024-02-29T10:41:00+00:00"
    assert thread.notes == ()


def test_thesis_lists_of_definitions():
    one = (
        '<dt class="comment even depth-{1}" id="comment-{0}"><span class="comment_author">Awa</span>'
        '<span class="comment_time"><a href="#comment-{0}">June 28, 2015 at 10:25 pm</a></span></dt>'
        '<dd class="comment even depth-{1}"><div class="format_text" id="comment-body-{0}"><p>Oui {0}</p></div></dd>'
    )
    thread = read(area(one.format(1, 1) + one.format(2, 1), tag="dl"))
    assert shape(thread) == [("1", None, "Awa", "Oui 1"), ("2", None, "Awa", "Oui 2")]
    assert thread["1"].created_at.isoformat() == "2015-06-28T22:25:00+00:00"


def test_markup_without_nesting_is_read_by_its_depths_and_doubted():
    flat = "".join(html5(number, depth=depth) for number, depth in ((1, 1), (2, 2), (3, 3), (4, 2), (5, 1)))
    report = Report()
    thread = read(area(flat), report)
    assert [comment.parent_id for comment in thread] == [None, "1", "2", "1", None]
    assert report.doubtful == 3


def test_a_depth_that_the_nesting_does_not_show_is_doubted():
    thread = read(area(html5(1, answers=html5(2, depth=3))))
    assert thread["2"].parent_id == "1"
    assert thread.notes == ("the place on the page is not the one that its markup names: 2",)


WPDISCUZ = """<div id='wpd-comm-{0}_{1}' class='comment even depth-1 wpd-comment {4} wpd_comment_level-{2}'>
<div class='wpd-comment-wrap'><div id='comment-{0}' class='wpd-comment-right'><div class='wpd-comment-header'>
<div class='wpd-comment-author '>Awa</div><div class='wpd-comment-date' title='29 février 2024 10h41'>il y a 2 ans</div></div>
<div class='wpd-comment-text'><p>Oui {0}</p></div><div class='wpd-comment-footer'>
<div class='wpd-vote-result' title='{0}'>{0}</div><span>Répondre</span></div></div></div>{3}</div>"""


def test_wpdiscuz():
    inner = WPDISCUZ.format(8, 7, 2, "", "wpd-reply wpd-unapproved-comment")
    thread = read(
        f"{HEAD}<div id='wpdcom'><div class='wpd-thread-list'>{WPDISCUZ.format(7, 0, 1, inner, '')}</div></div>"
    )
    assert shape(thread) == [("7", None, "Awa", "Oui 7"), ("8", "7", "Awa", "Oui 8")]
    assert [(comment.likes, comment.status) for comment in thread] == [(7, None), (8, "held")]
    assert thread["7"].created_at.isoformat() == "2024-02-29T10:41:00+00:00"
    assert not [note for note in thread.notes if "place" in note]


def test_the_parent_that_wpdiscuz_names_is_believed_and_doubted_where_the_page_shows_another():
    html = WPDISCUZ.format(7, 0, 1, WPDISCUZ.format(8, 7, 2, "", "") + WPDISCUZ.format(9, 8, 2, "", ""), "")
    thread = read(f"{HEAD}<div id='wpdcom'>{html}</div>")
    assert thread["9"].parent_id == "8"
    assert any(note.endswith("names: 9") for note in thread.notes)


def test_an_id_inside_the_item_and_the_class_on_inner_parts_give_one_comment():
    one = (
        '<li class="comment even depth-1"><article id="comment-{0}" class="comment"><cite><b class="fn">Awa</b></cite>'
        '<section class="comment-content comment"><p>Oui</p></section></article>{1}</li>'
    )
    inner = f'<ol class="children">{one.format(2, "")}</ol>'
    assert shape(read(area(one.format(1, inner)))) == [("1", None, "Awa", "Oui"), ("2", "1", "Awa", "Oui")]


def test_items_without_the_class_are_known_by_their_id():
    one = '<li id="li-comment-{0}"><div id="comment-{0}"><b class="fn">Awa</b><p>Oui</p></div>{1}</li>'
    inner = f'<ul class="children">{one.format(2, "")}</ul>'
    assert shape(read(area(one.format(1, inner)))) == [("1", None, "Awa", "Oui"), ("2", "1", "Awa", "Oui")]


def test_items_without_an_id_are_numbered_by_the_link_that_answers_them_or_counted():
    one = '<li class="comment even thread-even depth-1"><b class="fn">Awa</b><p>Oui</p>{}</li>'
    link = '<a class="comment-reply-link" href="/riz/?replytocom=41#respond">Répondre</a>'
    assert [comment.id for comment in read(area(one.format(link)))] == ["41"]
    assert [comment.id for comment in read(area(one.format("") * 2))] == ["1", "2"]


def test_pingbacks_and_trackbacks_are_kept_with_their_kind():
    link = '<p>Ping : <a href="https://b.example/x" class="url">Un blog</a></p>'
    ping = f'<li class="{{0}} even thread-even depth-1" id="comment-{{1}}">{link}</li>'
    thread = read(area(html5(1) + ping.format("pingback", 2) + ping.format("trackback", 3)))
    assert [comment.kind for comment in thread] == ["comment", "pingback", "trackback"]
    assert shape(thread)[1] == ("2", None, "Un blog", "Ping : Un blog (https://b.example/x)")


def test_a_comment_that_stands_twice_is_dropped_and_counted():
    report = Report()
    thread = read(area(html5(1) + html5(2) + html5(1)), report)
    assert [comment.id for comment in thread] == ["1", "2"]
    assert report.read == 3 == report.kept + sum(report.dropped.values())


def test_items_that_are_not_closed_and_stray_end_tags():
    html = area(html5(1) + html5(2)).replace("</li>", "").replace("</article>", "</a></article></li></li>")
    assert [(comment.id, comment.parent_id) for comment in read(html)] == [("1", None), ("2", None)]


def test_counters_and_icons_of_the_class_are_no_comments():
    thread = read(
        HEAD + '<ul><li class="comment"><a href="/riz/#comments">5</a></li></ul><div class="comment">Avis ?</div>'
    )
    assert len(thread) == 0


def test_one_page_of_several_is_noted():
    link = '<a href="https://journal.example/riz/comment-page-2/#comments">Suivants</a>'
    thread = read(area(html5(1)) + link + link)
    assert thread.notes == ("the comments stand on several pages, of which this is one: it links to page 2",)


def test_5_000_levels():
    levels = 5_000
    start = "".join(
        html5(number, depth=number).removesuffix("</li>") + "<ol class=children>" for number in range(1, levels)
    )
    began = process_time()
    thread = read(area(start))
    assert process_time() - began < 8
    assert thread.depth(str(levels - 1)) == levels - 1


def test_5_000_levels_without_a_part_that_holds_the_text():
    levels = 5_000
    html = "".join(
        f"<li class=comment id=comment-{number}>Oui {number}<ul class=children>" for number in range(1, levels)
    )
    began = process_time()
    thread = read(area(html))
    assert process_time() - began < 8
    assert {comment.text for comment in thread} == {f"Oui {number}" for number in range(1, levels)}


def test_names_far_above_which_no_comment_stands_take_no_square_of_time():
    deep = "<div>" * 3_000 + "<i class=fn>x</i>" * 20_000 + "</div>" * 3_000
    began = process_time()
    assert len(read(area(html5(1)) + deep)) == 1
    assert process_time() - began < 5


@pytest.mark.parametrize(
    "inner",
    [
        "<p>Un</p>\n<p>Deux</p>",
        "<p> Un  deux </p>",
        "<p>Un\ndeux</p>",
        "Un<p>Deux</p>",
        "<p>\xa0Un !</p><p></p><p>\xa0Deux\xa0</p>",
        "<p>Un<!-- x -->deux</p>",
        "<p>Un <b>deux</b></p>",
        "<p><a href='https://a.example'>Un</a></p>",
        "<div>Un</div>",
        "",
    ],
)
def test_the_quick_reading_of_paragraphs_gives_what_the_slow_one_gives(inner):
    node = LexborHTMLParser(f"<section>{inner}</section>").css_first("section")
    assert _paragraphs(node) in (None, text_of(node))


# What pages announce, and why they show nothing


@pytest.mark.parametrize(
    ("title", "count"),
    [
        ("<h2>21 COMMENTAIRES</h2>", 21),
        ("<h3><span>Un commentaire</span></h3>", 1),
        ("<span class=comments__headline> 91 Ergänzungen </span>", 91),
        ("<h2>5 réflexions au sujet de « <span>Le riz</span> »</h2>", 5),
        ("<h2>5 thoughts on “<span>Rice</span>”</h2>", 5),
        ("<h2>38 comments on Rice prices</h2>", 38),
        ("<h2>45 Gedanken zu „<span>Reis</span>“</h2>", 45),
        ("<h3>Se han publicado <span>11</span> comentarios</h3>", 11),
        ("<p>{ <span>38</span> comments… read them below or <a>add one</a> }</p>", 38),
        ("<h2>Commentaires <span>(12)</span></h2>", 12),
        ("<h2>1 234 commentaires</h2>", 1234),
        ("<h2>1,234 Comments</h2>", 1234),
        ("<h2>Aucun commentaire</h2>", 0),
        ("<h2>Commentaires</h2>", None),
        ("<h2>Les 5 commentaires les plus lus</h2>", None),
    ],
)
def test_announced(title, count):
    thread = read(area(html5(1), title))
    assert thread.announced == count


def test_a_reader_who_writes_like_a_heading_announces_nothing():
    assert read(area(html5(1, "<p>3 commentaires</p>"))).announced is None


def test_announced_and_shown_are_compared():
    assert read(area(html5(1), "<h2>3 commentaires</h2>")).notes == ("1 of 3 announced comments are shown",)


@pytest.mark.parametrize(
    ("html", "notes"),
    [
        ("<p class=no-comments>Les commentaires sont fermés.</p>", ["comments are closed"]),
        ("<p>Comments are closed.</p>", ["comments are closed"]),
        ("<p>L’espace des contributions est réservé aux abonnés.</p>", ["comments are for subscribers only"]),
        (
            "<h3>Commentaires via Facebook :</h3><div class=fb-comments></div>",
            ["the comments are loaded by a script of the Facebook plugin, they are not in the page"],
        ),
        (
            "<a href='#disqus_thread'>12 Comments</a><div id=disqus_thread></div>",
            [
                "the comments are loaded by a script of Disqus, they are not in the page",
                "0 of 12 announced comments are shown",
            ],
        ),
        ("<p>Bonjour</p>", ["no comments in it"]),
    ],
)
def test_a_page_without_comments_says_why(html, notes):
    thread = read(HEAD + html)
    assert len(thread) == 0
    assert list(thread.notes) == notes


def test_the_same_headings_are_known_in_pasted_text():
    assert [headings.announced(line) for line in ("91 Ergänzungen", "Keine Kommentare", "Ein Kommentar")] == [91, 0, 1]


# Unknown systems

BLOCK = '<div class="{3}"><span class="pseudo">{0}</span> <span class="date">{1}</span><p>{2}</p>{4}</div>'


def test_blocks_that_are_alike_are_guessed_and_noted():
    inner = BLOCK.format("Issa", "4 mars 2024 à 8h00", "Non", "avis-item", "")
    html = BLOCK.format("Awa", "3 mars 2024 à 9h00", "Oui", "avis-item", inner)
    thread = read(f'{HEAD}<section class="liste avis">{html}</section>')
    assert shape(thread) == [("1", None, "Awa", "Oui"), ("2", "1", "Issa", "Non")]
    assert thread["1"].created_at.isoformat() == "2024-03-03T09:00:00+00:00"
    assert "the system of the page is not known: its comments are guessed from blocks that are alike" in thread.notes


@pytest.mark.parametrize(
    "html",
    [
        # articles, each with a name and a date
        "<section class=reactions>"
        + (
            "<article class=post><h2><a href=/a>Un titre</a></h2>"
            "<b class=author>Awa</b> <i class=date>3 mars 2024</i><p>Chapeau</p></article>"
        )
        * 3
        + "</section>",
        # latest comments beside the article
        "<aside><ul class=comments>"
        + "<li><b class=author>Awa</b> <i class=date>3 mars 2024</i> sur <a href='/riz/#comment-7'>Le riz</a></li>" * 3
        + "</ul></aside>",
        "<ul class='comments list'>"
        + "<li><b class=author>Awa</b> <i class=date>3 mars 2024</i> sur <a href='/riz/#comment-7'>Le riz</a></li>" * 3
        + "</ul>",
        "<div class='widget recent-comments'>"
        + BLOCK.format("Awa", "3 mars 2024", "Oui", "comment", "") * 3
        + "</div>",
        # no dates
        "<div class=comments>" + BLOCK.format("Awa", "", "Oui", "comment", "") * 3 + "</div>",
        "<nav class=forum><ul><li><a href=/forum>Forum</a></li><li>3 mars 2024</li></ul></nav>",
    ],
)
def test_lists_that_are_no_comments(html):
    assert len(read(HEAD + html)) == 0


# Real pages


def truths(shared):
    return {
        name: truth
        for name, truth in json.loads((shared / "fixtures/threads/TRUTH.json").read_text(encoding="utf-8")).items()
        if name.startswith("html-pages/")
    }


@pytest.mark.parametrize(
    "name",
    [
        "netzpolitik.org.abmahnungen",
        "gormulus.wordpress.com.durfen",
        "moritz-meyer.net.vreni",
        "uebermedien.de-Israel",
        "cubadebate.cu-sesiona",
        "lemire.me.json",
        "hearya.com.metal",
        "lapresse.tn.parite",
        "stluciatimes.com-dea",
    ],
)
def test_real_pages(shared: Path, name):
    truth = truths(shared)[f"html-pages/{name}.html"]
    report = Report()
    (thread,) = read_threads(shared / "fixtures/threads/html-pages" / f"{name}.html", report=report)
    assert report.format == "html"
    assert [[c.id, c.parent_id, thread.depth(c.id), c.kind] for c in thread] == truth["parents"]
    assert thread.announced == truth["announced"]
    assert report.read == report.kept + sum(report.dropped.values())
    assert all(comment.text and comment.author for comment in thread)
    assert all(comment.created_at for comment in thread if comment.kind == "comment")


# Any input


SAMPLES = [
    area(html5(1, answers=html5(2, depth=2)) + html5(3, kind="pingback"), "<h2>3 commentaires</h2>"),
    area(XHTML.format(7, "<em>en attente de modération</em>") + TAGDIV.format(8, "A", "B", "")),
    WPDISCUZ.format(7, 0, 1, WPDISCUZ.format(8, 7, 2, "", ""), ""),
    f"<div class=avis>{BLOCK.format('Awa', '3 mars 2024', 'Oui', 'avis-item', '')}</div><div id=disqus_thread>",
]


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.integers(0, 4_000), st.integers(0, 40), st.binary(max_size=12)), max_size=6),
)
def test_no_damage_to_a_page_ends_in_another_error(sample, edits):
    data = sample.encode()
    for at, length, put in edits:
        data = data[:at] + put + data[at + length :]
    report = Report()
    try:
        threads = list(read_threads(io.BytesIO(data), "html", report=report))
    except SourceError:
        return
    assert report.read == report.kept + sum(report.dropped.values())
    assert report.kept == sum(map(len, threads))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_decoded(data):
    assert "\0" not in page.decoded(Source("page", io.BytesIO(data)), Notes())
