"""Pages of systems whose markup is known, as their own templates print them; texts and names are invented."""

import json
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from moderation.threads.draft import Draft
from moderation.threads.pages import drupal, joomla, schema, spip, widgets
from moderation.threads.source import Source

SYSTEMS = (spip, drupal, joomla, widgets, schema)


def read(system, page, title=None):
    """The thread of a page, and its report, whose counts must agree."""
    source = Source.of("", "page.html")
    draft = Draft("page.html", source, title=title)
    assert system.fill(LexborHTMLParser(page), draft) == bool(source.report.read)
    thread = draft.thread()
    report = source.report
    assert report.read == report.kept + sum(report.dropped.values())
    assert report.kept == len(thread)
    return thread


def rows(thread):
    return [(c.id, c.parent_id, c.author, c.text) for c in thread]


def minutes(thread):
    return [c.created_at and f"{c.created_at:%Y-%m-%d %H:%M %z}" for c in thread]


# SPIP


DIST = """
<h2>3 Messages</h2>
<ul class="forum">
<li class="forum-fil">
  <div class="forum-message">
    <div class="forum-chapo">
      <strong class="forum-titre"><a href="#forum501" name="forum501" id="forum501">Enfin de l'eau</a></strong>
      <small>3 mars 2024&nbsp;11:40, par <span class="">Awa Koné</span></small>
    </div>
    <div class="forum-texte"><p>Le forage de <i>Kati</i> marche<small class="fine"> </small>!</p>
      <p class="forum-repondre-message"><a href="spip.php?page=forum&amp;id_forum=501">Répondre à ce message</a></p></div>
  </div>
  <ul><li>
    <div class="forum-message">
      <div class="forum-chapo">
        <strong class="forum-titre"><a href="#forum502" name="forum502" id="forum502">Re : Enfin de l'eau</a></strong>
        <small>4 mars 2024&nbsp;09:05</small></div>
      <div class="forum-texte">ISSA
Et l'entretien ?</div>
    </div>
    <ul><li><div class="forum-message">
      <div class="forum-chapo"><strong class="forum-titre"><a id="forum503">RE: RE : eau</a></strong><small>par Issa</small></div>
      <div class="forum-texte"><ul class="spip"><li>un puisatier</li><li>une caisse</li></ul></div></div></li></ul>
  </li></ul>
</li>
<li class="forum-fil"><div class="forum-message"><div class="forum-chapo"><small>5 mars 10:00, par Ali</small></div>
  <div class="forum-texte"><p>Bravo</p></div></div></li>
</ul>
<ul class="forum previsu"><li class="forum-fil"><div class="forum-message"><div class="forum-texte">Brouillon</div></div></li></ul>
"""


def test_a_forum_of_spip_is_read_with_its_nesting_and_typed_lines_and_without_its_buttons_and_preview():
    thread = read(spip, DIST)
    assert rows(thread) == [
        ("501", None, "Awa Koné", "Le forage de Kati marche !"),
        ("502", "501", None, "ISSA\nEt l'entretien ?"),
        ("503", "502", "Issa", "un puisatier\nune caisse"),
        ("n4", None, "Ali", "Bravo"),
    ]
    assert minutes(thread) == ["2024-03-03 11:40 +0000", "2024-03-04 09:05 +0000", None, None]
    assert thread["502"].addressee == "ISSA"
    assert any("no year" in note and "“5 mars 10:00”" in note for note in thread.notes)


def test_a_title_of_a_reader_is_named_and_that_of_the_page_or_of_an_answer_is_not():
    assert any("title" in note and "1 comment" in note and "Enfin" in note for note in read(spip, DIST).notes)
    assert not any("title" in note for note in read(spip, DIST, title="Enfin de l'eau - Le Puits").notes)


PLUGIN = """
<div class="comments-list comments-thread comments-thread-1"><ul class="comments-ul">
<li class="comment-li odd first"><div class="comment hreview">
  <a href="#comment31" name="comment31" id="comment31"></a><a name="forum31" id="forum31"></a>
  <p class="comment-meta"><a rel="bookmark" href="#forum31" class="permalink">1.</a>
  <abbr class="dtreviewed" title="2024-03-05T10:15:00Z">Le 5 mars à 10:15</abbr><span class="reviewer vcard">, par
  <a class="url spip_out" href="https://awa.example/"><strong class="forum-qui-31 fn n">Awa</strong></a></span></p>
  <div class="comment-content description"><div class="comment-texte">Oui</div></div></div>
  <ul class="comments-ul"><li class="comment-li"><div class="comment hreview"><a id="comment32"></a>
    <p class="comment-meta"><abbr class="dtreviewed" title="2024-03-06T10:15:00Z">Le 6 mars</abbr>
    <span class="item">En réponse à : <a class="url fn" href="/a1">Un article</a></span></p>
    <div class="comment-content">Non</div></div></li>
  <li class="comment-li"><div class="comment hreview"><a id="comment33"></a><p class="comment-meta">
    <a rel="in-reply-to" class="permalink in-reply-to" href="#forum32">^</a>
    <abbr class="dtreviewed" title="2024-03-07T10:15:00Z">Le 7 mars</abbr></p>
    <div class="comment-content">Si</div></div></li></ul>
</li></ul></div>
"""


