import io
import json
from contextlib import suppress
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import DamagedSourceError, SourceError
from moderation.threads import FORMATS, read_threads
from moderation.threads.feeds import blogger, disqus, elements, wxr
from moderation.threads.report import Report

WP = "http://wordpress.org/export/1.2/"
COMMENT = {
    "comment_author": "Awa",
    "comment_author_email": "awa@mali.example",
    "comment_author_IP": "192.0.2.7",
    "comment_date": "2024-03-01 09:00:00",
    "comment_date_gmt": "2024-03-01 08:00:00",
    "comment_content": "Bonjour",
    "comment_approved": "1",
    "comment_type": "",
    "comment_parent": "0",
}


def comment(number=None, **facts):
    found = COMMENT | {f"comment_{name}": value for name, value in facts.items()}
    if number is not None:
        found["comment_id"] = str(number)
    inside = "\n".join(f"<wp:{name}>{value}</wp:{name}>" for name, value in found.items() if value is not None)
    return f"<wp:comment>\n{inside}\n</wp:comment>\n"


def item(number, *comments, link="https://journal.example/riz/", title="Le prix du riz"):
    identity = f"<wp:post_id>{number}</wp:post_id>\n" if number else ""
    return f"<item>\n<title>{title}</title>\n<link>{link}</link>\n{identity}{''.join(comments)}</item>\n"


def export(*items, uri=WP, declaration='<?xml version="1.0" encoding="UTF-8"?>\n'):
    inside = "".join(items)
    return f'{declaration}<rss version="2.0" xmlns:wp="{uri}">\n<channel>\n<title>Journal</title>\n{inside}</channel>\n</rss>\n'


def gathered(data, format="auto", **options):
    """The threads, the report, and the message of the damage that ended the reading."""
    report, found, message = Report(), [], None
    try:
        for one in read_threads(
            io.BytesIO(data.encode() if isinstance(data, str) else data), format, report=report, **options
        ):
            found.append(one)
    except DamagedSourceError as error:
        message = str(error)
    assert report.read == report.kept + sum(report.dropped.values())
    assert report.kept == sum(map(len, found))
    return found, report, message


def threads(data, format="auto", **options):
    found, _, message = gathered(data, format, **options)
    assert message is None
    return found


def thread(data, format="auto", **options):
    (only,) = threads(data, format, **options)
    return only


def only(*comments, **options):
    return thread(export(item(7, *comments)), **options)


# WXR


def test_the_facts_of_an_item_and_of_its_comments():
    found = only(comment(1), comment(2, parent="1", content="<![CDATA[Merci <b>bien</b>\n&amp; à demain]]>"))
    assert (found.id, found.title, found.url) == ("7", "Le prix du riz", "https://journal.example/riz/")
    first, second = found
    assert (first.id, first.parent_id, first.author, first.text) == ("1", None, "Awa", "Bonjour")
    assert (first.status, first.kind, first.email) == ("approved", "comment", None)
    assert first.created_at.isoformat() == "2024-03-01T08:00:00+00:00"
    assert (second.parent_id, second.text) == ("1", "Merci bien\n& à demain")
    assert found.notes == ()


def test_the_email_only_where_it_is_asked_for_and_never_the_ip():
    found = only(comment(1), personal_data=True)
    assert found["1"].email == "awa@mali.example"
    assert "192.0.2.7" not in repr(found)


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "9.9"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_any_namespace_of_the_format(version, scheme):
    data = export(item(7, comment(1)), uri=f"{scheme}://wordpress.org/export/{version}/")
    assert wxr.matches(data)
    assert thread(data)["1"].text == "Bonjour"


@pytest.mark.parametrize(
    ("approved", "status"),
    [("1", "approved"), ("0", "held"), ("spam", "spam"), ("trash", "trash"), ("post-trashed", "trash"), (None, None)],
)
def test_status(approved, status):
    found = only(comment(1, approved=approved))
    assert (found["1"].status, found.notes) == (status, ())


def test_an_unknown_status_is_noted():
    found = only(comment(1, approved="maybe"))
    assert found["1"].status is None
    assert found.notes == ("the status is left out, it is not known: 1 comment (first: comment 1, “maybe”)",)


