"""Data Docs: a page a source with what its last batch kept and broke, readable without any network.

The tables are Great Expectations' own; the page around them is ours, because theirs fetches its looks from
elsewhere. Results come from receipts, so pages hold counts and never what a firm reported.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, select_autoescape

from features.catalogue import Source, load_catalogue, load_departments
from features.home import Home
from features.lake import Receipt, history
from features.promises import earlier_than, figures_of, promises_of
from features.staging import commit, staged


@dataclass(frozen=True, slots=True)
class LastBatch:
    """A source, the receipt of its newest batch, and those of the batches before it."""

    source: Source
    receipt: Receipt
    earlier: list[Receipt]

    @property
    def identity(self) -> str:
        """Tells whether a page is of this batch and of the catalogue as it is."""
        told = json.dumps([asdict(self.receipt), [asdict(one) for one in self.earlier], repr(self.source)])
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def build_data_docs(home: Home) -> Path:
    """Write the page of every source that has none of its last batch yet, and the index of all.

    Returns:
        The index.

    Raises:
        LakeError: The home cannot be written, or a batch is damaged.
    """
    batches = [_last(home, source) for source in load_catalogue().values()]
    found = [batch for batch in batches if batch is not None]
    index = home.expectations / "index.html"
    with staged(home) as folder:
        stale = [batch for batch in found if not _is_written(home, batch)]
        for batch in stale:
            _write(folder, home.expectations / f"{batch.source.name}.html", _page(batch))
        if stale or not index.exists():
            _write(folder, index, _render("expectations_index.html", batches=found))
    return index


def _last(home: Home, source: Source) -> LastBatch | None:
    known = history(home, source.name)
    return LastBatch(source, known[-1], earlier_than(known[-1], known)) if known else None


def _is_written(home: Home, batch: LastBatch) -> bool:
    page = home.expectations / f"{batch.source.name}.html"
    return page.exists() and f'content="{batch.identity}"' in page.read_text("utf-8")


def _page(batch: LastBatch) -> str:
    from features.sections import batch_sections, row_sections, rules_of

    source, receipt = batch.source, batch.receipt
    promises = promises_of(source, receipt, batch.earlier)
    judged = receipt.rows_read - receipt.untyped
    return _render(
        "expectations.html",
        source=source,
        receipt=receipt,
        identity=batch.identity,
        unread=[(rule, rows) for rule, rows in receipt.rules.items() if rule not in rules_of(source)],
        batch=batch_sections(promises, figures_of(receipt, batch.earlier)),
        rows=row_sections(source, judged, receipt.rules),
    )


def _render(template: str, **words: object) -> str:
    pages = Environment(loader=PackageLoader("features"), autoescape=select_autoescape())
    return pages.get_template(template).render(departments=load_departments(), **words)


def _write(folder: Path, page: Path, text: str) -> None:
    (folder / page.name).write_text(text, "utf-8")
    commit(folder / page.name, page)