def test_the_comments_plugin_of_spip_says_its_dates_exactly_and_whom_an_answer_answers():
    thread = read(spip, PLUGIN)
    assert rows(thread) == [("31", None, "Awa", "Oui"), ("32", "31", None, "Non"), ("33", "32", None, "Si")]
    assert minutes(thread) == [f"2024-03-0{day} 10:15 +0000" for day in (5, 6, 7)]
    assert any("two levels" in note for note in thread.notes)


def test_lefaso_has_two_levels_and_a_line_with_number_date_and_author():
    message = "<div class=forum-message><div class=forum-chapo>{}</div><div class=ugccmt-commenttext>{}</div></div>"
    page = (
        "<ul id=navforum class=forum><li>"
        + message.format(
            "<strong class=forum-titre><a>1.</a></strong> <font>Le 12 mars 2023 à 10:15, par Sid</font>", "<p>Bravo"
        )
        + "<ul><li>"
        + message.format("Le 29 septembre 2023 08:59, par Yaaba En réponse à : Sid", "Merci")
        + "</ul></ul>"
    )
    thread = read(spip, page)
    assert rows(thread) == [("1", None, "Sid", "Bravo"), ("2", "1", "Yaaba", "Merci")]
    assert minutes(thread) == ["2023-03-12 10:15 +0000", "2023-09-29 08:59 +0000"]
    assert not any("title" in note for note in thread.notes)


def zcore(number, answers=""):
    return f"""<li class="comment-item"><article class="comment comment-message"><header class="comment-meta">
      <strong class="comment-titre"><a href="#forum{number}" id="forum{number}">Le puits</a></strong>
      <abbr class="date" title="2024-03-0{number}T10:15:00Z">Le {number} mars à 10:15</abbr>
      <span class="comment-author vcard"><span class="sep">,</span> par <strong class="fn n">Awa</strong></span></header>
      <section class="comment-content"><div class="comment-texte"><p>Oui [1]</p></div>
      <div class="comment-notes">[1] enfin</div><p class="comment-reply"><a href="#f">Répondre à ce message</a></p>
      </section></article>{answers and f"<ul class=comments-items>{answers}</ul>"}</li>"""


def test_messages_of_a_newer_template_of_spip_keep_their_nesting_and_their_notes():
    page = f"<h2>4 Messages</h2><ul class=comments-items>{zcore(1, zcore(2, zcore(3)))}{zcore(4)}</ul>"
    thread = read(spip, page)
    assert rows(thread) == [
        ("1", None, "Awa", "Oui [1]\n\n[1] enfin"),
        ("2", "1", "Awa", "Oui [1]\n\n[1] enfin"),
        ("3", "2", "Awa", "Oui [1]\n\n[1] enfin"),
        ("4", None, "Awa", "Oui [1]\n\n[1] enfin"),
    ]
    assert minutes(thread)[3] == "2024-03-04 10:15 +0000"
    assert thread.announced == 4


def test_an_old_template_of_spip_puts_answers_to_answers_into_a_list_of_their_own():
    message = """<li><div class=forum-fil><div class=forum><a name=forum{0}></a><div class=forum-chapo>
      <div class=forum-titre>Le puits</div>{0} mars 2013, par <strong>Awa</strong></div>
      <div class=forum-item><p>Oui {0}</p><div class=forum-repondre-message><a>Répondre</a></div></div></div>"""
    page = f"<ul>{message.format(1)}<ul>{message.format(2)}</ul><ul>{message.format(3)}</ul></div></li></ul>"
    thread = read(spip, page)
    assert rows(thread) == [("1", None, "Awa", "Oui 1"), ("2", "1", "Awa", "Oui 2"), ("3", "1", "Awa", "Oui 3")]
    assert minutes(thread)[1] == "2013-03-02 00:00 +0000"
    assert any("two levels" in note for note in thread.notes)


def test_a_line_of_spip_in_a_heading_says_date_and_author_and_the_title_is_named():
    page = """<h3>2 messages - <a href="/a">Retour à l'article</a></h3><ul class=forum><li><a name=forum7></a>
      <div class=forum-message><h3>Enfin</h3><h4>le 3 mars 2024 à 10:15, par Awa</h4><div class=forum-texte>Oui</div>
      <h4 class=repondre><a>Répondre à ce message</a></h4></div></li></ul>"""
    thread = read(spip, page)
    assert rows(thread) == [("7", None, "Awa", "Oui")]
    assert minutes(thread) == ["2024-03-03 10:15 +0000"]
    assert thread.announced == 2
    assert any("“Enfin”" in note for note in thread.notes)


@pytest.mark.parametrize(
    "page",
    [
        "<div class=comment-texte>Oui</div>",
        "<div class=forum-item><div class=forum-chapo>Politique</div>Sujet du jour</div>",
        "<ul><li class=comment><div class=comment-content>Oui</div></ul>",
    ],
)
def test_a_class_that_other_systems_have_too_does_not_show_spip(page):
    assert not read(spip, page)


