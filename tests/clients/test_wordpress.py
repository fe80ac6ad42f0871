"""Debian's WordPress with its own Akismet plugin against a live service: readers post, moderators click, the service fails."""

import csv
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from wordpress import PLUGIN, URL, answering, nowhere, started

from moderation.store import Store

pytestmark = pytest.mark.clients

HAM = [
    "MERCI A LA REDACTION POUR CET ARTICLE SUR LE MARCHE DE SEGOU",
    "Bravo à nos soldats 🇲🇱 courage à tous 👏",
    "on en a marre des coupures de courant, le ministre de l'energie doit demissionner",
]
HARSH = [
    "Ce gouvernement a échoué sur tous les plans, il ment au peuple depuis trois ans !",
    "Votre article est mal écrit et vous n'avez vérifié aucune source, c'est du mauvais journalisme.",
    "La junte nous a menti, la transition doit finir et le président doit rendre des comptes au peuple.",
    "La France et la Russie pillent notre pays, dehors les deux !",
]
MARABOUT = "GRAND MARABOUT VOYANT RETOUR AFFECTIF RAPIDE EN 24H PAIEMENT APRES RESULTAT WHATSAPP +229 97 00 00 00"
SPAM = [
    MARABOUT,
    "Offre de prêt entre particuliers sérieux et honnête de 2000 à 500 000 euros taux 2% contactez pret.rapide@gmail.com",
    "Casino en ligne bonus gratuit gagnez de l'argent facile 💰 http://casino-gain.example cliquez ici",
]
INSULT = "Espèce d’abruti, tu n'es qu'un gros imbécile !"
INSULTS = [INSULT, "ESPECE DE GROS IMBECILE VA TE CACHER", "T'es qu'un c0nnard 🤡"]
UNKNOWN = "Les wqpzx grrfv du kxzj"
LIST = "edit-comments.php?comment_status="
REASONS = {
    "X-akismet-guid": "1",
    "X-akismet-error": "held",
    "X-Moderation-Action": "reject",
    "X-Moderation-Score": '{"insult":0.97,"<script>x":0.5}',
    "X-Moderation-Words": '[{"label":"insult","text":"<script>alert(1)</script>"},{"label":"insult","text":"gros%20nul"},7]',
}