def test_what_is_not_of_a_reader_is_dropped_by_name():
    kinds = [
        "",
        "comment",
        "pingback",
        "trackback",
        "review",
        "note",
        "order_note",
        "action_log",
        "webmention",
        "question",
    ]
    found, report, _ = gathered(export(item(7, *(comment(n, type=kind) for n, kind in enumerate(kinds)))))
    assert [one.kind for one in found[0]] == [
        "comment",
        "comment",
        "pingback",
        "trackback",
        "comment",
        "pingback",
        "comment",
    ]
    assert report.dropped == {
        "a note between editors, not of a reader": 1,
        "a record of a plugin, not of a reader": 2,
    }
    assert "“order_note”" in found[0].notes[1]


@pytest.mark.parametrize(
    ("gmt", "own", "zone", "date"),
    [
        ("2024-03-01 08:00:00", "2024-03-01 09:00:00", UTC, "2024-03-01T08:00:00+00:00"),
        ("0000-00-00 00:00:00", "2024-03-01 09:00:00", ZoneInfo("Africa/Niamey"), "2024-03-01T09:00:00+01:00"),
        ("", "2024-03-01 09:00:00", UTC, "2024-03-01T09:00:00+00:00"),
        ("hier", "2024-03-01 09:00:00", UTC, "2024-03-01T09:00:00+00:00"),
        ("0000-00-00 00:00:00", "0000-00-00 00:00:00", UTC, None),
        (None, None, UTC, None),
        ("2024-13-41 08:00:00", "", UTC, None),
    ],
)
def test_dates(gmt, own, zone, date):
    (found,) = only(comment(1, date_gmt=gmt, date=own), zone=zone)
    assert (found.created_at.isoformat() if found.created_at else None) == date


def test_a_date_that_cannot_be_read_is_noted():
    assert "not a date: 1 comment (first: comment 1, “demi”)" in only(comment(1, date_gmt="demi", date=None)).notes[0]


def test_an_item_without_id_is_named_by_its_link_and_one_without_both_by_its_place():
    found = threads(export(item(None, comment(1)), item(None, comment(2), link="")))
    assert [one.id for one in found] == ["https://journal.example/riz/", "stream:2"]


def test_the_id_may_stand_after_the_comments():
    data = export(f"<item>{comment(1)}{comment(2)}<title>Riz</title><wp:post_id>9</wp:post_id></item>")
    found = thread(data)
    assert (found.id, found.title, len(found), {c.thread_id for c in found}) == ("9", "Riz", 2, {"9"})


@pytest.mark.parametrize("key", [5, None])
def test_items_of_one_key_are_one_thread(key):
    link = "https://journal.example/?a=1&amp;b=2"
    found = threads(
        export(
            item(key, comment(1), link=link),
            item(6, comment(9), link="https://journal.example/autre/"),
            item(key, comment(2, parent="1"), link=link),
            item(8, comment(3), link="https://journal.example/fin/"),
        )
    )
    own = str(key) if key else "https://journal.example/?a=1&b=2"
    assert [(one.id, [c.id for c in one]) for one in found] == [("6", ["9"]), (own, ["1", "2"]), ("8", ["3"])]


@pytest.mark.parametrize("before", range(1, 12))
def test_a_key_across_two_chunks_is_found(before):
    items = item(15, comment(1)), item(15, comment(2))
    start = export("<!---->", *items).index("post_id>")
    found = threads(export(f"<!--{'x' * ((1 << 20) - start - before)}-->", *items))
    assert [len(one) for one in found] == [2]


def test_missing_ids_are_numbered_and_orphans_cycles_and_copies_are_kept():
    found = only(
        comment(None),
        comment(2, parent="404"),
        comment(3, parent="4"),
        comment(4, parent="3"),
        comment(4, content="Autre"),
        comment(""),
    )
    assert [one.id for one in found] == ["#1", "2", "3", "4", "4#2", "#6"]
    assert (found.orphans, found.cycles) == (("2",), ("3", "4"))
    assert found["2"].parent_id == "404"


def test_five_thousand_levels():
    found = only(*(comment(n, parent=str(n - 1)) for n in range(1, 5001)))
    assert found.depth("5000") == 5000


def test_items_without_comments_give_no_thread_and_a_source_without_any_says_so():
    assert [one.id for one in threads(export(item(1), item(2, comment(1)), item(3)))] == ["2"]
    found = thread(export(item(1)))
    assert (found.id, len(found), found.notes) == ("stream", 0, ("no comments in it",))