def test_messages_of_spip_that_stand_in_no_list_item_of_their_own_are_told_apart():
    message = "<div class=forum-message id=forum{}><div class=forum-texte>Oui {}</div></div>"
    page = "<ul><li>" + message.format(1, 1) + message.format(2, 2) + "</ul>"
    assert rows(read(spip, page)) == [("1", None, None, "Oui 1"), ("2", None, None, "Oui 2")]


def shown(shared, name, system):
    folder = shared / "fixtures" / "threads"
    truth = json.loads((folder / "TRUTH.json").read_text())[f"html-pages/{name}"]
    return read(system, (folder / "html-pages" / name).read_text()), truth


def assert_said(thread, truth):
    assert [comment.author for comment in thread] == truth["authors"]
    for comment, start in zip(thread, truth["starts"], strict=True):
        assert "".join(comment.text.split()).startswith("".join(start.split()))


def test_the_real_forum_of_a_french_newspaper_is_read(shared):
    thread, truth = shown(shared, "blog.mondediplo.net.turpitude.html", spip)
    assert [[c.id, c.parent_id] for c in thread] == [row[:2] for row in truth["parents"]]
    assert_said(thread, truth)
    assert thread["226856"].addressee == "CINDY CATS"
    assert minutes(thread)[0] == "2018-06-22 11:13 +0000"
    assert None not in minutes(thread)


# Drupal


def test_a_real_page_of_drupal_is_read_with_the_answers_that_it_indents(shared):
    thread, truth = shown(shared, "hpd.de-Homosexuellenhass.html", drupal)
    assert [comment.id for comment in thread] == [row[0] for row in truth["parents"]]
    assert_said(thread, truth)
    assert {c.id: c.parent_id for c in thread if c.parent_id} == {
        "82811": "82784",
        "82822": "82811",
        "82837": "82822",
        "82812": "82798",
        "82825": "82812",
    }
    assert minutes(thread)[0] == "2023-10-18 13:11 +0200"


def seven(number, byline, text, parent=""):
    reply = f'<span rel="sioc:reply_of" resource="/comment/{parent}#comment-{parent}"></span>' if parent else ""
    return (
        f'<a id="comment-{number}"></a><article class="comment clearfix" typeof="sioc:Post sioct:Comment">'
        f'<header><h3><a href="/comment/{number}#comment-{number}" class="permalink">{text[:9]}</a></h3>'
        f'<p class="submitted">{byline}</p></header>'
        f'<span rel="sioc:reply_of" resource="/article/eau-24"></span>{reply}'
        f'<div class="field field-name-comment-body"><div class="field-item">{text}</div></div>'
        '<ul class="links inline"><li class="comment_reply"><a>Répondre</a></li></ul></article>'
    )


def test_answers_of_drupal_stand_after_the_comment_and_not_in_it():
    page = (
        seven(7, "Par Awa (non vérifié), le mercredi 15 mai 2019 à 08h07", "<p>Le riz est cher</p>")
        + "<div class=indented>"
        + seven(9, "Soumis par Jean le Grand le 16/05/2019 - 09:00", "Oui", 7)
        + seven(8, "ven, 17/05/2019 - 10:00 — Ali", "Trop")
        + "<div class=indented>"
        + seven(12, "Par Oumar", "Non")
        + "</div></div>"
        + seven(
            10,
            '<span property="dc:date" content="2019-05-18T10:00:00+02:00"><b class=username>Fanta</b> on</span>',
            "Fin",
        )
    )
    thread = read(drupal, page)
    assert rows(thread) == [
        ("7", None, "Awa", "Le riz est cher"),
        ("9", "7", "Jean le Grand", "Oui"),
        ("8", "7", "Ali", "Trop"),
        ("12", "8", "Oumar", "Non"),
        ("10", None, "Fanta", "Fin"),
    ]
    assert minutes(thread) == [
        "2019-05-15 08:07 +0000",
        "2019-05-16 09:00 +0000",
        "2019-05-17 10:00 +0000",
        None,
        "2019-05-18 10:00 +0200",
    ]
    assert not any("title" in note for note in thread.notes)


EIGHT = """
<article id="comment-4" class="comment js-comment by-anonymous"><mark class="hidden" data-comment-timestamp="1714900000"></mark>
 <footer class="comment__meta"><p class="comment__author">Awa</p><p class="comment__time">dim, 05/05/2024 - 09:06</p>
 <p class="comment__permalink"><a href="/comment/4#comment-4">Permalien</a></p></footer>
 <div class="comment__content"><h3><a href="/comment/4#comment-4">Le riz</a></h3>
  <div class="field field--name-comment-body"><p>Trop cher</p></div><ul class="links inline"><li>Répondre</li></ul></div></article>
<div class="indented">
<article class="comment js-comment comment--unpublished">
 <footer class="comment__meta"><p class="comment__submitted">Soumis par <span>Ali</span> le 6 mai 2024</p>
 <p class="parent visually-hidden">En réponse à <a href="/comment/4#comment-4" class="permalink">Le riz</a> par Awa</p>
 <a href="/comment/5#comment-5" class="permalink">Permalien</a></footer>
 <div class="content"><div class="field field--name-comment-body">Non</div></div></article></div>
"""


