"""Themes of WordPress whose markup differs from that of its own walkers: an answer under a comment, and one beside."""

import io
import json

import pytest

from moderation.threads import Report, read_threads

WHEN = "1 mars 2024 à 8 h 00 min"
TIME = f'<time datetime="2024-03-01T08:00:00+00:00">{WHEN}</time>'
REPLY = '<a class="comment-reply-link" href="#respond">Répondre</a>'
THEMES = {
    "a block theme": (
        '<li id="comment-{id}" class="comment even depth-{depth}"><div class="wp-block-group">'
        '<div class="has-small-font-size wp-block-comment-author-name"><a href="https://awa.example">{author}</a></div>'
        f'<div class="wp-block-comment-date">{TIME}</div>'
        '<div class="wp-block-comment-edit-link"><a class="comment-edit-link" href="#">(Modifier)</a></div>'
        '<div class="wp-block-comment-content"><p>{text}</p></div>'
        f'<div class="wp-block-comment-reply-link">{REPLY}</div></div><ol>{{answers}}</ol></li>'
    ),
    "a name beside a role and a link": (
        '<li class="comment even depth-{depth}" id="li-comment-{id}"><article id="comment-{id}" class="comment">'
        '<header class="comment-meta comment-author vcard"><div class="comment-author-link"><i></i>{author}'
        f'<span>Auteur</span></div><div class="comment-date-time">{WHEN}</div>'
        '<a class="comment-permalink" href="#">Permalien</a></header>'
        '<section class="comment-content comment"><p>{text}</p></section></article><ul class="children">{answers}</ul></li>'
    ),
    "two lines of facts": (
        '<li class="comment even depth-{depth}" id="li-comment-{id}"><div class="comment-wrapper" id="comment-{id}">'
        '<div class="commentmeta"><p class="comment-meta-1"><cite class="fn">{author}</cite></p>'
        f'<p class="comment-meta-2">{WHEN}</p></div><div class="text"><p>{{text}}</p>'
        f'<div class="reply">{REPLY}</div></div></div><ul class="children">{{answers}}</ul></li>'
    ),
    "the class on a box in a numbered item": (
        '<li id="comment-{id}"><div class="comment even depth-{depth} comment-wrap"><div class="author-comment">'
        f'<cite class="fn">{{author}}</cite><div class="comment-meta commentmetadata"><a href="#">{WHEN}</a></div></div>'
        f'<div class="comment-content"><p>{{text}}</p></div><div class="reply">{REPLY}</div></div>'
        '<ul class="children">{answers}</ul></li>'
    ),
    "an article in an item without a mark": (
        '<li> <!-- item --> <article id="comment-{id}"><header><h3 itemprop="creator"><span>{author}</span></h3></header>'
        f'<footer>{TIME}</footer><div itemprop="commentText"><p>{{text}}</p></div></article>'
        '<ul class="children">{answers}</ul></li>'
    ),
    "a second number inside": (
        '<li id="comment-{id}" class="alt"><div id="div-comment-{id}"><div class="comment_text"><p>{text}</p></div>'
        f'<p class="comment_author">{{author}}</p><p class="comment_date">{WHEN}</p></div>'
        '<ul class="children">{answers}</ul></li>'
    ),
    "a name and a date in one box": (
        '<li class="comment even depth-{depth}" id="li-comment-{id}"><div id="comment-{id}" class="comment-wrap">'
        '<div class="comment-meta"><div class="comment-author vcard"><img></div></div><div class="comment-content">'
        f'<div class="comment-author">{{author}}<span><a href="#">{WHEN}</a></span></div><p>{{text}}</p>{REPLY}</div></div>'
        '<ul class="children">{answers}</ul></li>'
    ),
    "a date that only links to the comment": (
        '<li class="comment even depth-{depth}" id="comment-{id}"><div class="head"><cite class="fn">{author}</cite>'
        f'<a href="https://journal.example/riz/#comment-{{id}}">{WHEN}</a></div><div class="body"><p>{{text}}</p></div>'
        '<ul class="children">{answers}</ul></li>'
    ),
    "a name that says": (
        '<li class="alt" id="comment-{id}"><cite>{author}</cite> a dit&nbsp;:<br>'
        f'<small class="commentmetadata"><a href="#">{WHEN}</a></small><p>{{text}}</p><ul class="children">{{answers}}</ul></li>'
    ),
    "comments that a plugin copied from Disqus": (
        '<li id="dsq-comment-{id}"><div id="dsq-comment-header-{id}" class="dsq-comment-header"><cite><span>{author}</span>'
        f'</cite>{TIME}</div><div id="dsq-comment-body-{{id}}"><div id="dsq-comment-message-{{id}}"><p>{{text}}</p></div>'
        '</div><ul class="children">{answers}</ul></li>'
    ),
}