def test_an_address_for_answers_is_no_comment():
    wfw = '<wfw:comment xmlns:wfw="http://wellformedweb.org/CommentAPI/">https://journal.example/</wfw:comment>'
    assert [one.id for one in only(wfw, comment(1))] == ["1"]


def test_metadata_of_plugins_are_not_the_comment():
    meta = "<wp:commentmeta><wp:meta_key>comment_content</wp:meta_key><wp:meta_value>x</wp:meta_value></wp:commentmeta>"
    assert only(comment(1).replace("</wp:comment>", f"{meta}</wp:comment>"))["1"].text == "Bonjour"


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("", ""),
        ("<![CDATA[un]]><![CDATA[ deux]]>", "un deux"),
        ("<![CDATA[un ]]]]><![CDATA[> deux]]>", "un ]]> deux"),
        ("caf&eacute;&nbsp;noir", "café\xa0noir"),
        ("&lt;p&gt;un&lt;/p&gt;&lt;p&gt;deux&lt;/p&gt;", "un\n\ndeux"),
        ("1 &lt; 2 <i>et</i> 3 &gt; 2", "1 < 2 et 3 > 2"),
        ("un<!-- caché --> deux", "un deux"),
        ("ligne 1\r\nligne 2", "ligne 1\nligne 2"),
        ("a&#8217;b&#x2019;c", "a’b’c"),
    ],
)
def test_texts(written, text):
    assert only(comment(1, content=written))["1"].text == text


def test_ten_million_characters_are_read():
    assert len(only(comment(1, content="a" * 10_000_000))["1"].text) == 10_000_000


# What stands in the bytes


@pytest.mark.parametrize(
    "junk",
    [
        "\n\n  ",
        "<br />\n<b>Warning</b>:  Cannot modify header in <b>/www/x.php</b> on line <b>3</b><br />\n",
        "Notice: ob_end_flush() <rien>\n",
    ],
)
def test_junk_before_the_declaration_is_noted(junk):
    data = junk + export(item(7, comment(1)))
    assert wxr.matches(data)
    found, report, message = gathered(data)
    assert (len(found[0]), message) == (1, None)
    assert list(report.notes.lines()) == [f"{len(junk)} characters before the XML are passed over"]


@pytest.mark.parametrize("start", ["\ufeff", "", "<!-- <rss> du journal -->\n", '<?xml-stylesheet href="a.css"?>\n'])
def test_what_may_stand_before_the_root_is_no_junk(start):
    _, report, _ = gathered(start + export(item(7, comment(1)), declaration=""))
    assert (report.kept, list(report.notes.lines())) == (1, [])


def test_junk_does_not_move_the_line_of_damage():
    data = export(item(7, comment(1)))
    for junk in ("", "Notice: x\n\n"):
        _, report, message = gathered(junk + data.replace("</item>", "</itme>"))
        line = (junk + data).split("</item>")[0].count("\n") + 1
        assert f"stream, line {line}, column " in message
        assert report.kept == 1


def test_the_column_on_the_first_line_is_that_of_the_source():
    flat = export(item(7, comment(1)), declaration='<?xml version="1.0"?>').replace("\n", "")
    _, _, message = gathered(flat + "<b>")
    assert f"line 1, column {len(flat) + 1}: " in message


@pytest.mark.parametrize(
    "forbidden", ["\0", "\x08", "\x1f", "\ufffe", "&#8;", "&#x1F;", "&#0;", "&#55357;", "&#99999999;"]
)
def test_characters_that_xml_forbids_are_replaced_and_counted(forbidden):
    found, report, message = gathered(export(item(7, comment(1, content=f"a{forbidden}b"), comment(2))))
    assert (found[0]["1"].text, len(found[0]), message) == ("a\ufffdb", 2, None)
    assert list(report.notes.lines()) == ["1 characters that XML forbids are replaced"]


