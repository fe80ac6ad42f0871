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
    """Score one comment: a probability for each label, and what the policy would do with it."""
    decision = Moderator.load(model, policy).check_text(options.text_of(text))
    probabilities = decision.scores.probabilities
    if format is options.Format.TABLE:
        table = output.table("", "")
        for name, value in [*probabilities.items(), ("coverage", decision.scores.coverage)]:
            table.add(name, f"{value:.3f}")
        table.add("action", Text(decision.action, style=output.STYLES[decision.action]))
        output.console().print(table)
        return
    scores = {label: round(probability, 6) for label, probability in probabilities.items()}
    more = {"coverage": round(decision.scores.coverage, 4), "action": decision.action, "model": decision.model_id}
    output.rows([scores | more], format)
