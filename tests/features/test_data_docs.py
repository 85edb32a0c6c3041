"""Pages of what was promised and kept: up to date, readable without a network, without values of firms."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pyarrow.parquet as pq
import pytest

from features.catalogue import source_named
from features.data_docs import build_data_docs
from features.lake import Receipt, batch_path, schema_of, stamp

DUPLICATES = "record_id: the row stands in the file already"
RECEIPT = Receipt(
    "vat_invoice", "发票", "<b>&.parquet", "b", "s", 2000, 1988, 12,
    {"op: not one of upsert, withdraw": 7, DUPLICATES: 3, "amount_cny: not a number": 2}, untyped=2,
    warnings=["few rows"], newest_event="2024-06-30", newest_available="2024-07-20", lag_days=99.0,
)  # fmt: skip


def put(home, receipt: Receipt) -> None:
    path = batch_path(home, receipt.source, receipt.batch)
    path.parent.mkdir(parents=True, exist_ok=True)
    schema = schema_of(source_named(receipt.source)).with_metadata(stamp(receipt))
    pq.write_table(schema.empty_table(), path)


class Fetched(HTMLParser):
    """Every address that a page would fetch or lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag, attrs):
        """Note a tag and where it points to."""
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name in ("src", "href", "action", "data")]


@pytest.fixture
def page(home) -> str:
    put(home, RECEIPT)
    assert build_data_docs(home) == home.expectations / "index.html"
    return (home.expectations / "vat_invoice.html").read_text("utf-8")


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_page_fetches_nothing_from_anywhere(page, home):
    for text in (page, (home.expectations / "index.html").read_text("utf-8")):
        found = Fetched()
        found.feed(text)
        assert set(found.links) <= {"index.html", "vat_invoice.html"}
        assert not found.tags & {"script", "link", "iframe", "img", "form"}
        assert "@import" not in text
        assert "url(" not in text


def test_a_page_tells_counts_of_every_rule(page):
    told = words(page)
    assert "增值税发票 VAT invoices" in told
    assert "values must belong to this set: upsert withdraw" in told
    assert re.search(r"7 unexpected values found\. .{1,3}0\.35\d+% of 1998 total rows", told), told
    assert "copies before" in told
    assert "3 unexpected values found" in told
    assert "amount_cny: not a number 2" in told
    assert "few rows" in told
    assert "99 天 days" in told
    assert page.count("fas fa-times") == 3, "two rules of rows, one of the batch: the lag"
    assert "&lt;b&gt;&amp;.parquet" in page


def test_the_index_names_every_source_with_a_batch(home, page):
    assert page
    index = words((home.expectations / "index.html").read_text("utf-8"))
    assert "增值税发票 vat_invoice 税务部门 &lt;b&gt;&amp;.parquet 2,000 12 3 1 2024-06-30" in index
    assert "electricity" not in index


def test_a_page_is_written_anew_for_a_new_batch_alone(home, page, monkeypatch):
    monkeypatch.setattr("features.data_docs._page", lambda batch: f"page of {batch.receipt.batch}")
    build_data_docs(home)
    assert (home.expectations / "vat_invoice.html").read_text("utf-8") == page
    put(home, replace(RECEIPT, batch="a", newest_available="2024-08-20"))
    build_data_docs(home)
    assert (home.expectations / "vat_invoice.html").read_text("utf-8") == "page of a"


def test_an_empty_lake_has_an_empty_index(home):
    assert "vat_invoice" not in build_data_docs(home).read_text("utf-8")


def test_no_value_of_a_firm_is_on_a_page(home, tmp_path):
    from pipelines.collect import collect
    from pipelines.recipe import parse_recipe

    columns = "entity_id: a, record_id: b, event_date: c, available_at: c, case_kind: d, role: e"
    recipe = "name: t\nkey: research\ntables:\n  - {source: court_judgment, file: f.csv, columns: {COLUMNS}}"
    lines = ["FIRM1,rec1,2024-01-05,secret1,DEFENDANT", "FIRM2,rec2,2024-01-06,secret2,nobodyknows"]
    (tmp_path / "f.csv").write_text("\n".join(["a,b,c,d,e", *lines]), "utf-8")
    collect(home, parse_recipe(recipe.replace("COLUMNS", columns), "t.yaml"), tmp_path)
    text = (home.expectations / "court_judgment.html").read_text("utf-8")
    assert "1 unexpected values found" in words(text)
    assert not re.search(r"FIRM|rec1|secret|nobodyknows", text)
