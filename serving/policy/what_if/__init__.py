"""What if: the facts that would change a finding, and the nearest value of each that does.

    for change in what_if(facts, date(2026, 11, 20), measure=VAT_EXEMPTION):
        print(change.text_zh)
    what_if_all(facts, date(2026, 11, 20), findings)  # of findings that are there already, by measure

Reading order, which is the import order: `grid`, `lever`, `watched`, `asked`, `verdict`, `nodes`,
`hearing`, `trials`, `search`, `searched`, `change`, `remembered`, `asking`.
Who can move which fact stands in `levers.yaml`.
"""

from serving.policy.what_if.asking import what_if, what_if_all
from serving.policy.what_if.change import Change, Move
from serving.policy.what_if.lever import Hold

__all__ = ["Change", "Hold", "Move", "what_if", "what_if_all"]