def test_a_comment_of_drupal_8_says_its_parent_in_a_hidden_line_and_that_it_waits_by_its_class():
    thread = read(drupal, EIGHT)
    assert rows(thread) == [("4", None, "Awa", "Trop cher"), ("5", "4", "Ali", "Non")]
    assert [comment.status for comment in thread] == [None, "held"]
    assert minutes(thread) == ["2024-05-05 09:06 +0000", "2024-05-06 00:00 +0000"]
    assert any("last change" in note for note in thread.notes)


def test_a_second_page_of_drupal_that_begins_with_answers_says_so_or_names_their_comment():
    page = "<div class=indented>" + seven(21, "Par Awa", "Si", 7) + seven(22, "Par Ali", "Non") + "</div>"
    thread = read(drupal, page)
    assert [comment.parent_id for comment in thread] == ["7", None]
    assert thread.orphans == ("21",)
    assert any("another page" in note and "22" in note and "21" not in note for note in thread.notes)


def test_answers_that_a_theme_puts_into_the_comment_answer_it_and_no_id_is_given_twice():
    comment = '{}<div class="comment js-comment"><div class="comment__content">{}</div>{}</div>'
    inner = '<div class="indented">' + comment.format("", "Non", "") + "</div>"
    page = comment.format("<a id=comment-7></a>", "Oui", "") + comment.format("<a id=comment-8></a>", "Si", inner)
    assert rows(read(drupal, page)) == [("7", None, None, "Oui"), ("8", None, None, "Si"), ("n3", "8", None, "Non")]


def test_a_name_stands_beside_a_date_of_its_own():
    thread = read(drupal, seven(7, 'Par Awa le <time datetime="2024-05-05T10:00:00Z">5 mai</time>', "Oui"))
    assert rows(thread) == [("7", None, "Awa", "Oui")]
    assert minutes(thread) == ["2024-05-05 10:00 +0000"]


@pytest.mark.parametrize(
    "line",
    [
        "<p class=comment__author>Par <span>Awa</span> le 3 mars 2024 - 10:15</p>",
        "<p class=comment__author>Commentaire de <span>Awa</span> le 3 mars 2024 - 10:15</p>",
        "<p class=comment__author><b>Awa</b> a écrit le 3 mars 2024 à 10:15</p>",
        "<p class=comment__author>Awa dit :</p><time>3 mars 2024 - 10:15</time>",
        "<p class=comment__author><a href=/c>Permalien</a> Soumis par Awa (non vérifié) le 3 mars 2024 - 10:15</p>",
        """<p class=comment__author><a>Permalien</a> Soumis par <span rel=schema:author>Awa (non vérifié)</span>
        dim 03/03/2024 - 10:15 <span property=schema:dateCreated content=2024-03-03T10:15:00+00:00></span></p>""",
    ],
)
def test_a_whole_line_that_a_theme_of_drupal_marks_as_the_author_is_no_name(line):
    thread = read(
        drupal, f'<article class="comment js-comment" id=comment-7>{line}<div class=comment__content>Oui</div>'
    )
    assert rows(thread) == [("7", None, "Awa", "Oui")]
    assert minutes(thread) == ["2024-03-03 10:15 +0000"]


@pytest.mark.parametrize("more", ["", "<div class=indented>Un encart</div>", "<a id=comment-7></a>"])
def test_what_only_looks_like_a_comment_is_not_read_as_one_of_drupal(more):
    assert not read(drupal, more + "<div class=comment><div class=content>Bravo</div></div>")


def test_a_page_of_drupal_6_has_its_ids_before_its_comments():
    comment = (
        '<a id="comment-{0}"></a><div class="comment odd"><h3><a href="/node/1#comment-{0}" class="active">{3}</a></h3>'
        '<div class="submitted">{1} — {2}</div><div class="content"><p>{3} !</p></div>'
        '<div class="links"><ul class="links"><li class="comment_reply first"><a>répondre</a></li></ul></div></div>'
    )
    page = comment.format(7, "ven, 03/12/2010 - 10:00", "Awa", "Oui") + comment.format(
        8, "3 décembre 2010", "Ali", "Non"
    )
    thread = read(drupal, page)
    assert rows(thread) == [("7", None, "Awa", "Oui !"), ("8", None, "Ali", "Non !")]
    assert minutes(thread) == ["2010-12-03 10:00 +0000", "2010-12-03 00:00 +0000"]


# Joomla


def jcomment(number, author, text, inner=""):
    return (
        f'<div class="comment even" id="comment-item-{number}"><div class="rbox">'
        f'<a class="comment-anchor" id="comment-{number}">#1</a>'
        f'<span class="comment-author">{author}</span> <span class="comment-date">2024-05-05 10:00</span>'
        f'<div class="comment-body" id="comment-body-{number}">{text}</div>'
        f'<span class="comments-vote"><span class="vote-good">+3</span></span>'
        f'<span class="comments-buttons">Citer</span></div>{inner}</div>'
    )


