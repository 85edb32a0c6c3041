"""What was known of each applicant on the day of the application: worked out once, looked up ever after."""

import pandas as pd

from features.asof import known_on
from features.assemble import Watch, assemble
from features.catalogue import source_named
from features.feature import AnyFeature
from features.home import Home
from features.rows import KEYS
from features.session import Session


class Applications:
    """Features by firm and day of application.

    They depend on the firm and that day alone, and on nothing that arrived later. So a step of the past may
    look up what was worked out from the whole lake; what a loan became is never looked up here. A loan whose
    later version names another firm or day is simply another pair, worked out when a step asks for it.

    Args:
        home: Whose lake.
        features: What to work out.
        watch: Told of every source whose features are done.
    """

    def __init__(
        self, home: Home, features: tuple[AnyFeature, ...], watch: Watch = lambda _source: None
    ) -> None:
        self._home, self._features, self._watch = home, features, watch
        self._values: pd.DataFrame | None = None

    def of(self, loans: pd.DataFrame) -> pd.DataFrame:
        """The features of loans (`entity_id`, `application_date`), in their order and under their index."""
        pairs = pd.MultiIndex.from_arrays([loans["entity_id"], loans["application_date"]], names=list(KEYS))
        self._work_out(pairs)
        values = self._values
        if values is None:
            return pd.DataFrame(index=loans.index, columns=[one.name for one in self._features])
        return values.iloc[values.index.get_indexer(pairs)].set_axis(loans.index)

    def _work_out(self, pairs: pd.MultiIndex) -> None:
        """Add the pairs that nobody asked for yet."""
        wanted = pairs.unique()
        new = wanted if self._values is None else wanted[~wanted.isin(self._values.index)]
        if new.empty:
            return
        found = assemble(self._home, self._features, new.to_frame(index=False), self._watch).values
        self._values = found if self._values is None else pd.concat([self._values, found])


def amounts(home: Home, day: pd.Timestamp) -> "pd.Series[float]":
    """Contract amount of each loan in yuan, as known on a day, by `loan_id`."""
    session = Session(home)
    loans = known_on(session.stored(source_named("loan")), day.date()).select("record_id", "amount_cny")
    return session.frame(loans).set_index("record_id")["amount_cny"].astype("float64").rename_axis("loan_id")
