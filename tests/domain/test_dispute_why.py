"""What would have changed a ruling, in sentences."""

import pytest

from domain.dispute import Finding, Silence, WouldChange, counterfactuals
from tests.domain.disputes import ANNA, GENUINE, SHOP

MERCHANT_SILENT = Silence(
    issue="counterfeit",
    step=1,
    proves="merchant",
    default="support_consumer",
    remedy="return_refund",
    policy=GENUINE.ref,
)
CONSUMER_SILENT = Silence(
    issue="counterfeit",
    step=2,
    proves="consumer",
    default="support_merchant",
    remedy="none",
    policy=GENUINE.ref,
)
FAKE_BY_DEFAULT = Finding(fact="goods_genuine", holds=False, policy=GENUINE.ref)
FAKE = Finding(fact="goods_genuine", holds=False, shown_by=ANNA, evidence=("report",))
GENUINE_SHOWN = Finding(
    fact="goods_genuine", holds=True, shown_by=SHOP, evidence=("invoice",)
)


def test_a_merchants_missing_proof_would_have_left_it_to_the_consumer() -> None:
    missing, finding = counterfactuals(
        "support_consumer", (FAKE_BY_DEFAULT,), (MERCHANT_SILENT,), GENUINE
    )
    assert missing == WouldChange(
        what="proof",
        instead="support_merchant",
        step=1,
        proves="merchant",
        shows=("purchase_proof", "inspection_report"),
        policy=GENUINE.ref,
    )
    assert (finding.fact, finding.holds) == ("goods_genuine", True)


def test_the_last_to_prove_would_have_won() -> None:
    (missing, _) = counterfactuals(
        "support_merchant", (GENUINE_SHOWN,), (CONSUMER_SILENT,), GENUINE
    )
    assert (missing.proves, missing.instead) == ("consumer", "support_consumer")
    assert missing.shows == ("inspection_report",)


def test_a_finding_shown_by_a_party_names_who_showed_it_with_what() -> None:
    (flip,) = counterfactuals("support_consumer", (FAKE,), (), GENUINE)
    assert flip == WouldChange(
        what="finding",
        instead="support_merchant",
        fact="goods_genuine",
        holds=True,
        shown_by=ANNA,
        evidence=("report",),
    )


@pytest.mark.parametrize("holds", [True, False])
def test_what_decides_nothing_would_have_changed_nothing(holds: bool) -> None:  # noqa: FBT001 - both are tried
    late = Finding(fact="shipped_in_time", holds=holds, shown_by=ANNA, evidence=("x",))
    knew = Finding(fact="creator_knew", holds=holds, shown_by=ANNA, evidence=("x",))
    assert counterfactuals("support_consumer", (late, knew), (), GENUINE) == ()


def test_a_consumer_found_to_be_at_fault_would_have_lost_any_issue() -> None:
    fair = Finding(
        fact="consumer_at_fault", holds=False, shown_by=ANNA, evidence=("x",)
    )
    (flip,) = counterfactuals("support_consumer", (fair,), (), GENUINE)
    assert flip.instead == "support_merchant"
    at_fault = Finding(
        fact="consumer_at_fault", holds=True, shown_by=SHOP, evidence=("x",)
    )
    assert counterfactuals("support_merchant", (at_fault,), (), GENUINE) == ()


def test_what_comes_to_the_same_result_is_not_told() -> None:
    kept = counterfactuals("support_consumer", (GENUINE_SHOWN,), (), GENUINE)
    assert kept == ()
