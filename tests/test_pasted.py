"""Text copied from a page: layouts in which names and dates are left, what is doubtful, whom comments answer."""

import io
import json
import re
from contextlib import suppress
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import SourceError
from moderation.threads import Report, read_threads
from moderation.threads.addressees import addressee, named_first
from moderation.threads.pasted.footers import footer
from moderation.threads.pasted.headers import header_at, is_name
from moderation.threads.pasted.nesting import AS_PRINTED, FLAT, JUMPS, NUMBERED, ORPHANS, RESTART, SEVERAL


def thread(text, **options):
    (found,) = read_threads(io.BytesIO(text.encode()), "pasted", **options)
    return found


def rows(found):
    return [(c.author, c.text, c.parent_id) for c in found]


def dates(found):
    return [c.created_at and c.created_at.strftime("%Y-%m-%d %H:%M") for c in found]


def doubt(why, *ids):
    return f"{why}: {', '.join(ids)}"


# Lists whose items begin with a name and a date

SENEWEB = """Le prix du riz baisse à Dakar

3 Commentaires

  1. Auteur
    Anonyme
    En Mars, 2018 (22:50 PM)
    On attend de voir.

    Au marché rien ne change.

    • Auteur
      Modou
      En Mars, 2018 (23:05 PM)
      Chez moi si.

  2. Auteur
    Anonyme
    En Avril, 2018 (08:01 AM)
    Tant mieux

Participer à la discussion
"""


def test_seneweb_names_and_dates_are_taken_out_of_the_text():
    found = thread(SENEWEB)
    assert rows(found) == [
        ("Anonyme", "On attend de voir.\n\nAu marché rien ne change.", None),
        ("Modou", "Chez moi si.", "1"),
        ("Anonyme", "Tant mieux", None),
    ]
    assert found.notes == ("the date is left out, no day: 3 comments (first: comment 1, “En Mars, 2018 (22:50 PM)”)",)


def test_the_name_may_stand_beside_the_number_and_be_absent():
    found = thread(
        "2 commentaires\n\n  1. Modou\n    Anonyme\n    En Mars, 2018 (22:50 PM)\n    un\n"
        "  2. Auteur\n    En Mars, 2018 (22:51 PM)\n    deux\n\nfin\n"
    )
    assert rows(found) == [("Modou", "un", None), (None, "deux", None)]


def test_items_with_names_and_dates_need_no_heading():
    found = thread(SENEWEB.replace("3 Commentaires\n", ""))
    assert [c.author for c in found] == ["Anonyme", "Modou", "Anonyme"]
    assert found.notes[-1].endswith("taken for comments because its items begin with a name and a date")


def test_a_chronology_in_an_article_is_no_thread():
    found = thread(
        "Titre\n\n  1. Kidal, 14 novembre 2023\n  2. Gao, 15 novembre 2023\n  3. Ber, 16 novembre 2023\n\nFin.\n"
    )
    assert len(found) == 0
    assert "a list of 3 items is not taken for comments: nothing announces it" in found.notes


def test_wordpress_items_lose_their_links_and_nothing_else():
    found = thread(
        "Titre\n\n3 réflexions au sujet de “Titre”\n\n 1. Kouadio dit :\n    12 mars 2018 à 10 h 15 min\n\n    Bravo\n\n"
        "    Répondre\n\n     1. Affoué dit :\n        12 mars 2018 à 11 h 15 min\n\n        Répondre par la force ?\n"
        "        Non\n\n        Répondre\n\n 2. Aya dit :\n    13 mars 2018 à 9 h 00 min\n    Merci\n\nLaisser un commentaire\n"
    )
    assert rows(found) == [
        ("Kouadio", "Bravo", None),
        ("Affoué", "Répondre par la force ?\nNon", "1"),
        ("Aya", "Merci", None),
    ]
    assert dates(found) == ["2018-03-12 10:15", "2018-03-12 11:15", "2018-03-13 09:00"]
    assert len(found.notes) == 1  # the numbered reply has an author, so nobody typed it


def test_a_name_and_a_date_in_few_items_are_text():
    found = thread("3 commentaires\n\n  1. Awa\n    12 mars 2024\n    un\n\n  2. deux\n\n  3. trois\n\nfin\n")
    assert [c.text for c in found] == ["Awa\n12 mars 2024\nun", "deux", "trois"]


# SPIP: no list, a line before each comment

