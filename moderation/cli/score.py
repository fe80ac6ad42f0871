"""``moderation score``: the scores of one comment."""

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
        for label, probability in probabilities.items():
            output.console().print(f"{label:10} {probability:.3f}")
        output.console().print(f"{'coverage':10} {decision.scores.coverage:.3f}")
        output.console().print(f"{'action':10} [{output.STYLES[decision.action]}]{decision.action}[/]")
        return
    scores = {label: round(probability, 6) for label, probability in probabilities.items()}
    more = {"coverage": round(decision.scores.coverage, 4), "action": decision.action, "model": decision.model_id}
    output.rows([scores | more], format)
