"""``moderation score``: the scores of one comment."""

from rich.text import Text

from moderation.cli import options, output
from moderation.moderator import Moderator


def score(
    text: options.Text,
    model: options.ModelFolder = None,
    policy: options.PolicyFile = None,
    format: options.OutputFormat = options.Format.TABLE,
) -> None:
    """Score one comment: a probability for each label, the rules of the site that it hits, and the action of the policy."""
    decision = Moderator.load(model, policy).check_text(options.text_of(text))
    probabilities = decision.scores.probabilities
    hits = [reason for reason in decision.reasons if reason.rule is not None]
    if format is options.Format.TABLE:
        table = output.table("", "")
        for name, value in [*probabilities.items(), ("coverage", decision.scores.coverage)]:
            table.add(name, f"{value:.3f}")
        for reason in hits:
            table.add("rule", f"{reason.rule}: {reason.text}")
        table.add("action", Text(decision.action, style=output.STYLES[decision.action]))
        output.console().print(table)
        return
    scores = {label: round(probability, 6) for label, probability in probabilities.items()}
    more = {
        "coverage": round(decision.scores.coverage, 4),
        "rules": [output.reason_row(reason) for reason in hits],
        "action": decision.action,
        "model": decision.model_id,
    }
    output.rows([scores | more], format)