def test_answers_of_jcomments_stand_in_a_list_that_names_the_comment():
    page = (
        '<ul class="jcomments-latest"><li><div class="comment rounded">Autre article</div></li></ul>'
        '<div class="comments-list" id="comments-list-0">'
        + jcomment(5, "Awa", "Oui")
        + '<div class="comments-list-child" id="comments-list-5">'
        + jcomment(6, "Ali", "Non")
        + '<div class="comments-list-child" id="comments-list-6">'
        + jcomment(8, "Awa", "Si")
        + "</div>"
        + jcomment(9, "Oumar", "Bof")
        + "</div>"
        + jcomment(7, "Fanta", "Fin")
        + "</div>"
    )
    thread = read(joomla, page)
    assert rows(thread) == [
        ("5", None, "Awa", "Oui"),
        ("6", "5", "Ali", "Non"),
        ("8", "6", "Awa", "Si"),
        ("9", "5", "Oumar", "Bof"),
        ("7", None, "Fanta", "Fin"),
    ]
    assert minutes(thread)[0] == "2024-05-05 10:00 +0000"
    assert [comment.likes for comment in thread] == [None] * 5  # votes are those for less those against


def test_answers_to_a_comment_of_jcomments_that_is_on_another_page_name_it():
    page = (
        jcomment(3, "Fanta", "Fin")
        + '<div class="comments-list-child" id="comments-list-5">'
        + jcomment(6, "Ali", "Non")
    )
    assert read(joomla, page).orphans == ("6",)


def test_newer_jcomments_keep_the_list_of_answers_in_the_comment():
    inner = '<div class="comments-list-child" id="comments-list-5">' + jcomment(6, "Ali", "Non") + "</div>"
    assert rows(read(joomla, jcomment(5, "Awa", "Oui", inner))) == [("5", None, "Awa", "Oui"), ("6", "5", "Ali", "Non")]


def test_answers_of_komento_name_their_comment_in_a_flat_list():
    item = (
        '<li id="kmt-{}" parentid="kmt-{}"><div><span class=kmt-author>{}</span><div class=kmt-body>{}</div></div></li>'
    )
    page = "<ul>" + item.format(3, 0, "Awa", "Oui") + item.format(5, 3, "Ali", "Non") + "</ul>"
    assert rows(read(joomla, page)) == [("3", None, "Awa", "Oui"), ("5", "3", "Ali", "Non")]


def test_the_date_of_komento_stands_among_its_buttons_and_its_class_says_that_it_waits():
    page = """<ul><li id=kmt-3 class="kmt-item kmt-unpublished" parentid=kmt-0><div class=kmt-head>
      <span class=author-kmt itemprop=creator>Awa</span></div><div class=kmt-body><div class=kmt-text>Oui</div>
      <span class=kmt-info>Modifié par Awa</span></div><div class=kmt-control><span class=kmt-time>
      <time datetime=2014-05-03T09:58:29+00:00>il y a un an</time></span><b class=kmt-like-counter>2</b>
      <span class=kmt-reply-wrap>Répondre</span></div></li></ul>"""
    thread = read(joomla, page)
    assert rows(thread) == [("3", None, "Awa", "Oui")]
    assert minutes(thread) == ["2014-05-03 09:58 +0000"]
    assert (thread["3"].status, thread["3"].likes) == ("held", 2)


def komento(number, parent, answers="", more="", state=""):
    return f"""<div class="kt-comments__item {state}" data-kt-comment-item data-id={number} data-parentid=kmt-{parent}>
      <div class=kt-comment><div class=kt-comment__hd><a id=comment-{number}></a><div class=kt-reply-to>
      <a href=/profil>Awa {number}</a>{more}</div><time itemprop=dateCreated datetime=2018-03-0{number}T10:15:00Z>il y a
      3 ans</time><div class=kt-comment-minimize>Réduit par un modérateur</div></div><div itemprop=text>
      <div class=kt-comment-message>Oui</div><span class=kt-edited-info>Modifié par Awa</span><span itemprop=creator>
      <span itemprop=name>Awa {number}</span></span></div><div class=kt-comment__ft><span data-kt-likes-counter>{number}
      </span><a>Répondre</a>{answers}</div></div></div>"""


def test_newer_komento_names_the_comment_that_is_answered_wherever_the_answer_stands():
    to = "<i></i><a href=/profil>Awa 1</a>"
    inside = komento(1, 0, komento(2, 1, more=to)) + komento(3, 0, state="is-pending")
    after = komento(1, 0) + "<div data-kt-replies-container>" + komento(2, 1, more=to) + "</div>" + komento(3, 0)
    expected = [("1", None, "Awa 1", "Oui"), ("2", "1", "Awa 2", "Oui"), ("3", None, "Awa 3", "Oui")]
    assert rows(read(joomla, inside)) == rows(read(joomla, after)) == expected
    thread = read(joomla, inside)
    assert minutes(thread)[1] == "2018-03-02 10:15 +0000"
    assert [comment.status for comment in thread] == [None, None, "held"]
    assert [comment.likes for comment in thread] == [1, 2, 3]


def test_the_latest_comments_in_a_margin_are_none_of_the_page():
    assert not read(
        joomla, '<ul class="jcomments-latest"><li><div class="comment rounded">Autre article</div></li></ul>'
    )


# Widgets