LEFASO = """Burkina : le pont de Kongoussi rouvre

Vos commentaires

Le 12 mars 2024 à 10:15, par Sidnoma
Enfin !

On peut passer.
Le 12 mars 2024 à 11:40, par Rasmané En réponse à : Burkina : le pont de Kongoussi rouvre
Pas les camions.
Le 13 mars 2024 à 07:02, par Tené En réponse à : Rasmané
Si, depuis hier.

Sur le même sujet

Autre titre
"""


def test_lefaso_comments_begin_with_a_date_and_a_name():
    found = thread(LEFASO)
    assert rows(found) == [
        ("Sidnoma", "Enfin !\n\nOn peut passer.", None),
        ("Rasmané", "Pas les camions.", None),
        ("Tené", "Si, depuis hier.", None),
    ]
    assert dates(found) == ["2024-03-12 10:15", "2024-03-12 11:40", "2024-03-13 07:02"]
    assert [c.addressee for c in found] == [None, None, "Rasmané"]
    assert "what “En réponse à” names is a title and is left out: 1 comment" in " ".join(found.notes)
    assert doubt(FLAT, "2", "3") in found.notes


def test_a_date_without_a_year_is_left_out_and_said():
    found = thread(LEFASO.replace(" 2024", ""))
    assert dates(found) == [None] * 3
    assert "the date is left out, no year: 3 comments (first: comment 1, “Le 12 mars à 10:15”)" in found.notes


@pytest.mark.parametrize("number", ["{}. ", "{}) ", "#{}. "])
def test_numbered_spip_comments_need_no_heading(number):
    found = thread(
        f"Titre\n\n{number.format(1)}Le 12 mars 2024 à 10:15, par Awa\nOui\n"
        f"{number.format(2)}Le 12 mars 2024 à 10:20, par Issa\nEn réponse à : Awa\nDeux raisons :\n- a\n- b\n"
    )
    assert rows(found) == [("Awa", "Oui", None), ("Issa", "Deux raisons :\n- a\n- b", None)]
    assert found["2"].addressee == "Awa"
    assert found.title == "Titre"


def test_a_name_below_the_date_and_a_comment_without_a_name():
    found = thread(
        "3 commentaires\n\n(22 juin 2018 @11h13)\n:\n\nun\n\nRouge Gorge\n(22 juin 2018 @11h29)\n:\n\ndeux\n\n"
        "le 3 mai 2017\n\nLe Merle\n(22 juin 2018 @12h00)\n:\n\ntrois\n"
    )
    assert rows(found)[0] == (None, "un", None)
    assert [c.author for c in found] == [None, "Rouge Gorge", "Le Merle"]
    assert found["2"].text == "deux\n\nle 3 mai 2017"  # a date in another form is the writer's


# WordPress and its like, copied in a browser

WORDPRESS = """Le prix du mil

Par Alou Diarra
Publié le 12 mars 2024 à 10:00

L'article.

2 réponses à « Le prix du mil »

Kadi dit :
12 mars 2024 à 10 h 15 min

Deux raisons :

- la pluie

- le vent

Répondre

Issa Koné a écrit :
13 mars 2024 at 8 h 05 min
Non

Répondre à Issa Koné

Laisser un commentaire Annuler la réponse
Votre adresse e-mail ne sera pas publiée.
"""


def test_a_wordpress_page_without_markers():
    found = thread(WORDPRESS)
    assert rows(found) == [
        ("Kadi", "Deux raisons :\n\n- la pluie\n\n- le vent", None),
        ("Issa Koné", "Non", None),
    ]
    assert dates(found) == ["2024-03-12 10:15", "2024-03-13 08:05"]
    assert (found.title, found.announced) == ("Le prix du mil", 2)
    assert "no list shows where comments begin: they are told by lines such as “Kadi dit :”" in found.notes
    assert not any("left out" in note for note in found.notes)