def read(html, report=None):
    data = f"<!DOCTYPE html><title>Le riz</title><body>{html}".encode()
    (thread,) = read_threads(io.BytesIO(data), "html", report=report)
    return thread


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_a_theme_with_markup_of_its_own_is_read(theme):
    answer = theme.format(id=8, author="Issa", text="Non, frère", depth=2, answers="")
    first = theme.format(id=7, author="Awa Traoré", text="Bravo", depth=1, answers=answer)
    last = theme.format(id=9, author="Le Sage", text="Auteur : moi", depth=1, answers="")
    thread = read(f'<div id="comments"><ol class="commentlist">{first}{last}</ol></div>')
    assert [(comment.id, comment.parent_id, comment.author, comment.text) for comment in thread] == [
        ("7", None, "Awa Traoré", "Bravo"),
        ("8", "7", "Issa", "Non, frère"),
        ("9", None, "Le Sage", "Auteur : moi"),
    ]
    assert not any("guessed" in note for note in thread.notes)
    assert {comment.created_at.isoformat() for comment in thread} == {"2024-03-01T08:00:00+00:00"}


def test_a_fact_behind_an_answer_is_not_that_of_the_answer():
    thread = read(
        "<ol><li class=comment id=comment-7><b class=fn>Awa</b><p>Oui</p>"
        "<ul><li class=comment id=comment-8><p>Non</p></ul><b class=fn>Le Sage</b>"
        "<li class=comment id=comment-9><b class=fn>Issa</b><p>Si</p></ol>"
    )
    assert [comment.author for comment in thread] == ["Awa", None, "Issa"]


def test_a_reader_who_is_called_like_a_role_keeps_the_name():
    assert [comment.author for comment in read("<li class=comment id=comment-7><b class=fn>Auteur</b>Oui")] == [
        "Auteur"
    ]


def test_what_a_theme_of_wordpress_shares_with_another_system_does_not_mislead():
    comment = (
        "<li id=comment-{} class='comment even thread-even depth-1'><b class=fn>Awa</b><p class=forum-texte>{}</p></li>"
    )
    thread = read(f"<ul class=forum>{comment.format(7, 'Oui')}{comment.format(8, 'Non')}</ul>")
    assert [(comment.id, comment.author, comment.text) for comment in thread] == [
        ("7", "Awa", "Oui"),
        ("8", "Awa", "Non"),
    ]


def test_a_link_in_a_text_to_a_comment_is_no_date_of_it():
    thread = read(
        "<li class=comment id=comment-7><b class=fn>Awa</b><p>Voir <a href='https://journal.example/riz/#comment-3'>Issa</a>"
    )
    assert [(comment.text, comment.created_at) for comment in thread] == [
        ("Voir Issa (https://journal.example/riz/#comment-3)", None)
    ]
    assert not thread.notes


def test_a_list_of_forums_is_no_thread():
    row = "<li class=forum><a class=forumtitle href=/f/{0}>Forum {0}</a><b class=author>Awa</b><i class=date>3 mars 2024</i></li>"
    assert not len(read(f"<ul id=forum>{row.format(1)}{row.format(2)}</ul>"))


def test_a_heading_may_end_with_the_number_of_comments():
    thread = read(
        "<div id=comments><h3>Commentaires <span class=count>5</span></h3><ol><li class=comment id=comment-7>Oui</ol></div>"
    )
    assert thread.announced == 5


def test_what_waits_in_a_block_theme_is_held():
    note = "<p><em class=comment-awaiting-moderation>Votre commentaire est en attente de modération.</em></p>"
    thread = read(f"<li class=comment id=comment-7><div class=wp-block-comment-content>{note}<p>Oui</p></div>")
    assert [(comment.status, comment.text) for comment in thread] == [("held", "Oui")]


def test_a_pingback_in_a_block_theme_has_the_title_of_its_page():
    name = "<div class=wp-block-comment-author-name><a href=https://mil.example>Le mil</a></div>"
    thread = read(f"<ol class=wp-block-comment-template><li class='pingback depth-1' id=comment-7>{name}</ol>")
    assert [(comment.kind, comment.author) for comment in thread] == [("pingback", "Le mil")]


def test_the_votes_of_a_plugin_are_no_text():
    votes = "<div class=cld-like-dislike-wrap><span class=cld-like-count-wrap>3</span></div>"
    thread = read(f"<li class=comment id=comment-7><div class=comment-content><p>Oui</p>{votes}</div>")
    assert [comment.text for comment in thread] == ["Oui"]


def test_metadata_may_call_a_reader_otherwise_and_hold_empty_comments():
    awa = {"@type": "Comment", "text": "Bravo", "author": {"@type": "Person", "alternateName": "@awa"}}
    empty = {"@type": "Comment", "name": "Notes", "text": "", "comment": []}
    article = {"@context": "https://schema.org", "@type": "Article", "comment": [awa, empty]}
    report = Report()
    thread = read(f'<script type="application/ld+json">{json.dumps(article)}</script>', report)
    assert [(comment.author, comment.text) for comment in thread] == [("@awa", "Bravo")]
    assert report.read == report.kept + sum(report.dropped.values()) == 2


def test_a_box_of_the_class_comment_may_hold_only_the_text():
    thread = read(
        "<article class=comment id=comment-7><div class=name>Awa</div><div class=date>3 mars 2024</div>"
        "<div class=comment><p>Oui</p></div></article>"
    )
    assert [(comment.id, comment.author, comment.text) for comment in thread] == [("7", "Awa", "Oui")]