def test_disqus_nests_its_posts_in_lists():
    post = (
        '<li class="post" id="post-{0}"><div data-role="post-content" class="post-content"><header><span class="post-byline">'
        '<span class="author"><a href="https://disqus.example/by/x">{1}</a></span></span>{2}'
        '<a href="https://x.example/a#comment-{0}" class="time-ago" title="mardi 5 mars 2024 10:00">il y a 2 ans</a></header>'
        '<div class="post-message"><p>{3}</p></div><a class="vote-up"><span data-role="likes">{4}</span></a></div>'
        '<ul class="children" data-role="children">{5}</ul></li>'
    )
    link = '<a href="#comment-11" class="parent-link">Awa</a>'
    inner = post.format(12, "Ali", link, "Non", "", "")
    page = (
        '<div id="posts"><ul>'
        + post.format(11, "Awa", "", "Oui", 4, inner)
        + post.format(13, "Fanta", "", "Fin", 0, "")
        + "</ul></div>"
    )
    thread = read(widgets, page)
    assert rows(thread) == [("11", None, "Awa", "Oui"), ("12", "11", "Ali", "Non"), ("13", None, "Fanta", "Fin")]
    assert minutes(thread) == ["2024-03-05 10:00 +0000"] * 3
    assert [comment.likes for comment in thread] == [4, None, 0]


def test_a_list_of_articles_is_not_taken_for_posts_of_disqus():
    assert not read(widgets, '<ul><li class="post" id="post-12"><h2>Le prix du riz</h2></li></ul>')


def test_the_copy_of_disqus_for_search_engines_has_no_ids_dates_and_answers():
    page = (
        '<div class="comment">Un encart</div><div class="d-noscript-comments"><div class="comment">'
        '<div class="comment-author">Awa</div><div class="comment-body">ISSA\nOui &lt;b&gt;</div></div>'
        '<div class="comment"><div class="comment-author"></div><div class="comment-body">Non</div></div></div>'
    )
    thread = read(widgets, page)
    assert rows(thread) == [("1", None, "Awa", "ISSA\nOui <b>"), ("2", None, None, "Non")]
    assert thread["1"].addressee == "ISSA"
    assert any("copy" in note for note in thread.notes)


def test_a_real_copy_of_disqus_is_read(shared):
    thread, truth = shown(shared, "toptal.com.python.html", widgets)
    assert len(thread) == truth["comments_shown"]
    assert_said(thread, truth)


def test_isso_says_which_comments_wait_and_which_were_deleted():
    comment = (
        "<div class='isso-comment' id='isso-{0}'><div class='isso-text-wrapper'><div class='isso-comment-header'>"
        "<span class='isso-author'>{1}</span><a class='isso-permalink' href='#isso-{0}'>"
        "<time datetime='2024-05-05T10:00:00.000Z'>hier"
        "</time></a><span class='isso-note'>{2}</span></div><div class='isso-text'><p>{3}</p></div>"
        "<div class='isso-comment-footer'><a class='isso-reply'>Répondre</a></div></div><div class='isso-follow-up'>{4}</div></div>"
    )
    inner = comment.format(2, "Ali", "En attente", "Non", "") + comment.format(3, "Anonyme", "Supprimé", "&nbsp;", "")
    thread = read(widgets, comment.format(1, "Awa", "", "Oui", inner))
    assert rows(thread) == [("1", None, "Awa", "Oui"), ("2", "1", "Ali", "Non"), ("3", "1", "Anonyme", "")]
    assert [comment.status for comment in thread] == [None, "held", "deleted"]
    assert minutes(thread) == ["2024-05-05 10:00 +0000"] * 3


def test_remark42_nests_threads_around_comments():
    comment = (
        '<article class="comment" id="remark42__comment-{}"><div class="comment__info">'
        '<button class="comment__username">{}</button>'
        '<a class="comment__time" href="#">05/03/2024 à 10:00</a></div><div class="comment__body">'
        '<div class="comment__text">{}</div>'
        '<div class="comment__actions">Répondre</div></div></article>'
    )
    thread = '<div role="listitem list">{}</div>'
    first = comment.format("a-1", "Awa", "Oui") + thread.format(comment.format("b-2", "Ali", "Non")) * 1
    second = thread.format(comment.format("c-3", "Fanta", "Si"))
    page = thread.format(first + second) + thread.format(comment.format("d-4", "Oumar", "Fin"))
    found = read(widgets, page)
    assert rows(found) == [
        ("a-1", None, "Awa", "Oui"),
        ("b-2", "a-1", "Ali", "Non"),
        ("c-3", "a-1", "Fanta", "Si"),
        ("d-4", None, "Oumar", "Fin"),
    ]
    assert minutes(found)[0] == "2024-03-05 10:00 +0000"


def test_commento_prints_dates_as_javascript_does():
    card = (
        '<div class="commento-card" id="commento-comment-card-{0}"><div class="commento-header">'
        '<div class="commento-name">{1}</div>'
        '<div class="commento-timeago" title="Tue Mar 05 2024 10:00:00 GMT+0100 (heure normale)">il y a 2 ans</div></div>'
        '<div><div class="commento-body"><div id="commento-comment-text-{0}"><p>{2}</p></div></div><div>{3}</div></div></div>'
    )
    thread = read(widgets, card.format("aa01", "Awa", "Oui", card.format("bb02", "Ali", "Non", "")))
    assert rows(thread) == [("aa01", None, "Awa", "Oui"), ("bb02", "aa01", "Ali", "Non")]
    assert minutes(thread) == ["2024-03-05 10:00 +0100"] * 2


