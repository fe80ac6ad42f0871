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
        "\n\n".join(
            [
                _about(card),
                _limits(card),
                _mistakes(card),
                _thresholds(card),
                _figures(card),
                _slices(card),
                _sources(card),
                _recipe(card),
            ]
        )
        + "\n"
    )


def _about(card: dict[str, Any]) -> str:
    return (
        f"# Model {card['id']}\n\n"
        f"Answers for each reader comment: {', '.join(card['labels'])}? Each answer is a probability; the words that caused it "
        "can be shown. What the labels mean stands in the codebook of the label files.\n\n"
        "It is made to put comments before a moderator, the doubtful first, with the words in question. It is not made to "
        "judge people, to rank readers, or to delete without a person who answers for it. Harsh criticism of acts and policies "
        "is no insult and is to pass."
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
        "hundred of your own comments before you let it reject anything unseen.\n\n"
        "It is blind to names: each name of a people, nationality, place, faith, sex, party or person that the program lists is "
        "one and the same word to it, so that whom a comment names does not change its score. A name that is not listed is "
        "read as any word is."
    )


def _mistakes(card: dict[str, Any]) -> str:
    lines = [
        "## Its clearest mistakes",
        "Short comments, written for the label files, that the model which had not seen them got most wrong, with its "
        "probability. Some are border cases.",
    ]
    for label, kinds in card.get("mistakes", {}).items():
        for kind, found in kinds.items():
            if found:
                rows = [f"- {p:.2f} `{' '.join(text.replace('`', ' ').split())}`" for text, p in found]
                lines += [f"{label}, {kind}:", "\n".join(rows)]
    return "\n\n".join(lines) if len(lines) > 2 else "## Its clearest mistakes\n\nNone that may be shown."


def _slices(card: dict[str, Any]) -> str:
    table = [
        "| label | comments that are | how many | positives | precision at review | recall at review |",
        "|---" * 6 + "|",
    ]
    for label, rows in card.get("slices", {}).items():
        for row in rows:
            cells = f"{row['comments']} | {row['positives']} | {row['precision']:.3f} | {row['recall']:.3f} |"
            table.append(f"| {label} | {row['slice']} | {cells}")
    return "## By how a comment is written\n\n" + "\n".join(table)


def _recipe(card: dict[str, Any]) -> str:
    recipe = ", ".join(f"{name} {value}" for name, value in card["recipe"].items())
    environment = ", ".join(f"{name} {value}" for name, value in card["environment"].items())
    return (
        f"## How it was made\n\n`moderation train` with {recipe}. Versions: {environment}.\n\n"
        "To train it anew on your own labels: `docs/training.md`. Plots of its precision, recall and calibration, and the suites "
        "for fairness, politics and disguises: `docs/quality-figures.md`."
    )