def test_bytes_that_are_not_utf_8_are_read_as_windows_1252():
    data = export(item(7, comment(1, content="déjà l’été"), comment(2, content="CAF"))).encode()
    found, report, _ = gathered(data.replace(b"CAF", b"caf\xe9 \x80"))
    assert [one.text for one in found[0]] == ["déjà l’été", "café €"]
    assert list(report.notes.lines()) == ["2 bytes that are not UTF-8 are read as Windows-1252"]


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "windows-1252", "utf-8", "x-unknown"])
def test_encodings(encoding):
    data = export(
        item(7, comment(1, content="été à Kayes")), declaration=f'<?xml version="1.0" encoding="{encoding}"?>'
    )
    found, report, _ = gathered(data.encode("utf-8" if encoding == "x-unknown" else encoding))
    assert found[0]["1"].text == "été à Kayes"
    assert not report.notes


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 40), st.sampled_from(["é", "€", "😀", "&#128512;", "\xff", "&#8;"]))
def test_a_character_across_two_chunks(shift, sign):
    data = export("<!--" + "x" * (65_536 - 900 - shift * 7) + "-->", item(7, comment(1, content=sign * 300)))
    expected = {"&#128512;": "😀", "&#8;": "\ufffd"}.get(sign, sign) * 300
    raw = data.encode("windows-1252") if sign == "\xff" else data.encode()
    assert thread(raw)["1"].text == expected


def test_undeclared_prefixes_do_not_end_the_reading():
    data = export(item(7, comment(1), "<neuf:mot/>", comment(2, content="<odd:b>oui</odd:b>"))).replace(
        f' xmlns:wp="{WP}"', ""
    )
    found, report, message = gathered(data, "wxr")
    assert ([one.text for one in found[0]], message) == (["Bonjour", "oui"], None)
    assert "a flaw of its namespaces is passed over (line " in next(report.notes.lines())


def test_so_many_flaws_that_they_would_fill_the_memory_end_the_reading(monkeypatch):
    monkeypatch.setattr(elements, "MOST_FLAWS", 50)
    _, report, message = gathered(export(item(7, comment(1)), "<x:y/>" * 30_000, item(8, comment(1))))
    assert report.kept >= 1
    assert "prefix x on y is not defined" in message


ENTITIES = "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(12))
LAUGHS = f"<!DOCTYPE rss [<!ENTITY a 'ha'>{ENTITIES}<!ENTITY f SYSTEM 'file:///etc/hostname'>]>\n"


def test_no_entity_is_expanded_and_no_file_is_read():
    data = export(item(7, comment(1, content="x &m; &f; y")), declaration=LAUGHS).replace("<item>", '<item a="&m;">')
    found, report, message = gathered(data)
    assert (found[0]["1"].text, message) == ("x &m; &f; y", None)
    assert list(report.notes.lines()) == ["its document type is passed over, its entities stay as they are written"]


def test_what_is_no_export_in_xml():
    for text in ("Bonjour", "<html><rss>", "<channel>"):
        with pytest.raises(SourceError, match="no element rss, feed or disqus"):
            threads(text, "wxr")


# Damage


def test_a_cut_source_keeps_every_comment_that_ends_before():
    parts = [comment(n, content="Été &amp; hiver") for n in range(6)]
    data = export(item(7, *parts[:3]), item(8, *parts[3:])).encode()
    end = b"</wp:comment>"
    for cut in range(data.index(b"<channel"), len(data) - 8, 7):
        for keep_going in (False, True):
            _, report, message = gathered(data[:cut], keep_going=keep_going)
            ended = data[:cut].count(end)
            cut_in_its_end = keep_going and end.startswith(data[data.rindex(b"<", 0, cut) : cut])
            assert report.kept in ((ended, ended + 1) if cut_in_its_end else (ended,))
            assert len(report.damage) == 1
            assert "not well-formed XML (" in report.damage[0]
            assert (message is None) == keep_going


def test_damage_in_the_middle_is_passed_over_where_that_is_asked_for():
    data = export(item(7, comment(1), comment(2, content="Tom & Awa")), item(8, comment(3)))
    line = data.split("Tom &")[0].count("\n") + 1
    found, report, message = gathered(data)
    assert ([one.id for one in found[0]], len(found)) == (["1"], 1)
    assert message.startswith(f"stream, line {line}, column ")
    found, report, message = gathered(data, keep_going=True)
    assert [[one.id for one in each] for each in found] == [["1", "2"], ["3"]]
    assert (len(report.damage), message) == (1, None)


def test_an_item_that_is_not_closed_keeps_its_comments_apart_from_the_next():
    data = export(item(7, comment(1)).replace("</item>", ""), item(8, comment(2)))
    found, _, message = gathered(data, keep_going=True)
    assert [(one.id, [c.id for c in one]) for one in found] == [("7", ["1"]), ("8", ["2"])]
    found, _, message = gathered(data)
    assert sorted(c.id for one in found for c in one) == ["1", "2"]
    assert "not well-formed" in message


