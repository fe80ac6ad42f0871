"""The shipped model with its own thresholds, as a library user meets it."""

import pytest

from moderation import Comment, Moderator, PolicyError, Thread, read_threads


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
    decision = moderator.check_text("Zxqwv kjhgf bvcxz plmkoq wsxedc rfvtgb yhnujm")
    assert (decision.action, decision.labels) == ("review", ())


def test_a_site_policy_changes_the_action_not_the_scores(moderator, tmp_path):
    path = tmp_path / "site.toml"
    path.write_text(f'model = "{moderator.model.id}"\n[insult]\nreview = 0.0\nreject = false\n')
    site = Moderator.load(policy=path)
    ours, theirs = moderator.check_text("Merci."), site.check_text("Merci.")
    assert (ours.action, theirs.action) == ("approve", "review")
    assert ours.scores == theirs.scores
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