def test_artalk_names_whom_an_answer_answers_where_it_nests_no_deeper():
    comment = (
        '<div class="atk-comment-wrap"><div class="atk-comment" id="atk-comment-{0}"><div class="atk-main"><div class="atk-header">'
        '<span class="atk-nick"><a href="https://a.example/">{1}</a></span>{2}'
        '<span class="atk-date" data-atk-comment-date="1709632800000">'
        '</span></div><div class="atk-body"><div class="atk-content">{3}</div></div><div class="atk-actions">Répondre</div>'
        '<div class="atk-comment-children">{4}</div></div></div></div>'
    )
    to = '<span class="atk-reply-at"><span class="atk-nick">Fanta</span></span>'
    thread = read(widgets, comment.format(7, "Awa", "", "Oui", comment.format(9, "Ali", to, "Non", "")))
    assert rows(thread) == [("7", None, "Awa", "Oui"), ("9", "7", "Ali", "Non")]
    assert thread["9"].addressee == "Fanta"
    assert minutes(thread) == ["2024-03-05 10:00 +0000"] * 2


# schema.org


def linked(data):
    return f'<script type="application/ld+json">{data if isinstance(data, str) else json.dumps(data)}</script>'


def said(text, **more):
    return {"@type": "Comment", "text": text, **more}


def test_json_ld_holds_comments_at_any_depth_and_their_count():
    answer = said(
        "Non\nsi", author="Ali", dateCreated="2024-05-06T10:00:00Z", **{"@id": "https://x.example/a#comment-9"}
    )
    first = said(
        "Le riz &amp; l'eau",
        author=[{"name": "Awa"}],
        upvoteCount="3",
        url="https://x.example/a#comment-7",
        comment=answer,
    )
    gone = said(
        "",
        creativeWorkStatus="Deleted",
        interactionStatistic={"interactionType": "LikeAction", "userInteractionCount": 2},
    )
    article = {"@type": "NewsArticle", "author": {"name": "La rédaction"}, "commentCount": 21, "comment": [first, gone]}
    page = linked({"@graph": [{"@type": "WebSite"}, article]})
    thread = read(schema, page)
    assert rows(thread) == [("7", None, "Awa", "Le riz & l'eau"), ("9", "7", "Ali", "Non\nsi"), ("n3", None, None, "")]
    assert [comment.likes for comment in thread] == [3, None, 2]
    assert [comment.status for comment in thread] == [None, None, "deleted"]
    assert minutes(thread) == [None, "2024-05-06 10:00 +0000", None]
    assert schema.count(LexborHTMLParser(page)) == 21


@pytest.mark.parametrize(
    ("item", "parent"),
    [
        ({"@id": "#a"}, "#a"),
        ("#a", "#a"),
        ({"@type": "Comment", "url": "https://x.example/p#comment-5"}, "5"),
        ({"@type": "Comment", "@id": "#z"}, "#z"),
        ({"@type": "Article", "@id": "https://x.example/p"}, None),
        (None, None),
    ],
)
def test_the_item_that_a_comment_answers_is_a_comment_or_the_article(item, parent):
    page = linked([said("Oui", **{"@id": "#a"}), said("Non", parentItem=item, **{"@id": "#b"})])
    assert rows(read(schema, page)) == [("#a", None, None, "Oui"), ("#b", parent, None, "Non")]


def test_a_comment_that_is_only_named_under_another_answers_it():
    page = linked({"@graph": [said("Oui", **{"@id": "#a", "comment": [{"@id": "#b"}]}), said("Non", **{"@id": "#b"})]})
    assert rows(read(schema, page)) == [("#a", None, None, "Oui"), ("#b", "#a", None, "Non")]


def test_an_address_that_all_comments_share_is_no_id():
    page = linked(
        {
            "@type": "Article",
            "comment": [said("Oui", url="https://x.example/p", comment=[said("Non", url="https://x.example/p")])],
        }
    )
    assert rows(read(schema, page)) == [("1", None, None, "Oui"), ("2", "1", None, "Non")]


def test_answers_of_a_question_are_comments():
    answers = {
        "acceptedAnswer": {"@type": "Answer", "text": "Oui"},
        "suggestedAnswer": [{"@type": "Answer", "text": "Non"}],
    }
    page = linked({"@type": "QAPage", "mainEntity": {"@type": "Question", "text": "Où ?", "answerCount": 5, **answers}})
    assert [comment.text for comment in read(schema, page)] == ["Oui", "Non"]
    assert schema.count(LexborHTMLParser(page)) == 5


def test_broken_json_ld_is_read_as_far_as_it_goes_and_said_to_be_broken():
    cut = {"@type": "Comment", "author": "Awa", "text": "Si"}
    whole = json.dumps({"@type": "Article", "comment": [said("Oui"), said("Non"), cut]}, ensure_ascii=False)
    thread = read(
        schema, linked(whole[: whole.index("Si")]) + linked("") + linked("<!-- " + json.dumps([said("Fin")]) + " -->")
    )
    assert [comment.text for comment in thread] == ["Oui", "Non", "Fin"]
    assert any("broken" in note for note in thread.notes)
    assert [c.text for c in read(schema, linked('[{"@type": "Comment", "text": "Oui\nnon"}]'))] == ["Oui non"]
    assert [
        c.author for c in read(schema, linked(r'[{"@type": "Comment", "text": "Oui", "author": "Awa \ud83d"}]'))
    ] == ["Awa \ufffd"]
    assert not read(schema, linked("9" * 5000))