def test_text_after_the_end_costs_no_comment():
    _, report, message = gathered(export(item(7, comment(1))) + "<b>Warning</b>")
    assert report.kept == 1
    assert "Extra content" in message


# Disqus


def dsq_thread(number, link="https://journal.example/mil/", title="Le mil", deleted="false"):
    facts = f"<id/><link>{link}</link><title>{title}</title><isDeleted>{deleted}</isDeleted>"
    return f'<thread dsq:id="{number}">{facts}<author><name>Journal</name></author></thread>\n'


def post(number, parent=None, article=1, message="<![CDATA[<p>Bravo</p>]]>", **facts):
    found = {"createdAt": "2024-03-01T08:00:00Z", "isDeleted": "false", "isSpam": "false"} | facts
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in found.items() if value is not None)
    author = "<author><email>issa@bf.example</email><name>Issa</name><username>issa7</username></author>"
    return (
        f'<post dsq:id="{number}"><id/><message>{message}</message>{inside}{author}<ipAddress>192.0.2.7</ipAddress>'
        f'<thread dsq:id="{article}"/>' + (f'<parent dsq:id="{parent}"/>' if parent else "") + "</post>\n"
    )


def dsq(*parts):
    names = 'xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals"'
    return f'<?xml version="1.0"?>\n<disqus {names}>\n{"".join(parts)}</disqus>\n'


def test_the_facts_of_a_post():
    found = thread(dsq(dsq_thread(1), post(5), post(6, 5)))
    assert (found.id, found.title, found.url) == ("1", "Le mil", "https://journal.example/mil/")
    first, second = found
    assert (first.id, first.text, first.author, first.status, first.email) == ("5", "Bravo", "Issa", "approved", None)
    assert first.created_at.isoformat() == "2024-03-01T08:00:00+00:00"
    assert (second.parent_id, found.notes) == ("5", ())
    assert "192.0.2.7" not in repr(found)
    assert thread(dsq(dsq_thread(1), post(5)), personal_data=True)["5"].email == "issa@bf.example"


def test_posts_before_their_parents_and_their_threads_and_of_mixed_threads():
    found = threads(
        dsq(post(6, 5), post(7, article=2), post(5), dsq_thread(2, "https://journal.example/2/"), dsq_thread(1))
    )
    assert {one.id: [(c.id, c.parent_id) for c in one] for one in found} == {
        "1": [("6", "5"), ("5", None)],
        "2": [("7", None)],
    }
    assert [one.url for one in found] == ["https://journal.example/2/", "https://journal.example/mil/"]


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({}, "approved"),
        ({"isDeleted": "true"}, "deleted"),
        ({"isSpam": "true"}, "spam"),
        ({"isApproved": "false"}, "held"),
        ({"isDeleted": None, "isSpam": None}, None),
    ],
)
def test_status_of_a_post(facts, status):
    assert thread(dsq(dsq_thread(1), post(5, **facts)))["5"].status == status


def test_answers_keep_a_deleted_parent_and_name_a_missing_one():
    found = thread(dsq(dsq_thread(1), post(5, isDeleted="true", message=""), post(6, 5), post(7, 404)))
    assert [(c.id, c.parent_id, c.text) for c in found] == [("5", None, ""), ("6", "5", "Bravo"), ("7", "404", "Bravo")]
    assert found.orphans == ("7",)


def test_what_is_odd_about_a_thread_is_noted():
    data = dsq(
        dsq_thread(1), dsq_thread(2), dsq_thread(3, "", deleted="true"), *(post(n, article=n) for n in (1, 2, 3, 4))
    )
    assert [one.notes for one in threads(data)] == [
        ("another thread of the export has the same address",),
        ("another thread of the export has the same address",),
        ("its article was taken down",),
        ("its article is not in the export",),
    ]


def test_threads_without_posts():
    assert [one.id for one in threads(dsq(dsq_thread(1), dsq_thread(2), post(5, article=2)))] == ["2"]
    assert thread(dsq(dsq_thread(1))).notes == ("no comments in it",)


def test_a_post_without_id_is_numbered():
    assert [c.id for c in thread(dsq(dsq_thread(1), post("")))] == ["#1"]


