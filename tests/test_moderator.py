"""The shipped model with its own thresholds, as a library user meets it."""

import pytest

from moderation import Comment, FloodWindow, Moderator, PolicyError, Thread, read_threads


def test_a_thread_gives_one_decision_a_comment_in_order(moderator):
    thread = Thread("t", (Comment("a", "Merci."), Comment("b", "Espèce de gros imbécile !", parent_id="a")))
    decisions = moderator.check(thread)
    assert [decision.comment_id for decision in decisions] == ["a", "b"]
    assert [decision.flagged for decision in decisions] == [False, True]
    assert decisions[1].model_id == moderator.model.id
    assert decisions[1].policy_id == moderator.policy.id


def test_reasons_are_words_of_the_comment_for_its_labels(moderator):
    text = "Bon article. Mais toi, l’auteur, tu es un GROS IMBÉCILE."
    decision = moderator.check_text(text)
    assert decision.labels == ("insult",)
    assert "IMBÉCILE" in [text[reason.start : reason.end] for reason in decision.reasons]


def test_an_approved_comment_has_no_labels_and_no_reasons(moderator):
    decision = moderator.check_text("Merci à la rédaction pour cet article.")
    assert (decision.action, decision.labels, decision.reasons) == ("approve", (), ())


@pytest.mark.parametrize(
    "text",
    [
        "Ce gouvernement a échoué, qu'il démissionne.",
        "Le ministre ment et le peuple le sait.",
        "Ils ont volé l'argent du peuple.",
        "Je suis peul et fier de l'être.",
        "Les Dogons et les Peuls vivent ensemble depuis des siècles.",
        "QUE VIVE LE PARTENARIAT MALI-RUSSIE !",
        "Putain quel match !",
        "Paix à leur âme, toutes mes condoléances aux familles.",
        "La mairie répond au 20 22 41 11.",
        "Le groupe C4 est coupé jusqu'à 18h30.",
        "",
        "👍",
    ],
)
def test_what_must_not_be_censored_passes(moderator, text):
    assert moderator.check_text(text).action == "approve"


@pytest.mark.parametrize(
    "text",
    [
        "Espèce d'imbécile",
        "ESPECE DE GROS BATARD",
        "sale chien de ministre",
        "bande d'ignares !",
        "tu n'es qu'un pauvre c0nnard",
        "quel c.o.n.n.a.r.d celui-là",
        "maudit troll, va au diable",
    ],
)
def test_insults_are_flagged(moderator, text):
    assert "insult" in moderator.check_text(text).labels


@pytest.mark.parametrize(
    "text",
    [
        "Maître Kossi grand marabout voyant, retour d'affection en 3 jours, WhatsApp +229 97 00 00 00",
        "Offre de prêt entre particuliers de 5.000 à 500.000 euros au taux de 2 %, contactez pret.rapide@courriel.example",
    ],
)
def test_spam_is_flagged(moderator, text):
    assert "spam" in moderator.check_text(text).labels


def test_unknown_words_go_to_a_person(moderator):
    decision = moderator.check_text("Les wqpzx grrfv du kxzj")
    assert (decision.action, decision.labels) == ("review", ())


def test_a_site_policy_changes_the_action_not_the_scores(moderator, tmp_path):
    path = tmp_path / "site.toml"
    path.write_text(f'model = "{moderator.model.id}"\n[insult]\nreview = 0.0\nreject = false\n')
    site = Moderator.load(policy=path)
    ours, theirs = moderator.check_text("Merci."), site.check_text("Merci.")
    assert (ours.action, theirs.action) == ("approve", "review")
    assert ours.scores.probabilities == pytest.approx(theirs.scores.probabilities)  # one may be compiled
    assert ours.policy_id != theirs.policy_id


def test_a_policy_for_another_model_is_refused(tmp_path):
    path = tmp_path / "site.toml"
    path.write_text('model = "0123456789abcdef"\n')
    with pytest.raises(PolicyError, match="not for the model in use"):
        Moderator.load(policy=path)


def test_the_seed_thread(moderator, shared):
    (thread,) = read_threads(next((shared / "seeds").glob("004_*.txt")))
    decisions = {int(decision.comment_id): decision for decision in moderator.check(thread)}
    ranked = sorted(decisions, key=lambda number: -decisions[number].scores.probabilities["insult"])
    assert set(ranked[:2]) == {5, 11}
    assert decisions[5].flagged
    assert decisions[11].flagged
    assert not any(decisions[number].flagged for number in (1, 2, 10))


# Floods

LETTER = (
    "Toute la ville de Sikasso vous attend samedi au grand marché pour soutenir nos soldats et nos paysans. "
    "Recopiez ce message partout."
)


@pytest.fixture
def site(moderator, tmp_path):
    """Return a moderator with a policy of the content given."""

    def site(content):
        path = tmp_path / "site.toml"
        path.write_text(f'model = "{moderator.model.id}"\n{content}', encoding="utf-8")
        return Moderator.load(policy=path)

    return site


def copies(number, thread="t", text=LETTER, author=None):
    return Thread(thread, tuple(Comment(f"{n}", text, author=author) for n in range(1, number + 1)))


def flooded(decisions):
    return [decision.comment_id for decision in decisions if any(reason.copies for reason in decision.reasons)]


