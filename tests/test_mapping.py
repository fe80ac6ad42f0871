"""Old thresholds and their counterparts on new scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from moderation.mapping import LEAST_MATCHED, map_threshold, mapping_table


def pairs(rng, size, noise=0.5):
    """Old and new scores of the same comments; the new ones on another scale."""
    old = rng.normal(size=size)
    return old, 2 * (old + noise * rng.normal(size=size)) + 1


def test_equal_scores_keep_the_threshold_within_a_step():
    scores = np.random.default_rng(1).random(5000)
    for row in mapping_table(scores, scores):
        assert row.share == row.new_share
        assert ((scores >= row.new) == (scores >= row.old)).all()
        between = np.sum((scores >= row.low) & (scores < row.high))
        assert 0 < between <= 6  # three comments to either side are too few to tell two thresholds apart


def test_the_share_flagged_is_kept():
    old, new = pairs(np.random.default_rng(2), 20_000)
    mapped = map_threshold(old, new, 1.0)
    assert mapped.share == np.mean(old >= 1.0)
    assert np.mean(new >= mapped.new) == mapped.new_share == mapped.share
    assert mapped.low < mapped.new < mapped.high


def test_the_interval_holds_the_true_counterpart_in_19_of_20_samples():
    rng = np.random.default_rng(3)
    truth = 1 + 2 * np.sqrt(1.25) * norm.isf(norm.sf(1.0))
    rows = [map_threshold(*pairs(rng, 2000), 1.0) for _ in range(400)]
    assert 0.92 <= np.mean([row.low <= truth <= row.high for row in rows]) <= 0.98


def test_ties_go_to_the_nearest_share():
    old = np.arange(100.0)
    new = np.repeat([0.0, 1.0, 2.0], [40, 30, 30])
    assert map_threshold(old, new, 69).new == 1.5  # 31 by the old; 30 or 60 by the new
    assert map_threshold(old, new, 50).new == 0.5  # 50 by the old
    assert map_threshold(old, new, 0).new == 0.0  # all


def test_few_flagged_comments_are_not_mapped():
    old = np.arange(100.0)
    mapped = map_threshold(old, old, 100 - LEAST_MATCHED + 1)
    assert mapped.new is mapped.low is mapped.high is mapped.new_share is None
    assert mapped.share == pytest.approx((LEAST_MATCHED - 1) / 100)
    assert map_threshold(old, old, 100 - LEAST_MATCHED).new is not None
    assert map_threshold(np.zeros(0), np.zeros(0), 0.5).new is None


@given(st.integers(0, 10_000), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_threshold_has_a_higher_counterpart(seed, one, other):
    rng = np.random.default_rng(seed)
    old, new = np.round(rng.random((2, 200)), 1)
    found = [map_threshold(old, new, threshold).new for threshold in sorted((one, other))]
    assert None in found or found[0] <= found[1]