@pytest.fixture(scope="module")
def running(shared, server):
    """A site whose Akismet asks the service."""
    with tempfile.TemporaryDirectory(prefix="wp-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the database is another user
        with started(folder, shared, server.url, server.key) as site:
            yield site


@pytest.fixture
def site(running, server):
    """The site as docs/wordpress.md sets it up, each warning of PHP in a log."""
    running.plugins(moderation=PLUGIN.read_text(encoding="utf-8"))
    log = running.folder / "warnings"
    settings = {"MODERATION_TIMEOUT": 20, "WP_DEBUG": True, "WP_DEBUG_DISPLAY": False, "WP_DEBUG_LOG": str(log)}
    running.defaults = {"MODERATION_URL": server.url, **settings}
    running.configure(**running.defaults)
    yield running
    assert "moderation.php" not in (log.read_text() if log.exists() else "")


@pytest.fixture
def bare(running):
    """The site with nothing of ours but the address, as where DNS leads Akismet's host to the service."""
    running.plugins(**running.as_found)
    running.configure()
    return running


def feedback(server):
    with Store(server.store) as store:
        return list(store.feedback())


@pytest.mark.skipif(shutil.which("php") is None, reason="PHP is not installed")
def test_the_plugin_is_php():
    done = subprocess.run(["php", "-l", PLUGIN], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


# Readers


@pytest.mark.parametrize("text", [*HAM, *HARSH])
def test_praise_politics_and_criticism_are_published(site, text):
    posted = site.post(text)
    assert (posted.status, posted.text) == ("published", text)
    assert "akismet_error" not in posted.meta


@pytest.mark.parametrize("text", SPAM)
def test_spam_goes_to_spam(site, text):
    assert site.post(text).status == "spam"


@pytest.mark.parametrize("text", [*INSULTS, UNKNOWN])
def test_an_insult_and_what_nobody_can_read_are_held(site, text):
    posted = site.post(text)
    assert (posted.status, posted.meta["akismet_result"]) == ("pending", "false")


def test_a_reply_is_judged_and_kept_as_one(site, served):
    first = site.post("Une question sur le prix du mil à Kayes ?")
    reply = site.post(f"{INSULTS[1]} encore", parent=first.id)
    assert (reply.parent, reply.status) == (first.id, "pending")
    assert site.post("Il est à 350 francs le kilo.", parent=first.id).parent == first.id


def test_a_site_with_one_gate_has_its_insults_in_spam(site, served):
    other = served("[akismet]\ninsult_is_spam = true\n")
    site.configure(**site.defaults | {"MODERATION_URL": other.url, "WPCOM_API_KEY": other.key})
    assert site.post(f"{INSULT} Oui, toi.").status == "spam"
    assert site.post(f"{UNKNOWN} hm").status == "pending"
    assert site.post(HAM[2]).status == "published"


def test_an_administrator_is_never_blocked(site):
    assert site.post(f"{MARABOUT} !", by=site.moderator).status == "published"
    assert site.post(f"{INSULT} Je cite un lecteur.", by=site.moderator).status == "published"


def test_a_field_that_people_do_not_see_holds_a_comment(site):
    posted = site.post("Merci pour ce reportage à Gao.", ak_hp_textarea="x")
    assert posted.status == "pending"
    assert "À vérifier" in row(site, posted)


@pytest.mark.parametrize("charset", ["ISO-8859-1", "UTF-8"])
def test_what_the_site_says_of_its_encoding_may_be_wrong(site, charset):
    site.php(f"update_option('blog_charset', '{charset}')")
    try:
        assert site.post(f"Espèce d’imbécile, tu es un crétin 🙄 ({charset})").status == "pending"
        assert site.post("Félicitations à l’équipe, c’était très intéressant à lire").status == "published"
    finally:
        site.php("update_option('blog_charset', 'UTF-8')")


# Without our plugin


def test_without_our_plugin_comments_are_held_too(bare):
    assert [bare.post(f"{text} !").status for text in (HAM[0], MARABOUT, INSULT, UNKNOWN)] == [
        "published",
        "spam",
        "pending",
        "pending",
    ]


def test_without_our_plugin_an_insult_of_an_outage_is_not_published(bare, server):
    """Akismet's retry reads no header, and publishes on the word "false"."""
    away = {"away": bare.as_found["local-akismet"].replace(server.url, nowhere())}
    assert away["away"] != bare.as_found["local-akismet"]
    bare.plugins(**away)
    held = [bare.post(f"{text} (panne)") for text in (HAM[1], MARABOUT, INSULT)]
    assert [one.status for one in held] == ["pending"] * 3
    bare.plugins(**bare.as_found)
    bare.cron()
    assert [bare.comment(one.id).status for one in held] == ["published", "spam", "pending"]
    bare.query(f"delete from wp_commentmeta where comment_id = {held[2].id}")  # out of Akismet's queue


# Moderators


def row(site, posted):
    """Return the cell of ours in the list of comments."""
    page = site.page(f"comment.php?action=editcomment&c={posted.id}")
    found = re.search(r'<div id="moderation".*?<div class="inside">(.*?)</div>', page, re.DOTALL)
    assert found is not None
    return found[1].strip()


def test_a_moderator_sees_why(site):
    posted = site.post("Vraiment, espèce de gros IMBÉCILE, va te coucher !")
    page = site.page(f"{LIST}moderated")
    assert "<mark>IMBÉCILE</mark>" in page
    cell = row(site, posted)
    assert cell in page
    assert re.search(r"<strong>À ne pas publier</strong><br>.*« IMBÉCILE ».*<br>insulte (9\d|100) %, spam \d+ %", cell)
    assert "enable_mshots" not in page
    site.click("approvecomment", posted.id, f"{LIST}moderated")
    seen = site.reader.get(f"{URL}/?p={site.article}").text
    assert "IMBÉCILE" in seen
    assert "<mark>" not in seen
    fine = site.post("Rien à redire, bel article sur Sikasso.")
    assert "Rien à signaler" in row(site, fine)


def test_a_reader_sees_no_marks_where_a_theme_loads_comments_through_wp_admin(site):
    posted = site.post(f"{INSULT} Voilà.")
    shown = site.php(
        "(function () { require_once ABSPATH . 'wp-admin/includes/admin.php'; set_current_screen('edit-comments');"
        f"$c = get_comment({posted.id});"
        "$show = function () use ($c) { return apply_filters('comment_text', $c->comment_content, $c); };"
        "$reader = $show(); wp_set_current_user(1); return [$reader, $show()]; })()"
    )
    assert ["<mark>" in html for html in shown] == [False, True]


def test_words_of_a_comment_and_of_an_answer_stay_text(site):
    with answering(200, b"false", REASONS) as service:
        site.configure(**site.defaults | {"MODERATION_URL": service.url})
        posted = site.post("<script>alert(1)</script> quel gros nul <b>gros nul</b> &lt;script&gt;")
    page = site.page(f"{LIST}moderated")
    assert "<script>alert(1)" not in page
    assert page.count("<mark>gros nul</mark>") == 2
    assert "« &lt;script&gt;alert(1)&lt;/script&gt; », « gros nul »" in row(site, posted)


def test_clicks_arrive_as_feedback_with_the_text_as_it_was_written(site, server, tmp_path):
    before = len(feedback(server))
    text = "L'offre \"du siècle\" d'un \\ marabout 😀 GAGNEZ 5000 FCFA par jour sur whatsapp http://gain.example"
    wrong, missed = site.post(text), site.post("Un message que la rédaction n'aime pas à Ségou.")
    third = site.post("Un autre message que la rédaction n'aime pas à Bamako.", parent=missed.id)
    assert (wrong.status, missed.status) == ("spam", "published")
    site.click("unspamcomment", wrong.id, f"{LIST}spam")
    site.click("spamcomment", missed.id, f"{LIST}approved")
    site.bulk("spam", third.id, f"{LIST}approved")
    assert [site.comment(one.id).status for one in (wrong, missed, third)] == ["pending", "spam", "spam"]
    said = feedback(server)[before:]
    assert [(one.protocol, dict(one.verdict), one.text) for one in said] == [
        ("akismet", {"spam": 0}, text),
        ("akismet", {"spam": 1}, missed.text),
        ("akismet", {"spam": 1}, third.text),
    ]
    assert [one.comment_id for one in said] == [str(wrong.id), str(missed.id), str(third.id)]
    assert said[2].parent_id == str(missed.id)
    with Store(server.store) as store:
        assert {one.key_id for one in said} == {store.key(server.key).id}
    labels = tmp_path / "labels.csv"
    command = ["feedback", "export", "--labels", labels, "--store", server.store]
    subprocess.run([sys.executable, "-c", "from moderation.cli import main; main()", *command], check=True)
    with labels.open(encoding="utf-8", newline="") as file:
        rows = {one["text"]: one["spam"] for one in csv.DictReader(file)}
    assert (rows[text], rows[missed.text]) == ("0", "1")


def test_a_moderator_may_decide_about_what_is_held(site):
    posted = site.post(UNKNOWN)
    site.click("approvecomment", posted.id, f"{LIST}moderated")
    assert site.comment(posted.id).status == "published"


def test_a_key_is_saved_by_the_form_of_akismet(site, server):
    def save(key):
        page = site.page("options-general.php?page=akismet-key-config&view=start")
        nonce = re.search(r'name="_wpnonce" value="(\w+)"', page)
        assert nonce is not None
        form = {"action": "enter-key", "key": key, "_wpnonce": nonce[1]}
        return site.moderator.post(f"{URL}/wp-admin/options-general.php?page=akismet-key-config", data=form).text

    site.configure(**site.defaults | {"WPCOM_API_KEY": None, "WP_DEBUG_DISPLAY": True})
    assert "the key in Akismet" in site.page("edit-comments.php")
    assert "The key you entered is invalid" in save("000000000000")
    assert not site.php("get_option('wordpress_api_key')")
    saved = save(server.key)
    assert site.php("get_option('wordpress_api_key')") == server.key
    assert "<b>Warning</b>" not in saved
    settings = site.page("options-general.php?page=akismet-key-config")
    assert "Statistics" in settings
    assert "<b>Warning</b>" not in settings
    assert "tools.akismet.com" not in site.page("options-general.php?page=akismet-key-config&view=stats")
    assert site.post("Le marché de Kayes a rouvert.").status == "published"


def test_no_spam_is_deleted_unseen_until_somebody_chooses_so(site):
    site.php("delete_option('akismet_strictness')")
    assert "Strictness" in site.page("options-general.php?page=akismet-key-config")
    posted = site.post(f"{MARABOUT} !!")
    assert (posted.status, posted.meta["akismet_pro_tip"]) == ("spam", "discard")
    site.php("update_option('akismet_strictness', '1')")
    assert site.post(f"{MARABOUT} !!") is None
    site.php("update_option('akismet_strictness', '0')")


def test_what_is_missing_is_said(site):
    site.configure(WP_DEBUG=True)
    assert "missing MODERATION_URL in wp-config.php" in site.page("edit-comments.php")
    assert site.post("Un commentaire sans adresse de service.").status == "pending"


# A service that fails


def test_a_comment_of_an_outage_is_decided_when_the_service_is_back(site):
    site.configure(**site.defaults | {"MODERATION_URL": nowhere()})
    texts = [f"{INSULT} (service arrêté)", "Service arrêté, mais bravo aux joueurs.", f"{MARABOUT} (arrêté)", UNKNOWN]
    held = [site.post(text) for text in texts]
    assert [one.status for one in held] == ["pending"] * 4
    assert all("akismet_error" in one.meta for one in held)
    site.cron()
    assert [site.comment(one.id).status for one in held] == ["pending"] * 4
    site.configure(**site.defaults)
    site.cron()
    found = [site.comment(one.id) for one in held]
    assert [one.status for one in found] == ["pending", "published", "spam", "pending"]
    assert not any("akismet_error" in one.meta for one in found)
    assert "« imbécile »" in row(site, held[0])
    site.cron()
    assert site.comment(held[0].id).status == "pending"


@pytest.mark.parametrize(
    ("status", "body"), [(0, b""), (429, b""), (500, b"false"), (503, b"<html>"), (200, b"<html>"), (200, b"invalid")]
)
def test_a_service_that_is_silent_or_answers_badly_leaves_a_comment_pending(site, status, body):
    with answering(status, body) as service:
        site.configure(**site.defaults | {"MODERATION_URL": service.url, "MODERATION_TIMEOUT": 1})
        posted = site.post(f"Un commentaire pendant une panne ({status}, {body!r}).")
        assert (posted.status, "akismet_error" in posted.meta) == ("pending", True)
        assert len(service.calls) == 1  # Akismet alone would wait three times
        rest = site.php(
            "[add_filter('rest_allow_anonymous_comments', '__return_true'), rest_do_request((function () {"
            "$r = new WP_REST_Request('POST', '/wp/v2/comments'); $_SERVER['REMOTE_ADDR'] = '127.0.0.1';"
            f"$r->set_body_params(['post' => {site.article}, 'author_name' => 'A', 'author_email' => 'a@b.example',"
            f"'content' => 'Par REST {status} {len(body)}']); return $r; }})())->get_data()['status']][1]"
        )
        assert rest == "hold"
    site.query("delete from wp_commentmeta where meta_key = 'akismet_error'")


def test_no_comment_follows_a_redirect(site):
    with answering(200, b"false") as other, answering(307, b"", {"Location": f"{other.url}/"}) as service:
        site.configure(**site.defaults | {"MODERATION_URL": service.url})
        assert site.post("Un commentaire qui ne va pas ailleurs.").status == "pending"
        assert (len(service.calls), other.calls) == (1, [])
    site.query("delete from wp_commentmeta where meta_key = 'akismet_error'")


def test_the_button_that_checks_again_publishes_nothing(site):
    held = site.post(f"{INSULT} (bouton)")
    site.configure(**site.defaults | {"MODERATION_URL": nowhere()})
    spam, fine = site.post(f"{MARABOUT} (bouton)"), site.post("Bouton ou pas, merci pour le reportage.")
    site.configure(**site.defaults)
    comments = site.query("select count(*) from wp_comments")
    nonce = re.search(r'data-nonce="(\w+)"', site.page(f"{LIST}moderated"))
    assert nonce is not None
    form = {"action": "akismet_recheck_queue", "nonce": nonce[1], "offset": "0", "limit": "100"}
    answer = site.moderator.post(f"{URL}/wp-admin/admin-ajax.php", data=form)
    assert answer.json()["counts"]["error"] == 0
    assert [site.comment(one.id).status for one in (held, spam, fine)] == ["pending", "spam", "pending"]
    assert site.query("select count(*) from wp_comments") == comments


def test_other_calls_of_the_site_are_left_alone(site):
    with answering(200, b"something") as other:
        assert site.php(f"wp_remote_retrieve_body(wp_remote_post('{other.url}/1.1/comment-check'))") == "something"


@pytest.mark.parametrize("host", ["rest.akismet.com", "0123456789ab.rest.akismet.com"])
def test_the_service_sees_its_own_host_and_the_key(site, host):
    """Before version 5 Akismet's plugin named the key in the host."""
    with answering(200, b"valid") as service:
        site.configure(**site.defaults | {"MODERATION_URL": f"{service.url}/"})
        body = "key=0123456789ab" if host.startswith("rest") else "blog=x"
        asked = (
            f"wp_remote_post('https://{host}/1.1/verify-key', ['headers' => ['Host' => '{host}'], 'body' => '{body}'])"
        )
        assert site.php(f"wp_remote_retrieve_body({asked})") == "valid"
        ((seen, sent),) = service.calls
    assert seen == service.url.removeprefix("http://")
    assert "key=0123456789ab" in sent
