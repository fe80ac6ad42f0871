"""A model is plain data that says the same wherever it is loaded, and explains what it says."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from moderation import Model, ModelError
from moderation.features.index import Columns, Lines
from moderation.model_files import FORMAT, _content_hash
from moderation.scores import pool, units

TEXT = "Merci pour l'article. Mais l'auteur est un gros imbécile, ESPÈCE D’ÂNE !!! Bonne journée à tous."


def test_a_saved_model_scores_as_before(folder, trained):
    model = Model.load(folder)
    assert model.id == json.loads((folder / "card.json").read_text())["id"]
    assert model.score([TEXT]) == Model.load(folder).score([TEXT])
    before, after = trained.model.score([TEXT])[0], model.score([TEXT])[0]
    assert before.probabilities == pytest.approx(after.probabilities, abs=1e-5)  # 64 against 32 bits


def test_saving_again_gives_the_same_bytes(folder, tmp_path):
    Model.load(folder).save(tmp_path / "again")
    for name in ("weights.safetensors", "card.json", "CARD.md"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_a_changed_weight_is_refused(folder):
    tensors = load_file(folder / "weights.safetensors")
    tensors["cells"] = tensors["cells"] + np.float32(0.01)
    save_file(tensors, folder / "weights.safetensors")
    with pytest.raises(ModelError, match=r"was changed since the model was made.*moderation train"):
        Model.load(folder)


def test_a_changed_card_is_refused(folder):
    card = json.loads((folder / "card.json").read_text())
    card["thresholds"]["insult"]["review"]["threshold"] = 0.001
    (folder / "card.json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match="was changed"):
        Model.load(folder)


@pytest.mark.parametrize(
    ("number", "what"),
    [(FORMAT + 1, "pip install --upgrade"), (FORMAT - 1, "train it again")],
)
def test_another_format_is_refused_before_anything_else(folder, number, what):
    card = json.loads((folder / "card.json").read_text()) | {"format": number}
    (folder / "card.json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match=rf"format {number}, this program reads format {FORMAT}.*{what}"):
        Model.load(folder)


def test_a_failed_probe_is_refused(trained, tmp_path, monkeypatch):
    trained.model.save(tmp_path)
    monkeypatch.setattr("moderation.model.fold", lambda text: __import__("moderation.text").text.fold(text[:-4]))
    with pytest.raises(ModelError, match=r"the probe .* scores .* install the version"):
        Model.load(tmp_path)


@pytest.mark.parametrize("name", ["weights.safetensors", "card.json"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(ModelError, match=f"no {name} in it"):
        Model.load(folder)


@pytest.mark.parametrize("content", ["not json", "[]", "{}", '{"format": "one"}'])
def test_a_card_that_is_none_is_refused(folder, content):
    (folder / "card.json").write_text(content)
    with pytest.raises(ModelError, match=r"card\.json"):
        Model.load(folder)


def test_the_environment_names_a_model(folder, monkeypatch):
    monkeypatch.setenv("MODERATION_MODEL", str(folder))
    assert Model.load().id == Model.load(folder).id


def test_one_text_is_not_a_batch(moderator):
    with pytest.raises(TypeError, match="sequence of texts"):
        moderator.model.score("texte")


@given(st.lists(st.text(max_size=60), max_size=4))
def test_a_batch_scores_like_single_comments(moderator, texts):
    assert moderator.model.score(texts) == [moderator.model.score([text])[0] for text in texts]


@given(st.text(max_size=200))
def test_any_text_has_probabilities_and_coverage_in_range(moderator, text):
    (scores,) = moderator.model.score([text])
    assert all(0 <= p <= 1 for p in scores.probabilities.values())
    assert 0 <= scores.coverage <= 1


@given(st.text("Tu es un gros idiot, c0nn*rd !!! Merci. \n@à", max_size=200))
def test_weights_and_intercept_sum_to_the_log_odds_of_the_sentence_that_decided(moderator, text):
    model = moderator.model
    for label, found in model.explain(text).items():
        total = math.fsum([found.intercept, *(reason.weight for reason in found.reasons)])
        assert total == pytest.approx(found.log_odds, abs=1e-9)
        assert (found.start, found.end) in units(text)
        for reason in found.reasons:
            assert reason.label == label
            assert found.start <= reason.start <= reason.end <= found.end
            assert reason.text == text[reason.start : reason.end]


def test_the_insulting_word_is_the_strongest_reason(moderator):
    found = moderator.model.explain(TEXT)["insult"]
    assert found.reasons[0].text in {"imbécile", "ESPÈCE", "ÂNE"}
    assert "imbécile" in TEXT[found.start : found.end]


def test_pooling_is_a_mean_of_the_whole_and_the_highest_sentence():
    log_odds = np.array([[1.0, 1.0], [-2.0, 9.0], [5.0, 0.0]])
    assert pool(log_odds, np.array([0.5, 0.0])).tolist() == [3.0, 1.0]
    assert pool(log_odds[:1], np.array([0.5, 0.0])).tolist() == [1.0, 1.0]


def test_units_are_the_whole_and_its_sentences():
    assert units("Un. Deux.") == [(0, 9), (0, 3), (4, 9)]
    assert units("Un seul") == [(0, 7)]
    assert units("") == [(0, 0)]


def test_the_model_knows_what_it_was_trained_on(trained, joined):
    assert trained.model.was_trained_on(joined.labels[0].text)
    assert trained.model.was_trained_on(joined.labels[0].text.upper())
    assert not trained.model.was_trained_on("Un texte que personne n'a encore écrit ici.")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda card: card.update(labels=[]),
        lambda card: card.update(labels=["insult"]),
        lambda card: card.update(features=[["word", 1, 10**9]]),
        lambda card: card.update(features=[["sound", 1, 2]]),
        lambda card: card.update(probes=[]),
        lambda card: card.update(probes=[["text"]]),
        lambda card: card.update(calibration={}),
        lambda card: card.update(calibration={"insult": ["a", 1], "spam": [1, 1]}),
        lambda card: card.update(pooling={"insult": float("nan"), "spam": 0}),
        lambda card: card.update(thresholds={}),
        lambda card: card.update(coverage=3),
    ],
)
def test_a_card_that_fits_nothing_is_one_sentence(folder, spoil):
    """The id is made anew, as somebody who means harm would."""
    card = json.loads((folder / "card.json").read_text())
    spoil(card)
    card["id"] = _content_hash((folder / "weights.safetensors").read_bytes(), card)
    (folder / "card.json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match="train again"):
        Model.load(folder)


@pytest.mark.parametrize("content", [b"", b"garbage", b"\xff" * 100])
def test_weights_that_are_none_are_one_sentence(folder, content):
    card = json.loads((folder / "card.json").read_text())
    (folder / "weights.safetensors").write_bytes(content)
    card["id"] = _content_hash(content, card)
    (folder / "card.json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match="train again"):
        Model.load(folder)


@pytest.mark.parametrize(
    ("name", "spoil", "message"),
    [
        ("cells", lambda cells: cells * np.float32(np.nan), "not finite"),
        ("cells", lambda cells: cells[:-1], "weights of shape|expected"),
        ("cells", lambda cells: cells.astype(np.float64), "train again"),
        ("intercepts", lambda intercepts: intercepts[:1], "weights of shape"),
        ("slots", lambda slots: slots | np.uint64(1), "half full"),
        ("slots", lambda slots: slots[:-1], "power of two"),
        ("slots", lambda slots: np.where(slots > 0, slots | np.uint64(0xFFFFFF), slots), "not there"),
        ("trained", lambda trained: trained[::-1].copy(), "not sorted"),
    ],
)
def test_tensors_that_fit_nothing_are_refused(folder, name, spoil, message):
    """The id is made anew, as somebody who means harm would."""
    tensors = load_file(folder / "weights.safetensors")
    tensors[name] = np.ascontiguousarray(spoil(tensors[name]))
    save_file(tensors, folder / "weights.safetensors")
    card = json.loads((folder / "card.json").read_text())
    card["id"] = _content_hash((folder / "weights.safetensors").read_bytes(), card)
    (folder / "card.json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match=message):
        Model.load(folder)


def test_the_weights_are_mapped_not_read(folder):
    cells = Model.load(folder).cells
    assert not cells.flags.writeable
    assert not cells.flags.owndata


def test_the_hash_table_finds_each_ngram(trained):
    slots = trained.model.features.slots
    for block, first in zip(trained.model.features.blocks, trained.model.features.offsets(), strict=True):
        if block.analyzer != "marker":
            columns = Columns(slots, block.analyzer, first, Lines("\n".join(block.ngrams).encode(), len(block.ngrams)))
            assert [columns[ngram] for ngram in block.ngrams] == list(range(len(block.ngrams)))
            assert "never seen" not in columns
            assert list(columns) == list(block.ngrams)