@pytest.mark.parametrize(
    ("header", "author", "date"),
    [
        ("Awa dit :\n12 mars 2023 à 10:15", "Awa", "2023-03-12 10:15"),
        ("Awa dit : 12 mars 2023 à 10:15", "Awa", "2023-03-12 10:15"),
        ("H. K. dit :\n12 mars 2023 à 10:15", "H. K.", "2023-03-12 10:15"),
        ("Awa Traoré says:\nMarch 12, 2023 at 10:15 am", "Awa Traoré", "2023-03-12 10:15"),
        ("Awa\n12 mars 2023 à 10:15", "Awa", "2023-03-12 10:15"),
        ("Awa\n\n12 mars 2023 à 10:15 | Permalien", "Awa", "2023-03-12 10:15"),
        ("Awa\nil y a 3 heures", "Awa", None),
        ("Awa\nÀ l’instant", "Awa", None),
        ("Awa 29 février 2024 at 10 h 41 min", "Awa", "2024-02-29 10:41"),
        ("Awa Auteur de l’article12 mars 2023 à 10 h 15", "Awa", "2023-03-12 10:15"),
        ("Awa, le mercredi 12 mars 2023 à 10h15", "Awa", "2023-03-12 10:15"),
        ("Awa • il y a 3 ans", "Awa", None),
        ("Awa | 12/03/2023 10:15", "Awa", "2023-03-12 10:15"),
        ("1.Posté par Awa le 12/03/2023 10:15 (depuis mobile)", "Awa", "2023-03-12 10:15"),
        ("Soumis par Awa (non vérifié) le 12/03/2023 - 10:15", "Awa", "2023-03-12 10:15"),
        ("+3 #12 Awa 12-03-2023 10:15", "Awa", "2023-03-12 10:15"),
        ("1. Le prix du riz, 12 mars 2023, 10:15, par Awa", "Awa", "2023-03-12 10:15"),
        ("1.Posté par Awa le 12/03/2023 10:15 | Alerter", "Awa", "2023-03-12 10:15"),
    ],
)
@pytest.mark.parametrize(
    "link",
    ["Répondre", "REPONDRE", "↩ Répondre", "Répondre • Partager ›", "Répondre à ce message", "Répondre (0)", "Citer"],
)
def test_headers_and_links(header, author, date, link):
    found = thread(f"Titre\n\n1 commentaire\n\n{header}\n\nUn texte.\n\n{link}\n\nContact\n")
    assert rows(found) == [(author, "Un texte.", None)]
    assert dates(found) == [date]


def test_headings_of_markdown_begin_and_end_the_comments():
    page = (
        "# Le riz\n\n### **2 COMMENTAIRES**\n\nAwa 12 mars 2014 At 10:15\n\nOui\n\nIssa 13 mars 2014 At 9:00\n\nNon\n\n"
    )
    found = thread(page + "#### Articles récents\n\nLe mil\n")
    assert rows(found) == [("Awa", "Oui", None), ("Issa", "Non", None)]
    assert (found.title, found.announced) == ("Le riz", 2)
    assert rows(thread(page + "### LAISSER UN COMMENTAIRE\n\nVotre nom\n")) == rows(found)


def test_blogger_prints_the_name_above_and_the_date_below_each_text():
    found = thread(
        "Titre\n\n2 commentaires:\n\nAnonyme a dit…\n\nOui\n\nvraiment\n\n12 mars 2013 à 10:15\n\n"
        "Awa a dit...\n\nNon\n\n12 mars 2013 à 11:15\n\nEnregistrer un commentaire\n"
    )
    assert rows(found) == [("Anonyme", "Oui\n\nvraiment", None), ("Awa", "Non", None)]
    assert dates(found) == ["2013-03-12 10:15", "2013-03-12 11:15"]


def test_hautetfort_prints_name_and_date_below_each_text():
    found = thread(
        "Titre\n\nCommentaires\n\nOui\n\nvraiment\n\nÉcrit par : Awa | 17/09/2014\n\nRépondre à ce commentaire\n\n"
        "Non\n\nÉcrit par : Issa | 18/09/2014\n\nRépondre à ce commentaire\n\nÉcrire un commentaire\n"
    )
    assert rows(found) == [("Awa", "Oui\n\nvraiment", None), ("Issa", "Non", None)]
    assert dates(found) == ["2014-09-17 00:00", "2014-09-18 00:00"]


def test_disqus_names_whom_an_answer_answers_beside_the_name():
    page = "Titre\n\n2 commentaires\n\nAwa • il y a 3 ans\n\nOui\n\n• Répondre\n\nIssa  Awa • il y a 3 ans\n\nNon\n\n• Répondre\n"
    assert [(c.author, c.addressee) for c in thread(page)] == [("Awa", None), ("Issa", "Awa")]
    spaced = "Titre\n\n1 commentaire\n\nAwa  Koné, le 12 mars 2024 à 10:15\nOui\n"
    assert [(c.author, c.addressee) for c in thread(spaced)] == [("Awa  Koné", None)]


