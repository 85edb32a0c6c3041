"""The rows that each figure counts: `month_end`, `entity_id`, `part`, `whole`, and whether it `is_known`.

Each is a query over what was known on the day: tables `seen_<source>`, and the tables that `gather` lays
beside them: `month_ends`, `firm_sizes` (`is_small_micro`: null where the size is unknown), `clocks`,
`committed` and `terms` (the definitions' numbers, one row). Firms known not to be small or micro are left out
where a figure is about small and micro firms; firms of unknown size are kept and count as unknown.
"""

SMALL_MICRO_BALANCE = """
WITH reported AS (
    SELECT last_day(event_date) AS month_end, entity_id, loan_id,
        max_by(balance_cny, event_date) AS balance_cny
    FROM seen_loan_performance GROUP BY ALL
), running AS (
    SELECT month_ends.month_end, loan.entity_id, loan.record_id AS loan_id
    FROM seen_loan AS loan
    JOIN month_ends ON loan.event_date <= month_ends.month_end AND loan.maturity_date > month_ends.month_end
    WHERE NOT EXISTS (
        SELECT 1 FROM seen_loan_event AS lost
        WHERE lost.loan_id = loan.record_id AND lost.kind = 'WRITTEN_OFF'
            AND lost.event_date <= month_ends.month_end
    )
), owed AS (
    SELECT month_end, coalesce(running.entity_id, reported.entity_id) AS entity_id, balance_cny
    FROM running FULL JOIN reported USING (month_end, loan_id)
    WHERE running.loan_id IS NOT NULL OR balance_cny > 0
)
SELECT month_end, entity_id, balance_cny AS part, NULL AS whole,
    balance_cny IS NOT NULL AND is_small_micro IS NOT NULL AS is_known
FROM owed SEMI JOIN month_ends USING (month_end) LEFT JOIN firm_sizes USING (entity_id)
WHERE is_small_micro IS NOT FALSE
"""
"""A loan that should be on the books and is not reported is unknown; what was written off is on none."""

DECIDED_IN_TIME_SHARE = """
SELECT last_day(asked.event_date) AS month_end, asked.entity_id, CAST(clocks.in_time AS INTEGER) AS part,
    1 AS whole, clocks.in_time IS NOT NULL AS is_known
FROM seen_loan_recommendation AS asked
LEFT JOIN clocks ON clocks.event_date = asked.event_date
    AND clocks.documents_date IS NOT DISTINCT FROM asked.documents_date
    AND clocks.decided_date IS NOT DISTINCT FROM asked.decided_date
"""
"""No decision known counts as late only once its report would have arrived, too; until then it is unknown."""

SUBSIDY_SPENT = """
SELECT last_day(event_date) AS month_end, entity_id, amount_cny AS part, NULL AS whole, TRUE AS is_known
FROM seen_interest_subsidy
"""

SUBSIDY_COMMITTED = "SELECT month_end, entity_id, part, NULL AS whole, is_known FROM committed"
"""Estimated by the measure itself, firm by firm; see `committed`."""

RENEWED_BALANCE = """
SELECT month_ends.month_end, renewed.entity_id, renewed.amount_cny AS part, NULL AS whole,
    renewed.amount_cny IS NOT NULL AND loan.record_id IS NOT NULL AS is_known
FROM seen_loan_event AS renewed
LEFT JOIN seen_loan AS loan ON loan.record_id = renewed.loan_id
JOIN month_ends ON renewed.event_date <= month_ends.month_end
    AND (loan.record_id IS NULL
        OR loan.maturity_date + to_months(CAST(loan.term_months AS INTEGER)) > month_ends.month_end)
WHERE renewed.kind = 'RENEWED_WITHOUT_REPAYMENT'
"""
"""Banks report day and principal of a renewal, not its end: it is taken to run as long as the loan did."""

GUARANTEE_FEE = """
SELECT last_day(event_date) AS month_end, entity_id,
    guaranteed_cny * CAST(fee_rate AS DECIMAL(9, 6)) AS part, guaranteed_cny AS whole,
    guaranteed_cny IS NOT NULL AND fee_rate IS NOT NULL AS is_known
FROM seen_loan_security WHERE guarantor = 'GOVERNMENT'
"""

