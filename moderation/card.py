"""The card of a model in words a newsroom reads."""

from __future__ import annotations

from typing import Any

_NAMES = {
    "average_precision": "average precision",
    "roc_auc": "ROC-AUC",
    "recall_at_precision_0.9": "recall at precision 0.9",
    "brier": "Brier score (0 is best)",
}


def render(card: dict[str, Any]) -> str:
    """Return the card as Markdown.

    Parameters
    ----------
    card
        As in ``card.json``.
    """
    return (
        "\n\n".join([_about(card), _figures(card), _thresholds(card), _sources(card), _limits(card), _recipe(card)])
        + "\n"
    )


def _about(card: dict[str, Any]) -> str:
    return (
        f"# Model {card['id']}\n\n"
        f"Answers for each reader comment: {', '.join(card['labels'])}? Each answer is a probability; the words that caused it "
        "can be shown. What the labels mean stands in the codebook of the label files."
    )


def _figures(card: dict[str, Any]) -> str:
    lines = [
        "## Figures",
        "Grouped cross-validation on the label files: each comment is scored by a model that has seen neither its thread, "
        'nor its article, nor a near-duplicate. In brackets the 95 % interval from resampling groups. "With text" are the '
        'comments that the label files hold, "by reference" messages of data sets that they only name.',
    ]
    header = "| label | comments | | positives | " + " | ".join(_NAMES.values()) + " |"
    table = [header, "|---" * (header.count("|") - 1) + "|"]
    for label, parts in card["figures"].items():
        for part, found in parts.items():
            cells = ["{:.3f} [{:.3f}, {:.3f}]".format(*found[name]) for name in _NAMES]
            table.append(
                f"| {label} | {part} | {found['comments']} | {found['positives']} | " + " | ".join(cells) + " |"
            )
    return "\n\n".join([*lines, "\n".join(table)])


def _thresholds(card: dict[str, Any]) -> str:
    lines = [
        "## Thresholds",
        "Chosen on the same out-of-fold scores, so their precision and recall are a little flattered. A site sets its own "
        "in a policy file (`docs/policy.md`).",
    ]
    table = ["| query | probability | precision | recall | flagged |", "|---|---|---|---|---|"]
    for bands in card["thresholds"].values():
        for answer in bands.values():
            if answer["threshold"] is None:
                table.append(f"| {answer['query']} | never | | | |")
                continue
            table.append(
                f"| {answer['query']} | {answer['threshold']:.3f} | {answer['precision']:.3f} | {answer['recall']:.3f} "
                f"| {answer['match_rate']:.1%} |"
            )
    coverage = card["coverage"]
    last = f"A comment of which the model knows less than {coverage['floor']:.0%} goes to review whatever its scores."
    return "\n\n".join([*lines, "\n".join(table), last])


def _sources(card: dict[str, Any]) -> str:
    table = [
        "| source | what it is | licence | judgements | comments | positives | not joined |",
        "|---|---|---|---|---|---|---|",
    ]
    for found in card["sources"]:
        positives = ", ".join(f"{count} {name}" for name, count in found["positives"].items())
        absent = found["missing"] + found["changed"]
        table.append(
            f"| {found['source']} | {found['about']} | {found['licence']} | {found['judgements']} | {found['comments']} "
            f"| {positives} | {absent} |"
        )
    return "## Trained on\n\n" + "\n".join(table)


def _limits(card: dict[str, Any]) -> str:
    shares = []
    for label, parts in card["figures"].items():
        found = parts["all"]
        shares.append(f"{found['positives'] / found['comments']:.0%} are {label}")
    return (
        "## What it gets wrong\n\n"
        "It knows words, not meaning. It misses contempt without a telling word and words that it has not met; it "
        "takes quotation, self-mockery and condemnation of an insult for the insult more often than a reader would. It does "
        "not read the article or the comment that is answered. It cannot tell whether an alleged fact is true. Of its "
        f"training comments {' and '.join(shares)}; where there are fewer, its probabilities are too high: judge a few "
        "hundred of your own comments before you let it reject anything unseen."
    )


def _recipe(card: dict[str, Any]) -> str:
    recipe = ", ".join(f"{name} {value}" for name, value in card["recipe"].items())
    environment = ", ".join(f"{name} {value}" for name, value in card["environment"].items())
    return f"## How it was made\n\n`moderation train` with {recipe}. Versions: {environment}."