def test_a_title_that_spip_prints_before_the_date_is_named_where_it_is_not_the_pages():
    page = "Le riz\n\nMessages\n\n1. Le riz, 12 mars 2013, 10:15, par Awa\n\nOui\n\n2. Enfin, 13 mars 2013, 11:15, par Ali\n\nNon\n"
    found = thread(page)
    assert rows(found) == [("Awa", "Oui", None), ("Ali", "Non", None)]
    assert [note for note in found.notes if "title" in note] == [
        "a title that its author gave it is left out: 1 comment (first: comment 2, “Enfin”)"
    ]
    without_time = page.replace(", 10:15", "").replace(", 11:15", "")
    assert rows(thread(without_time)) == []


def test_links_at_the_end_of_items_without_names_are_no_text():
    items = "  1. Oui\n\n    RépondreSupprimer\n    Réponses\n\n    1. Si\n\n      Supprimer\n\n  2. Répondre\n"
    page = f"Titre\n\n2 commentaires\n\n{items}"
    assert [c.text for c in thread(page)] == ["Oui", "Si", "Répondre"]


def test_bylines_under_the_number_of_comments_are_the_articles():
    for byline in ("Par Awa Traoré\nPublié le 12 mars 2024 à 10:15", "Awa Traoré\n12 mars 2024 à 10:15"):
        found = thread(
            f"Titre\n2 commentaires\n{byline}\nL'article.\n\nCommentaires (2)\nIssa\n13 mars 2024 à 10:15\nOui\n"
            "Kadi\n13 mars 2024 à 11:15\nNon\n"
        )
        assert rows(found) == [("Issa", "Oui", None), ("Kadi", "Non", None)]


@pytest.mark.parametrize("between", ["Nom :", "Articles similaires"])
def test_other_articles_below_the_form_are_no_comments(between):
    time = " à 10:15" if between == "Articles similaires" else ""
    page = f"Le mil baisse\n12 mars 2024{time}\nUn chapeau.\n\nLe riz monte\n13 mars 2024{time}\nUn chapeau.\n"
    assert rows(thread(f"Titre\n\nArticle.\n\nLaisser un commentaire\n\n{between}\n\n{page}")) == []


def test_days_without_names_need_more_than_a_heading():
    page = "Titre\n\n2 commentaires\n\n12 mars 2024{0}\nLe coup.\n\n13 mars 2024{0}\nLa suite.\n"
    assert len(thread(page.format(""))) == 0
    assert len(thread(page.format(" à 10:15"))) == 2


@pytest.mark.parametrize(
    "page",
    [
        "Par Alou Diarra\n\n\nPublié lundi 22 décembre 2025 à 08:57\n\nUn titre\n\nUn chapeau.\n\n",
        "Alou Diarra - 12 mars 2024\nUn titre\n\n",
        "Un titre encore\n12 mars 2024\nUn chapeau.\n\n",
        "Le 12 mars 2024, par décret\nTexte\n\n",
        "Le ministre a dit :\nNous irons.\n\n",
        "Par Alou Diarra, le 12 mars 2024 à 10:15\nUn texte.\n\n",
    ],
)
def test_the_names_and_dates_of_articles_are_no_comments(page):
    found = thread("Titre\n\n" + page * 3)
    assert rows(found) == []
    assert found.notes[0] == "no thread found"


ARTICLE = "Le prix du riz\n\nPublié le 12 mars 2024 à 10h15\n\nLe riz a augmenté, disent les commerçants.\n\n"
OTHERS = "{}\n\n  • Le mil aussi\n\n  • Le maïs baisse\n\n  • Le fonio tient\n\n"
POINTS = "1. de baisser les taxes ;\n\n2. de voir les prix ;\n\n3. d'aider les paysans.\n\n"