_FIRST = """
WITH earliest AS (
    SELECT entity_id, min_by(event_date, (event_date, record_id)) AS event_date,
        min_by(amount_cny, (event_date, record_id)) AS amount_cny
    FROM seen_loan GROUP BY entity_id
), tape AS (SELECT min(event_date) AS begins FROM seen_loan), founded AS (
    SELECT entity_id, max_by(established_date, (event_date, record_id)) AS established_date
    FROM seen_registration GROUP BY entity_id
)
SELECT last_day(event_date) AS month_end, entity_id, {part} AS part, NULL AS whole,
    is_small_micro IS NOT NULL AND (
        coalesce(established_date >= tape.begins, FALSE)
        OR event_date >= tape.begins + to_months(terms.first_loan_lookback_months)
    ) AS is_known
FROM earliest CROSS JOIN tape CROSS JOIN terms
LEFT JOIN founded USING (entity_id) LEFT JOIN firm_sizes USING (entity_id)
WHERE is_small_micro IS NOT FALSE
"""
FIRST_LOANS = _FIRST.replace("{part}", "1")
FIRST_LOAN_AMOUNT = _FIRST.replace("{part}", "amount_cny")
"""A firm older than the tape may have borrowed before it begins: its first loan there is none for sure."""

UNSECURED_SHARE = """
SELECT last_day(loan.event_date) AS month_end, loan.entity_id,
    CASE WHEN security.manner = 'UNSECURED' THEN loan.amount_cny ELSE 0 END AS part, loan.amount_cny AS whole,
    security.manner IS NOT NULL AND is_small_micro IS NOT NULL AS is_known
FROM seen_loan AS loan
LEFT JOIN (
    SELECT loan_id, max_by(manner, (event_date, record_id)) AS manner
    FROM seen_loan_security GROUP BY loan_id
) AS security ON security.loan_id = loan.record_id
LEFT JOIN firm_sizes ON firm_sizes.entity_id = loan.entity_id
WHERE is_small_micro IS NOT FALSE
"""

LONG_SHARE = """
SELECT last_day(event_date) AS month_end, entity_id,
    CASE WHEN maturity_date > event_date + to_years(terms.long_loan_over_years) THEN amount_cny ELSE 0 END
        AS part,
    amount_cny AS whole, is_small_micro IS NOT NULL AS is_known
FROM seen_loan CROSS JOIN terms LEFT JOIN firm_sizes USING (entity_id)
WHERE is_small_micro IS NOT FALSE
"""

ITEMS = {
    "small_micro_balance": SMALL_MICRO_BALANCE,
    "decided_in_time_share": DECIDED_IN_TIME_SHARE,
    "subsidy_spent": SUBSIDY_SPENT,
    "subsidy_committed": SUBSIDY_COMMITTED,
    "renewed_balance": RENEWED_BALANCE,
    "guarantee_fee": GUARANTEE_FEE,
    "first_loans": FIRST_LOANS,
    "first_loan_amount": FIRST_LOAN_AMOUNT,
    "unsecured_share": UNSECURED_SHARE,
    "long_share": LONG_SHARE,
}
"""By the figure's key."""

COUNTED = """
WITH items AS ({items}), place AS (
    SELECT entity_id, district,
        CASE WHEN row_number() OVER of_firm = 1 THEN DATE '0001-01-01' ELSE event_date END AS since,
        coalesce(lead(event_date) OVER of_firm, DATE '9999-12-31') AS until
    FROM seen_registration
    WINDOW of_firm AS (PARTITION BY entity_id ORDER BY event_date, record_id)
), placed AS (
    SELECT items.month_end, coalesce(place.district, 'unknown') AS district, part, whole, is_known
    FROM items SEMI JOIN month_ends USING (month_end)
    LEFT JOIN place ON place.entity_id = items.entity_id
        AND place.since <= items.month_end AND items.month_end < place.until
)
SELECT month_end, CASE WHEN GROUPING(district) = 1 THEN 'all' ELSE district END AS district,
    sum(part) FILTER (is_known) AS numerator, sum(whole) FILTER (is_known) AS denominator,
    count(*) FILTER (is_known) AS known, count(*) FILTER (NOT is_known) AS unknown
FROM placed GROUP BY GROUPING SETS ((month_end, district), (month_end)) ORDER BY month_end, district
"""
"""Items by month and by the district in which the firm was registered at that month's end."""
