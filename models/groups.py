"""Company groups: firms that one of them controls, so that no split sets them apart."""

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from features.catalogue import source_named
from features.errors import ModelError
from features.session import Session

CONTROLLING_SHARE = 0.5
"""Stake from which a firm counts as controlled, itself included; to be confirmed by the platform.

公司法 (2023) art. 265 calls a holder of more than half of the capital controlling; at exactly half a firm is
somebody's too, and a group too large only makes a split more careful.
"""


def company_groups(
    session: Session, as_of: pd.Timestamp, *, stake_at_least: float = CONTROLLING_SHARE
) -> pd.Series:
    """The group of every firm that the loan tape or the investments name, as known on a day.

    Firms hang together through any chain of stakes. A stake binds even after the firm invested in has
    closed: its loans are still in the samples. A stake of unknown size binds nobody.

    Args:
        session: Whose lake to read; without investments every firm is its own group.
        as_of: Only rows available then count.
        stake_at_least: Share from which a stake binds.

    Returns:
        Group by `entity_id`. A group is called as its first firm in the order of ids.

    Raises:
        ModelError: The stake is no share above 0.
    """
    stakes = _stakes(session, as_of, stake_at_least)
    binding = _binding(stakes, stake_at_least)
    firms = pd.Index(
        sorted(
            {*_known(session, "loan", as_of, "entity_id")["entity_id"], *stakes["entity_id"]}
            | {*stakes["invested_entity"].dropna()}
        ),
        dtype="str",
        name="entity_id",
    )
    return connected(firms, binding["entity_id"], binding["invested_entity"])


def bound_groups(
    session: Session, as_of: pd.Timestamp, *, stake_at_least: float = CONTROLLING_SHARE
) -> pd.Series:
    """`company_groups` of the firms that a stake binds alone: each other firm is its own group.

    It asks nothing of the loan tape, which is the longest table of a city, and is all that `group_of` needs.
    """
    binding = _binding(_stakes(session, as_of, stake_at_least), stake_at_least)
    firms = pd.Index(sorted({*binding["entity_id"], *binding["invested_entity"]}), dtype="str")
    return connected(firms.rename("entity_id"), binding["entity_id"], binding["invested_entity"])


def connected(firms: pd.Index, one: pd.Series, other: pd.Series) -> pd.Series:
    """The group of each firm, from pairs of firms that belong together."""
    if firms.empty:
        return pd.Series(index=firms, dtype="str", name="group")
    edges = (np.ones(len(one)), (firms.get_indexer(one), firms.get_indexer(other)))
    _, member = connected_components(coo_array(edges, shape=(len(firms), len(firms))), directed=False)
    _, first = np.unique(member, return_index=True)
    return pd.Series(firms[first[member]], index=firms, name="group")


def group_of(entities: pd.Series, groups: pd.Series | None) -> pd.Series:
    """The group of each row's firm; a firm that `groups` does not name is its own."""
    if groups is None:
        return entities
    # As objects: where no firm is in a group, pandas makes numbers of nothing.
    found = entities.map(groups).astype("object")
    return found.where(found.notna(), entities)


def _stakes(session: Session, as_of: pd.Timestamp, stake_at_least: float) -> pd.DataFrame:
    """Every investment known on a day."""
    if not 0 < stake_at_least <= 1:
        raise ModelError(f"stake_at_least is {stake_at_least!r}, expected a share above 0 and at most 1")
    return _known(session, "equity_investment", as_of, "entity_id", "invested_entity", "share")


def _binding(stakes: pd.DataFrame, stake_at_least: float) -> pd.DataFrame:
    return stakes[stakes["share"] >= stake_at_least].dropna(subset=["invested_entity"])


def _known(session: Session, source: str, as_of: pd.Timestamp, *columns: str) -> pd.DataFrame:
    known = session.known_on(source_named(source), as_of.date())
    return session.frame(known.select(*columns).distinct())