def test_every_copy_after_the_first_is_spam_and_names_the_others(moderator):
    alone = moderator.check_text(LETTER)
    decisions = moderator.check(copies(3))
    assert [(decision.action, decision.labels) for decision in decisions] == [
        ("approve", ()),
        ("review", ("spam",)),
        ("review", ("spam",)),
    ]
    assert {decision.scores.probabilities["spam"] for decision in decisions} == {alone.scores.probabilities["spam"]}
    (reason,) = decisions[2].reasons
    assert (reason.label, reason.start, reason.end, reason.weight, reason.marker) == (
        "spam",
        0,
        len(LETTER),
        0,
        "flood",
    )
    assert (reason.copies.place, reason.copies.count) == (3, 3)
    assert [(other.thread_id, other.comment_id) for other in reason.copies.others] == [("t", "1"), ("t", "2")]


def test_two_copies_are_a_correction(moderator):
    assert not any(decision.flagged for decision in moderator.check(copies(2)))
    assert not any(decision.flagged for decision in moderator.check(copies(9, text="Merci")))


def test_a_flood_goes_across_threads(moderator):
    threads = [copies(1, name) for name in "abc"]
    found = [decision for _, (decision,) in moderator.check_threads(threads)]
    assert [decision.flagged for decision in found] == [False, True, True]
    assert [other.thread_id for other in found[0 + 2].reasons[0].copies.others] == ["a", "b"]


def test_a_flood_goes_across_batches(moderator, monkeypatch):
    monkeypatch.setattr("moderation.moderator.THREADS_BATCH", 1)
    found = [decision.flagged for _, (decision,) in moderator.check_threads(copies(1, name) for name in "abcd")]
    assert found == [False, False, True, True]


def test_a_service_finds_floods_with_a_window(moderator):
    window = FloodWindow(1_000)
    found = [moderator.check([comment], window=window)[0] for comment in copies(4)]
    assert [decision.flagged for decision in found] == [False, False, True, True]
    assert [other.comment_id for other in found[2].reasons[0].copies.others] == ["1", "2"]
    assert not any(moderator.check([comment])[0].flagged for comment in copies(4))


def test_a_flood_of_insults_keeps_its_labels_and_reasons(moderator):
    insult = "Ce ministre est un gros imbécile. " + LETTER
    decision = moderator.check(copies(3, text=insult))[2]
    assert decision.labels == ("insult", "spam")
    assert [reason.marker for reason in decision.reasons][-1] == "flood"
    assert "imbécile" in [reason.text for reason in decision.reasons]


def test_a_site_says_what_is_done_with_floods(site):
    assert flooded(site("[flood]\naction = false\n").check(copies(5))) == []
    rejected = site('[flood]\naction = "reject"\ncopies = 4\n')
    assert flooded(rejected.check(copies(3))) == []
    assert [decision.action for decision in rejected.check(copies(4))] == ["approve", "reject", "reject", "reject"]


# Rules


def test_a_hit_shows_in_the_decision(site):
    moderator = site('[[rules]]\nname = "concurrents"\nwords = ["journal x"]\nlabel = "spam"\n')
    text = "Le Journal X en parle aussi."
    decision = moderator.check_text(text)
    assert (decision.action, decision.labels) == ("review", ("spam",))
    assert [(reason.rule, reason.text, reason.label) for reason in decision.reasons] == [
        ("concurrents", "Journal X", "spam")
    ]
    assert decision.scores == Moderator.load().check_text(text).scores
    assert moderator.check_text("Le journal en parle aussi.").action == "approve"


def test_the_most_severe_action_wins(site):
    moderator = site(
        '[[rules]]\nname = "un"\nwords = ["arnaque"]\n[[rules]]\nname = "deux"\ndomains = ["mal.example"]\naction = "reject"\n'
    )
    assert moderator.check_text("une arnaque").action == "review"
    decision = moderator.check_text("une arnaque, voir mal.example")
    assert (decision.action, [reason.rule for reason in decision.reasons if reason.rule]) == ("reject", ["un", "deux"])


def test_an_insult_that_is_also_a_hit_keeps_its_reasons(site):
    decision = site('[[rules]]\nname = "un"\nwords = ["imbécile"]\n').check_text("Espèce de gros imbécile !")
    assert "insult" in decision.labels
    assert [reason.rule for reason in decision.reasons][-1] == "un"
    assert decision.reasons[0].rule is None


def test_an_allowed_word_is_not_held_against_a_comment(site, moderator):
    allowing = site('allow = {words = ["imbécile"]}\n')
    text = "« Imbécile », un film à voir."
    assert moderator.check_text(text).flagged
    decision = allowing.check_text(text)
    assert (decision.action, decision.labels, decision.reasons) == ("approve", (), ())
    assert decision.scores == site("").check_text(text).scores
    worse = allowing.check_text("Tu es un imbécile et un gros bâtard.")
    assert "insult" in worse.labels
    assert "imbécile" not in [reason.text for reason in worse.reasons]


def test_an_allowed_domain_is_not_held_against_a_comment(site):
    text = "Visitez https://mairie.example/gagnez-vite pour le formulaire."
    scores = site("").check_text(text).scores
    spam = scores.probabilities["spam"]
    strict = site(f"[spam]\nreview = {spam}\nreject = false\n")
    assert "spam" in strict.check_text(text).labels
    lenient = site(f'allow = {{domains = ["mairie.example"]}}\n[spam]\nreview = {spam}\nreject = false\n')
    assert "spam" not in lenient.check_text(text).labels
    assert lenient.check_text(text).scores == scores


def test_a_list_that_allows_everything_still_sends_unknown_words_to_a_person(site):
    text = "Zxqwv kjhgf bvcxz plmkoq wsxedc rfvtgb yhnujm"
    assert site(f'allow = {{words = ["{text}"]}}\n').check_text(text).action == "review"