def test_a_cut_export_of_disqus_keeps_the_posts_before():
    data = dsq(dsq_thread(1), *(post(n, n - 1 or None) for n in range(1, 9)))
    for cut in range(data.index("<thread"), len(data) - 10, 31):
        _, report, message = gathered(data[:cut])
        assert report.kept == data[:cut].count("</post>")
        assert "line " in message


# Blogger

KIND = "http://schemas.google.com/g/2005#kind"
TAG = "tag:blogger.com,1999:blog-1.post-"


def entry(kind, number, *parts):
    category = f'<category scheme="{KIND}" term="http://schemas.google.com/blogger/2008/kind#{kind}"/>'
    return f"<entry><id>{TAG}{number}</id><published>2024-03-01T00:00:00.000-08:00</published>{category}{''.join(parts)}</entry>\n"


def answer(number, *parts, to=1, text="Merci &lt;br /&gt;bien"):
    who = "<author><name>Fanta</name><email>noreply@blogger.com</email></author>"
    link = f'<thr:in-reply-to href="https://journal.example/pluie.html" ref="{TAG}{to}"/>'
    return entry("comment", number, f'<content type="html">{text}</content>', who, link, *parts)


def atom(*entries):
    names = 'xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"'
    return f'<?xml version="1.0"?><feed {names}><id>tag:blogger.com,1999:blog-1.archive</id>\n{"".join(entries)}</feed>'


PLUIE = entry(
    "post",
    1,
    '<title>La pluie</title><link rel="alternate" href="https://journal.example/2024/pluie.html"/>',
    "<app:control><app:draft>no</app:draft></app:control>",
)
REMOVED = '<gd:extendedProperty name="blogger.contentRemoved" value="true"/>'


def related(number):
    return f'<link rel="related" href="https://www.blogger.com/feeds/1/1/comments/default/{number}"/>'


def test_comments_of_blogger_are_told_from_posts_and_settings():
    found = thread(
        atom(answer(2), entry("settings", 9), PLUIE, entry("template", 8), answer(3, related(2))), personal_data=True
    )
    assert (found.id, found.title, found.url) == (f"{TAG}1", "La pluie", "https://journal.example/2024/pluie.html")
    first, second = found
    assert (first.id, first.parent_id, first.text, first.author) == (f"{TAG}2", None, "Merci\nbien", "Fanta")
    assert (first.created_at.isoformat(), first.status, first.email) == ("2024-03-01T00:00:00-08:00", "approved", None)
    assert second.parent_id == first.id
    assert found.notes == ()


def test_removed_and_held_comments_of_blogger():
    held = "<app:control><app:draft>yes</app:draft></app:control>"
    found = thread(atom(PLUIE, answer(2, REMOVED), answer(3, held), answer(4, related(2))))
    assert [(c.status, c.text) for c in found] == [
        ("deleted", ""),
        ("held", "Merci\nbien"),
        ("approved", "Merci\nbien"),
    ]
    assert found.depth(f"{TAG}4") == 2


def test_a_post_that_is_not_in_the_export():
    found = thread(atom(answer(2, to=77)))
    assert (found.id, found.url, found.notes) == (
        f"{TAG}77", "https://journal.example/pluie.html", ("its article is not in the export",)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("LIVE", "approved"),
        ("PENDING", "held"),
        ("SPAM", "spam"),
        ("EMPTIED", "deleted"),
        ("SOFT_TRASHED", "trash"),
        ("X", None),
    ],
)
def test_the_newer_form_of_takeout(state, status):
    def takeout(kind, number, *parts):
        inside = "".join(parts)
        return f"<entry><id>{TAG}{number}</id><blogger:type>{kind}</blogger:type>{inside}<title>Foire</title></entry>"

    parent, text = f"<blogger:parent>{TAG}1</blogger:parent>", '<content type="html">Oui</content>'
    live = "<blogger:status>LIVE</blogger:status>"
    answered = f"<blogger:inReplyTo>{TAG}2</blogger:inReplyTo>"
    names = 'xmlns="http://www.w3.org/2005/Atom" xmlns:blogger="http://schemas.google.com/blogger/2018"'
    found = thread(
        f"<feed {names}>"
        + takeout("POST", 1, live)
        + takeout("COMMENT", 2, live, parent, text, "<blogger:inReplyTo/><blogger:trashed/>")
        + takeout("COMMENT", 3, f"<blogger:status>{state}</blogger:status>", parent, text, answered)
        + takeout("COMMENT", 5, live, parent, text, "<blogger:trashed>2024-03-02T08:00:00Z</blogger:trashed>")
        + takeout("PAGE", 4, live)
        + "</feed>"
    )
    assert (found.id, found.title, found.depth(f"{TAG}3")) == (f"{TAG}1", "Foire", 2)
    assert [found[f"{TAG}{number}"].status for number in (2, 3, 5)] == ["approved", status, "trash"]
    assert bool(found.notes) == (status is None)