@pytest.mark.parametrize(
    "page",
    [
        OTHERS.format("Articles similaires :") + "Laisser un commentaire\nVotre adresse e-mail\n",
        OTHERS.format("Quelques titres") + "LAISSER UN COMMENTAIRE\nPostez votre commentaire ici\n",
        "L'atelier demande :\n\n" + POINTS + "Laisser un commentaire\n",
        "Laisser un commentaire\n\n" + OTHERS.format("Articles récents"),
        "1 COMMENTAIRE\n\nDerniers articles\n\n- Le mil\n- Le maïs\n",
        "3 COMMENTAIRES\n\nAccueil\nSport\n\n  • Contact\n  • Publicité\n  • Archives\n",
        "La famille Koné\nle 12 mars 2024 à 10h00\nmesse\n\nLa famille Sow\nle 13 mars 2024 à 9h\nmesse\n\nSignaler un abus\n",
        "Samedi 6 mars 2021 à 16h00\n\nKita - Réal : 0-1\n\nDimanche 7 mars 2021 à 16h00\n\nStade - Police : 1-1\n\nRépondre\n",
        "Lefaso : Et les puits ?\n\nIssa Sow : Ils viendront.\n\nLefaso : Quand ?\n\nI. S. : En mai.\n\nLaisser un commentaire\n",
        "Issa Sow dit :\nEt les puits ?\n\nLe maire répond :\nIls viendront.\n\nIssa Sow dit :\nQuand ?\n",
        "Commentaires\n\nARTICLES RÉCENTS\n\nLe mil\nPar Issa - 12 mars 2024 à 10:15\n\nLe blé\nPar Awa - 13 mars 2024 à 9:00\n",
    ],
)
def test_other_lists_and_dialogues_of_a_page_are_no_comments(page):
    found = thread(ARTICLE + page)
    assert rows(found) == []
    assert found.notes


def test_a_list_with_sentences_before_the_form_holds_comments():
    page = "  1. C'est trop cher.\n\n  2. Que fait le maire ?\n\nLaisser un commentaire\n"
    assert rows(thread(ARTICLE + page)) == [(None, "C'est trop cher.", None), (None, "Que fait le maire ?", None)]


def test_names_and_dates_that_are_not_taken_are_noted():
    found = thread("Titre\n\n" + "Alou Diarra - 12 mars 2024\nUn titre\n\n" * 3)
    assert found.notes[1] == "3 names with a date are not taken for the beginnings of comments: nothing announces these"


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (
            "Awa\n12 mars 2024 à 10:15\nOui\nRépondre\n\nIssa\n12 mars 2024 à 11:15\nNon\nRépondre\n",
            "“Répondre” or the like",
        ),
        ("Awa dit :\n12 mars 2024 à 10:15\nOui\nIssa dit :\n12 mars 2024 à 11:15\nNon\n", "this repeats"),
        ("1.Posté par Awa le 12/03/2024\nOui\n2.Posté par Issa le 12/03/2024\nNon\n", "numbers count them"),
        ("Awa\nOui\nJ’aime · Répondre · 3 h\n\nIssa\nNon\nJ’aime · Répondre · 3 h\n", "“Répondre” or the like"),
    ],
)
def test_without_a_heading_something_else_shows_comments(page, reason):
    found = thread(f"Titre\n\nArticle.\n\n{page}")
    assert rows(found) == [("Awa", "Oui", None), ("Issa", "Non", None)]
    assert any(reason in note for note in found.notes)
    assert found.announced is None


def test_one_block_without_a_heading_is_none():
    assert rows(thread("Titre\n\nAwa dit :\n12 mars 2024 à 10:15\nOui\nRépondre\n")) == []


def test_facebook_comments_end_with_links_likes_and_a_date():
    found = thread(
        "Titre\n\n3 commentaires\n\nTrier par\n\nAwa Traoré\nOui\n\nvraiment\nJ’aime · Répondre · 2 · 3 h\n"
        "Masquer 1 réponse\nIssa\nNon\nJ'aime · Répondre · 12 mars 2019 10:15\n"
    )
    assert rows(found) == [("Awa Traoré", "Oui\n\nvraiment", None), ("Issa", "Non", None)]
    assert [c.likes for c in found] == [2, None]
    assert dates(found) == [None, "2019-03-12 10:15"]
    assert "lines between the comments are left out: 1, the first is “Masquer 1 réponse”" in found.notes
    assert "2 of 3 announced comments are shown" in found.notes


def test_a_comment_that_waits_for_a_moderator_is_held():
    found = thread(WORDPRESS.replace("Non\n", "Votre commentaire est en attente de modération.\n\nNon\n"))
    assert [(c.text, c.status) for c in found][1] == ("Non", "held")
    said = "Votre commentaire est en attente de modération depuis hier, pourquoi ?"
    assert thread(WORDPRESS.replace("Non\n", said + "\n"))["2"].text == said