def test_attributes_of_a_page_hold_comments():
    page = """
    <article itemscope itemtype="https://schema.org/Article"><meta itemprop="interactionCount" content="UserComments:8">
    <div itemprop="comment" itemscope itemtype="https://schema.org/Comment" id="comment-7"><span itemprop="author" itemscope>
     <b itemprop="name">Awa</b></span><time itemprop="dateCreated" datetime="2024-05-05T10:00:00Z">hier</time>
     <div itemprop="text"><p>Oui</p></div><meta itemprop="upvoteCount" content="3">
     <div itemprop="comment" itemscope itemtype="https://schema.org/Comment"><meta itemprop="author" content="Ali">
      <div itemprop="comment">Non</div></div></div>
    <div itemscope itemtype="http://schema.org/UserComments"><link itemprop="parentItem" href="/a#comment-7">
     <link itemprop="url" href="/a#comment-9"><div itemprop="commentText">Si</div></div></article>
    """
    thread = read(schema, page)
    assert rows(thread) == [("7", None, "Awa", "Oui"), ("n2", "7", "Ali", "Non"), ("9", "7", None, "Si")]
    assert thread["7"].likes == 3
    assert minutes(thread)[0] == "2024-05-05 10:00 +0000"
    assert schema.count(LexborHTMLParser(page)) == 8


def test_a_text_that_alone_is_marked_as_a_comment_is_read():
    page = "<div itemprop=comment><p>Oui</div><div itemprop=comment>Non</div>"
    assert [comment.text for comment in read(schema, page)] == ["Oui", "Non"]
    assert schema.count(LexborHTMLParser(page)) == 2


@pytest.mark.parametrize(
    "page", ["", "<p>Bonjour", linked({"@type": "Article", "commentCount": "x"}), linked([1, None, "a"])]
)
def test_metadata_without_comments_count_none(page):
    assert schema.count(LexborHTMLParser(page)) is None
    assert not read(schema, page)


# All


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("page", ["", "<p>Un article", "<ol class=comment-list><li class=comment id=comment-1><p>Oui"])
def test_another_page_gives_nothing(system, page):
    assert not read(system, page)


DEEP = {
    "spip": "<li><div class=forum-message id=forum{0}><div class=forum-texte>Oui</div></div><ul>",
    "drupal": "<a id=comment-{0}></a><div class='comment js-comment'><p class=content>Oui</div><div class=indented>",
    "joomla": "<div id=comment-item-{0}><p class=comment-body>Oui</p></div><div class=comments-list-child id=comments-list-{0}>",
    "widgets": "<div class=isso-comment id=isso-{0}><div class=isso-text>Oui</div><div class=isso-follow-up>",
    "schema": "<div itemscope itemtype='http://schema.org/Comment' id=comment-{0}><p itemprop=text>Oui</p>",
}


@pytest.mark.parametrize(("system", "comment"), DEEP.items())
def test_five_thousand_levels_are_read(system, comment):
    thread = read(
        import_module(f"moderation.threads.pages.{system}"), "".join(comment.format(n) for n in range(1, 5001))
    )
    assert thread.depth("5000") == 5000
    assert thread["5000"].text == "Oui"


def test_five_thousand_levels_of_json_ld_are_read():
    page = linked('{"@type":"Comment","text":"Oui","comment":[' * 5000 + "]}" * 5000)
    assert read(schema, page).depth("5000") == 5000
    assert schema.count(LexborHTMLParser(page)) == 5000


HOSTILE = [
    (drupal, "<div class='comment js-comment'><div class=parent>"),
    (drupal, "<div class='comment js-comment'><div class=username><div class=submitted>"),
    (spip, "<div class=forum-message><div class=forum-chapo><b class=forum-titre>"),
    (widgets, "<div class=isso-comment><div class=isso-text><span class=isso-author>"),
]


@pytest.mark.parametrize(("system", "part"), HOSTILE)
def test_hostile_nesting_is_read(system, part):
    """A step that took the square of the depth would look at 16 million elements; the parser itself does, so it is no deeper."""
    draft = Draft("page", Source.of(""))
    assert system.fill(LexborHTMLParser(part * 4000), draft)
    assert len(draft) > 0


SAMPLES = [
    DIST,
    PLUGIN,
    EIGHT,
    seven(1, "Par Awa", "Oui", 2),
    jcomment(1, "Awa", "Oui"),
    linked([said("Oui", comment=[said("Non")])]),
]


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(SAMPLES),
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 40), st.text(max_size=8)), max_size=6),
)
def test_any_change_of_a_page_is_read_or_passed_over_with_its_counts_agreeing(page, changes):
    for at, length, text in changes:
        page = page[:at] + text + page[at + length :]
    page = page.encode(errors="replace").decode()
    for system in SYSTEMS:
        read(system, page)
    schema.count(LexborHTMLParser(page))