# Detection


PAGES = [
    "<!DOCTYPE html><html><body>&lt;rss> <rss>",
    '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML">\n<html>',
]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (export(item(7, comment(1))), "wxr"),
        (dsq(post(1)), "disqus"),
        (atom(PLUIE), "blogger"),
        ('<rss version="2.0"><channel></channel></rss>', None),
        ('<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:x</id></feed>', None),
        *((page, None) for page in PAGES),
    ],
)
def test_each_is_told_from_the_others_and_from_pages(text, name):
    for start in ("", "\ufeff", "\n\n", "<br />\n<b>Warning</b>: x\n"):
        found = [known for known in ("wxr", "disqus", "blogger") if FORMATS[known].matches(start + text)]
        assert found == ([name] if name else [])


# Hostile bytes

SAMPLES = [
    export(
        item(7, comment(1), comment(2, content="<![CDATA[<p>é</p>]]>")), item(None, comment(3), comment(4, parent="3"))
    ),
    dsq(dsq_thread(1), post(5), post(6, 5), post(7, article=2)),
    atom(PLUIE, answer(2), answer(3, related(2))),
]
PIECES = [
    b"<",
    b">",
    b"&",
    b"]]>",
    b"<![CDATA[",
    b"\0",
    b"\xff",
    b"</item>",
    b"<item>",
    b"<!--",
    b"&x;",
    b"</post>",
    b"\xef\xbb\xbf",
    b"",
]


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(SAMPLES),
    st.lists(
        st.tuples(st.integers(0, 4000), st.integers(0, 40), st.sampled_from(PIECES) | st.binary(max_size=4)), max_size=5
    ),
    st.booleans(),
)
def test_any_mutation_gives_threads_or_one_of_our_errors(sample, edits, keep_going):
    data = sample.encode()
    for at, length, piece in edits:
        data = data[:at] + piece + data[at + length :]
    name = {module: key for key, module in {"wxr": wxr, "disqus": disqus, "blogger": blogger}.items()}
    format = next(key for module, key in name.items() if module.matches(sample))
    with suppress(SourceError):
        gathered(data, format, keep_going=keep_going)


def test_what_was_read_of_an_item_is_let_go(monkeypatch):
    most = 0

    def watched(element, names):
        nonlocal most
        most = max(most, len(element.getparent()))
        return found_in(element, names)

    found_in = elements.fields
    monkeypatch.setattr(wxr, "fields", watched)
    assert len(only(*(comment(n, content="mot " * 200) for n in range(3000)))) == 3000
    assert most < 200  # those of one piece that the parser was fed


# Real exports


def test_real_exports(shared):
    folder = shared / "fixtures" / "threads"
    truth = json.loads((folder / "TRUTH.json").read_text(encoding="utf-8"))
    ours = {name: facts for name, facts in truth.items() if name.startswith(("wxr-", "disqus-", "blogger-"))}
    assert len(ours) > 25
    statuses = {"1": "approved", "ok": "approved", "0": "held", "deleted": "deleted"}
    for name, facts in ours.items():
        path = folder / name if (folder / name).is_file() else folder / name / "bloggerexport.xml"
        found, report, message = gathered(path.read_bytes())
        rows = sorted([c.id, c.parent_id, one.id, one.depth(c.id), c.status] for one in found for c in one)
        wanted = sorted([*row[:4], statuses.get(row[5])] for row in facts["rows"])
        assert rows == wanted, name
        kinds = sorted(c.kind for one in found for c in one)
        assert kinds == sorted(row[4] if row[4].endswith("back") else "comment" for row in facts["rows"]), name
        flaw = facts.get("not_well_formed")
        if flaw and "not a valid URI" in flaw:  # of a namespace: no reason to stop
            assert any("not a valid URI" in line for line in report.notes.lines())
        else:
            assert bool(message) == bool(flaw), name