def test_what_stands_between_links_and_the_next_comment_is_shown_in_a_note():
    found = thread(WORDPRESS.replace("- le vent\n\nRépondre\n", "- le vent\n\nRépondre\n\nPublicité\nAchetez !\n"))
    assert [c.author for c in found] == ["Kadi", "Issa Koné"]
    assert "lines between the comments are left out: 2, the first is “Publicité”" in found.notes


def test_what_looks_like_comments_elsewhere_is_noted():
    found = thread(WORDPRESS + "\nCommentaires\n\nOumou dit :\n1 mars 2024 à 10:00\nOui\n")
    assert len(found) == 2
    assert "what looks like the beginnings of comments elsewhere on the page is left out: 1" in found.notes


def test_the_last_comment_without_an_end_is_noted():
    found = thread(
        "2 commentaires\n\nAwa dit :\n12 mars 2024 à 10:15\nOui\n\nIssa dit :\n12 mars 2024 à 10:16\nNon\n\nContact\n"
    )
    assert found["2"].text == "Non\n\nContact"
    assert "nothing marks the end of the comments: the last may hold other text of the page" in found.notes


def test_indented_blocks_are_replies():
    found = thread(
        "2 commentaires\nAwa\n12 mars 2024 à 10:15\nOui\n\n    Issa\n    12 mars 2024 à 10:16\n    Non\n      vraiment\n"
    )
    assert rows(found) == [("Awa", "Oui", None), ("Issa", "Non\n  vraiment", "1")]
    assert not any(FLAT in note for note in found.notes)


def test_real_pages_copied_as_text_give_their_comments(shared):
    """Each element that is a block on a page becomes a line, as browsers copy it."""
    pages = shared / "fixtures/threads/html-pages"
    truth = json.loads((shared / "fixtures/threads/TRUTH.json").read_text(encoding="utf-8"))
    names = ("turpitude", "Homosexuellenhass", "parite", "abmahnungen", "Israel", "lemire", "dea")
    checked = 0
    for path in sorted(pages.glob("*.html")):
        known = next((one for key, one in truth.items() if path.name in key), None)
        if known is None or not any(name in path.name for name in names):
            continue
        found = thread(_copied(path.read_text(encoding="utf-8")))
        assert len(found) == known["comments_shown"], path.name
        authors = known.get("authors") or []
        assert [c.author for c in found if authors] == list(authors), path.name
        checked += 1
    assert checked == len(names)


def _copied(html):
    html = re.sub(r"(?is)<(script|style|head|noscript)\b.*?</\1>|<!--.*?-->", "", html)
    html = re.sub(r"\s+", " ", html)
    html = re.sub(
        r"(?i)</?(p|div|li|ul|ol|article|section|header|footer|h\d|table|tr|td|blockquote|br|dl|dt|dd|form|aside|nav|main)\b[^>]*>",
        "\n",
        html,
    )
    lines = (" ".join(unescape(line).split()) for line in re.sub(r"<[^>]*>", "", html).split("\n"))
    return "\n".join(lines)


# What is doubtful


@pytest.mark.parametrize(
    ("items", "note"),
    [
        ("  1. un\n\n    1. deux\n\n    2. trois\n\n  2. quatre\n", doubt(NUMBERED, "2", "3")),
        ("    • un\n\n  1. deux\n\n  2. trois\n", doubt(ORPHANS, "1")),
        ("  1. un\n\n      • deux\n\n  2. trois\n\n    • quatre\n", doubt(JUMPS, "2")),
        ("  1. un\n\n    • deux\n\n  4. trois\n", doubt(AS_PRINTED, "2")),
        ("  1. un\n\n  4. deux\n", "comments are missing, their numbers are passed over before 2"),
        ("  1. un\n\n  2. deux\n\n  1. trois\n", doubt(RESTART, "3")),
        ("  1. un\n\n    • KORO\n      a\n\n    • FATIM\n      b\n\n    • c\n", doubt(SEVERAL, "2", "3")),
        (
            "  1. un\n\n  2. Ceci :\n    - a\n    - b\n    Voilà\n\n    • deux\n",
            "lists inside comments are kept as their text, though these 2 items may be comments: 2",
        ),
    ],
)
def test_ambiguities_are_reported_with_their_comments(items, note):
    report = Report()
    found = thread(f"Titre\n\nCommentaires\n\n{items}\nRépondre\n", report=report)
    assert found.notes == (note,)
    named = re.fullmatch(r".*: ([\d, ]+)", note)
    assert report.doubtful == (len(named[1].split(", ")) if named else 0)


def test_fewer_comments_than_announced_make_all_replies_doubtful():
    found = thread("5 commentaires\n\n  1. un\n\n    • deux\n\n  2. trois\n\nRépondre\n")
    assert found.notes == (doubt(AS_PRINTED, "2"), "3 of 5 announced comments are shown")


def test_a_reader_other_than_the_author_above_is_doubtful():
    found = thread(
        "2 commentaires\n\n  1. Awa\n    1 mai 2024 à 10:00\n    un\n\n  2. Issa\n    1 mai 2024 à 10:01\n    deux\n\n"
        "    • Kadi\n      1 mai 2024 à 10:02\n      @Awa non\n\nRépondre\n"
    )
    assert found["3"].addressee == "Awa"
    assert "names another reader than the one whose comment it stands under: 3" in found.notes


# Whom a comment answers


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("KIGUILEPREUX\n\nESPÈCE DE…", "KIGUILEPREUX"),
        ("FANGA\nEN CE MOMENT", "FANGA"),
        ("AWA TRAORÉ\nNon.", "AWA TRAORÉ"),
        ("GOUPIL33\nNon.", "GOUPIL33"),
        ("@Awa non !", "Awa"),
        ("@awa non !", "awa"),
        ("@ Awa non !", "Awa"),
        ("@ awa, non !", "awa"),
        ("@Awa Traoré, non", "Awa Traoré"),
        ("@Awa Merci, mais", "Awa"),
        ("En réponse à Issa : oui", "Issa"),
        ("Réponse à Issa Koné,\noui", "Issa Koné"),
        ("FANGA", None),
        ("TROP CHER\nOui", None),
        ("VIVE LE MALI\nOui", None),
        ("BRAVO\nOui", None),
        ("MERCI\nOui", None),
        ("HONTE\nOui", None),
        ("HÉLAS\nOui", None),
        ("PAUVRE PAYS\nOui", None),
        ("LOL\nOui", None),
        ("AB\nOui", None),
        ("Awa\nOui", None),
        ("GARBA TU AS RAISON BRAVO\n\nLA SUITE", None),
        ("@ maudits trolls kan Fodé, Garba et le Renard", None),
        ("@ Maudits trolls kan Fodé", None),
        ("@tous : non", None),
        ("@ vous, non", None),
        ("@", None),
        ("@ !", None),
        ("En réponse à votre commentaire, non", None),
        ("En réponse à Awa je dis que non", None),
    ],
)
def test_the_name_that_a_comment_begins_with(text, name):
    assert addressee(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("GARBA TU AS RAISON BRAVO", "Garba"),
        ("Garba, tu exagères", "Garba"),
        ("Cindy Cat : non", "Cindy Cat"),
        ("CINDY CAT Aucun rapport", "Cindy Cat"),
        ("Garba\nnon", "Garba"),
        ("Garba est parti hier", None),
        ("Garbage tu", None),
        ("Moi, je suis Garba", None),
        ("Fodé tu signes", None),
        ("Mali, mon pays", None),
        ("", None),
    ],
)
def test_a_known_name_before_words_to_somebody(text, name):
    names = {"garba": "Garba", "cindy cat": "Cindy Cat", "fodé": "Fodé", "mali": "Mali"}
    assert named_first(text, names, but="Fodé") == name


def test_only_names_of_the_thread_are_known():
    page = "2 commentaires\n\n{}\n1 mai 2024 à 10:00\nOui\n\nIssa\n1 mai 2024 à 10:01\nGARBA TU AS RAISON\n"
    assert [c.addressee for c in thread(page.format("Garba"))] == [None, "Garba"]
    assert [c.addressee for c in thread(page.format("Awa"))] == [None, None]


# Lines


@pytest.mark.parametrize(
    "line", ["Il a raison.", "", "12 mars 2024", "Répondre", "3 commentaires", "Par Awa", "a " * 7, "…", "b" * 51]
)
def test_lines_that_are_no_name(line):
    assert not is_name(line)


@pytest.mark.parametrize(
    "line", ["J'aime ce pays", "2", "Répondre à cela demande du courage", "3 h", "Alerter les autorités", "J'aime"]
)
def test_lines_that_are_no_links(line):
    assert footer(line, "Awa") is None


def test_markup_is_named_where_comments_are_found_too():
    assert "the text looks like HTML or XML, which is not the text of a page" in thread("<html>\n" + WORDPRESS).notes
    assert not any("HTML" in note for note in thread("<3 le Mali\n" + WORDPRESS).notes)


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200)


@settings(deadline=None)
@given(words, words)
def test_no_line_raises_an_error(above, below):
    for lines in (
        [above, below],
        [f"{above} 12 mars 2024", below],
        [above, "12 mars 2024 à 10:15"],
        [f"{above} dit : {below}"],
    ):
        header_at(lines, 0)
        footer(lines[0], below)
    footer(f"Répondre {above}")
    addressee(f"@{above}")
    addressee(f"En réponse à {above}")
    named_first(above, {below.casefold(): below})


names = st.sampled_from(["Awa", "Issa Koné", "le Merle", "Tené_7", "Kôrô"])
texts = st.lists(st.sampled_from(["Oui.", "Non !", "Je ne sais pas, à vrai dire.", ""]), min_size=1, max_size=4).map(
    "\n".join
)
texts = texts.map(str.strip).filter(bool)
LAYOUTS = {
    "wordpress": "{name} dit :\n{day} mars 2024 à 10 h {minute} min\n\n{text}\n\nRépondre\n",
    "browser": "{name} {day} mars 2024 at 10 h {minute} min\n{text}\nRépondre\n",
    "stacked": "{name}\n{day} mars 2024 à 10:{minute}\n{text}\n",
    "spip": "Le {day} mars 2024 à 10:{minute}, par {name}\n{text}\n",
    "facebook": "{name}\n{text}\nJ’aime · Répondre · {day} mars 2024 10:{minute}\n",
}


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(names, texts, st.integers(1, 28), st.integers(10, 59)), min_size=1, max_size=6))
def test_any_comments_come_back_from_each_layout(layout, comments):
    printed = "\n".join(LAYOUTS[layout].format(name=n, text=t, day=d, minute=m) for n, t, d, m in comments)
    report = Report()
    found = thread(
        f"Titre\n\nArticle.\n\n{len(comments)} commentaires\n\n{printed}\nLaisser un commentaire\n", report=report
    )
    assert rows(found) == [(name, text, None) for name, text, _, _ in comments]
    assert dates(found) == [f"2024-03-{day:02} 10:{minute}" for _, _, day, minute in comments]
    assert report.read == report.kept + sum(report.dropped.values()) == len(comments)


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from([SENEWEB, LEFASO, WORDPRESS]),
    st.lists(st.tuples(st.integers(0, 2000), st.binary(max_size=3)), max_size=8),
)
def test_damaged_pages_give_threads_or_one_of_our_errors(page, cuts):
    data = bytearray(page.encode())
    for at, put in cuts:
        data[at : at + 3] = put
    report = Report()
    with suppress(SourceError):
        list(read_threads(io.BytesIO(bytes(data)), "pasted", report=report))
        assert report.read == report.kept + sum(report.dropped.values())


def test_what_stands_before_damage_is_kept():
    data = WORDPRESS.encode() + "\xe9".encode("latin-1")
    found = read_threads(io.BytesIO(data), "pasted")
    assert len(next(found)) == 2
    with pytest.raises(SourceError, match=f"byte {len(data) - 1} is 0xE9"):
        next(found)
    assert len(thread(WORDPRESS.encode().decode() + "é", keep_going=True)) == 2


# Size


def test_five_thousand_levels_of_blocks_need_no_recursion():
    page = "".join(f"{' ' * depth}Awa\n{' ' * depth}12 mars 2024\n{' ' * depth}a\n" for depth in range(5000))
    found = thread("5000 commentaires\n" + page)
    assert found.depth("5000") == 5000


@pytest.mark.parametrize(
    "block",
    [
        "2 commentaires\nAwa dit :\n12 mars 2024 à 10:15\nx\n",
        "Awa\n12 mars 2024\n",
        "J'aime · Répondre · 3 h\n",
        "le 12 mars par " * 10 + "\n",
        "a dit " * 25 + "\n",
        "1 mai " * 26 + "\n",
        "Répondre " * 17 + "\n",
    ],
)
def test_many_blocks_take_no_quadratic_time(block):
    """None of these would end within the test run if a step were quadratic."""
    assert thread("2 commentaires\n\n" + block * (400_000 // len(block))).title == "2 commentaires"
