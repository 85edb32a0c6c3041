-- All invoice features as of one day, as an engineer would write them for this one question.
-- {files} is a list of Parquet files, {day} a date.
WITH newest AS (
    SELECT *
    FROM read_parquet({files})
    WHERE available_at <= DATE '{day}'
    QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY available_at DESC, op DESC) = 1
),
known AS MATERIALIZED (
    SELECT
        entity_id,
        counterparty,
        event_date,
        date_trunc('month', event_date) AS month,
        amount_cny AS amount,
        tax_cny AS tax,
        direction = 'sales' AS issued,
        direction = 'sales' AND status = 'valid' AS sold,
        direction = 'purchase' AND status = 'valid' AS bought,
        status = 'void' AS void,
        event_date > DATE '{day}' - INTERVAL 3 MONTH AS in_3m,
        event_date > DATE '{day}' - INTERVAL 6 MONTH AS in_6m,
        event_date > DATE '{day}' - INTERVAL 12 MONTH AS in_12m,
        event_date > DATE '{day}' - INTERVAL 15 MONTH AS in_15m,
        event_date > DATE '{day}' - INTERVAL 18 MONTH AS in_18m,
        event_date > DATE '{day}' - INTERVAL 24 MONTH AS in_24m,
        event_date > DATE '{day}' - INTERVAL 36 MONTH AS in_36m
    FROM newest
    WHERE op = 'upsert' AND event_date <= DATE '{day}'
),
of_firm AS (
    SELECT
        entity_id,
        sum(amount) FILTER (sold AND in_3m) AS sales_3m,
        sum(amount) FILTER (sold AND in_6m) AS sales_6m,
        sum(amount) FILTER (sold AND in_12m) AS sales_12m,
        sum(amount) FILTER (sold AND in_36m) AS sales_36m,
        sum(amount) FILTER (sold AND in_6m AND NOT in_3m) AS sales_3m_before,
        sum(amount) FILTER (sold AND in_15m AND NOT in_12m) AS sales_3m_year_before,
        sum(amount) FILTER (sold AND in_18m AND NOT in_12m) AS sales_6m_year_before,
        sum(amount) FILTER (sold AND in_24m AND NOT in_12m) AS sales_12m_before,
        sum(amount) FILTER (bought AND in_3m) AS purchases_3m,
        sum(amount) FILTER (bought AND in_12m) AS purchases_12m,
        sum(amount) FILTER (bought AND in_36m) AS purchases_36m,
        sum(amount) FILTER (bought AND in_24m AND NOT in_12m) AS purchases_12m_before,
        sum(amount) FILTER (sold AND in_12m AND amount > 0) AS forth_12m,
        sum(amount) FILTER (sold AND in_12m AND amount < 0) AS back_12m,
        sum(tax) FILTER (sold AND in_12m) AS tax_on_sales_12m,
        sum(tax) FILTER (sold AND in_36m) AS tax_on_sales_36m,
        sum(tax) FILTER (bought AND in_12m) AS tax_on_purchases_12m,
        sum(tax) FILTER (bought AND in_36m) AS tax_on_purchases_36m,
        count(*) FILTER (sold AND in_12m) AS sold_12m,
        count(*) FILTER (sold AND in_36m) AS sold_36m,
        count(*) FILTER (bought AND in_12m) AS bought_12m,
        count(*) FILTER (bought AND in_36m) AS bought_36m,
        count(*) FILTER (issued AND in_3m) AS issued_3m,
        count(*) FILTER (issued AND in_12m) AS issued_12m,
        count(*) FILTER (issued AND in_36m) AS issued_36m,
        count(*) FILTER (issued AND void AND in_3m) AS void_3m,
        count(*) FILTER (issued AND void AND in_12m) AS void_12m,
        count(*) FILTER (issued AND void AND in_36m) AS void_36m,
        count(*) FILTER (sold AND in_12m AND amount < 0) AS red_12m,
        count(*) FILTER (sold AND in_36m AND amount < 0) AS red_36m,
        min(event_date) FILTER (sold) AS first_sale,
        max(event_date) FILTER (sold AND in_24m) AS last_sale,
        max(event_date) FILTER (bought AND in_24m) AS last_purchase
    FROM known
    GROUP BY entity_id
),
each_month AS (
    SELECT
        entity_id,
        month,
        sum(amount) FILTER (in_12m)::DOUBLE AS sales_12m,
        sum(amount) FILTER (in_24m)::DOUBLE AS sales_24m,
        sum(amount) FILTER (in_36m)::DOUBLE AS sales_36m,
        count(*) FILTER (in_6m) AS sold_6m,
        min(event_date) FILTER (in_12m) AS first_12m,
        max(event_date) FILTER (in_12m) AS last_12m
    FROM known
    WHERE sold
    GROUP BY entity_id, month
),
each_silence AS (
    SELECT *, first_12m - lag(last_12m) OVER (PARTITION BY entity_id ORDER BY month) AS silence FROM each_month
),
of_months AS (
    SELECT
        entity_id,
        count(*) FILTER (sold_6m > 0) AS months_6m,
        count(sales_12m) AS months_12m,
        count(sales_24m) AS months_24m,
        count(sales_36m) AS months_36m,
        max(sales_36m) AS peak_36m,
        median(sales_36m) AS median_36m,
        avg(sales_12m) AS mean_12m,
        stddev_samp(sales_12m) AS deviation_12m,
        avg(sales_24m) AS mean_24m,
        stddev_samp(sales_24m) AS deviation_24m,
        greatest(max(silence), DATE '{day}' - max(last_12m)) AS longest_silence
    FROM each_silence
    GROUP BY entity_id
),
each_party AS (
    SELECT
        entity_id,
        counterparty,
        sum(amount) FILTER (sold AND in_6m)::DOUBLE AS sales_6m,
        sum(amount) FILTER (sold AND in_12m)::DOUBLE AS sales_12m,
        sum(amount) FILTER (bought AND in_12m)::DOUBLE AS purchases_12m,
        count(*) FILTER (sold AND in_3m) AS sold_3m,
        count(*) FILTER (sold AND in_12m) AS sold_12m,
        count(*) FILTER (sold AND in_24m) AS sold_24m,
        count(*) FILTER (sold AND in_36m) AS sold_36m,
        count(*) FILTER (bought AND in_12m) AS bought_12m,
        count(*) FILTER (bought AND in_24m) AS bought_24m,
        count(*) FILTER (bought AND in_36m) AS bought_36m,
        min(month) FILTER (sold AND in_12m) < max(month) FILTER (sold AND in_12m) AS again_12m,
        min(month) FILTER (sold AND in_36m) < max(month) FILTER (sold AND in_36m) AS again_36m
    FROM known
    GROUP BY entity_id, counterparty
),
of_parties AS (
    SELECT
        entity_id,
        count(counterparty) FILTER (sold_3m > 0) AS buyers_3m,
        count(counterparty) FILTER (sold_12m > 0) AS buyers_12m,
        count(counterparty) FILTER (sold_36m > 0) AS buyers_36m,
        count(counterparty) FILTER (bought_12m > 0) AS suppliers_12m,
        count(counterparty) FILTER (bought_36m > 0) AS suppliers_36m,
        count(*) FILTER (again_12m) AS repeat_buyers_12m,
        count(*) FILTER (again_36m) AS repeat_buyers_36m,
        max(sales_12m) FILTER (sales_12m > 0) AS largest_buyer,
        sum(sales_12m) FILTER (sales_12m > 0) AS to_buyers_12m,
        list_sum(max(sales_12m, 5) FILTER (sales_12m > 0)) AS largest_buyers,
        max(purchases_12m) FILTER (purchases_12m > 0) AS largest_supplier,
        sum(purchases_12m) FILTER (purchases_12m > 0) AS from_suppliers_12m,
        list_sum(max(purchases_12m, 5) FILTER (purchases_12m > 0)) AS largest_suppliers,
        sum(sales_6m) FILTER (sales_6m > 0) AS to_buyers_6m,
        sum(sales_6m * sales_6m) FILTER (sales_6m > 0) AS buyers_squared_6m,
        sum(sales_12m * sales_12m) FILTER (sales_12m > 0) AS buyers_squared_12m,
        sum(purchases_12m * purchases_12m) FILTER (purchases_12m > 0) AS suppliers_squared_12m,
        count(*) FILTER (sold_24m > sold_12m) AS buyers_before,
        count(*) FILTER (sold_24m > 0 AND sold_12m = 0) AS lost_buyers,
        count(*) FILTER (bought_24m > bought_12m) AS suppliers_before,
        count(*) FILTER (bought_24m > 0 AND bought_12m = 0) AS lost_suppliers,
        sum(sales_12m) FILTER (sales_12m > 0 AND sold_24m = sold_12m) AS to_new_buyers,
        sum(purchases_12m) FILTER (purchases_12m > 0 AND bought_24m = bought_12m) AS from_new_suppliers
    FROM each_party
    GROUP BY entity_id
)
SELECT
    entity_id,
    sales_3m::DOUBLE AS invoiced_sales_cny_3m,
    sales_6m::DOUBLE AS invoiced_sales_cny_6m,
    of_firm.sales_12m::DOUBLE AS invoiced_sales_cny_12m,
    sales_36m::DOUBLE AS invoiced_sales_cny_36m,
    nullif(sold_12m, 0)::DOUBLE AS sales_invoice_count_12m,
    nullif(sold_36m, 0)::DOUBLE AS sales_invoice_count_36m,
    purchases_3m::DOUBLE AS invoiced_purchases_cny_3m,
    purchases_12m::DOUBLE AS invoiced_purchases_cny_12m,
    purchases_36m::DOUBLE AS invoiced_purchases_cny_36m,
    nullif(months_6m, 0)::DOUBLE AS months_with_sales_6m,
    nullif(months_12m, 0)::DOUBLE AS months_with_sales_12m,
    nullif(months_36m, 0)::DOUBLE AS months_with_sales_36m,
    void_3m::DOUBLE / nullif(issued_3m, 0) AS void_share_3m,
    void_12m::DOUBLE / nullif(issued_12m, 0) AS void_share_12m,
    void_36m::DOUBLE / nullif(issued_36m, 0) AS void_share_36m,
    red_12m::DOUBLE / nullif(sold_12m, 0) AS red_letter_share_12m,
    red_36m::DOUBLE / nullif(sold_36m, 0) AS red_letter_share_36m,
    -coalesce(back_12m, 0)::DOUBLE / nullif(forth_12m, 0)::DOUBLE AS red_letter_amount_share_12m,
    CASE WHEN of_firm.sales_12m > 0 THEN purchases_12m::DOUBLE / of_firm.sales_12m::DOUBLE END AS purchases_over_sales_12m,
    CASE WHEN sales_36m > 0 THEN purchases_36m::DOUBLE / sales_36m::DOUBLE END AS purchases_over_sales_36m,
    CASE WHEN sold_12m + bought_12m > 0
         THEN (coalesce(tax_on_sales_12m, 0) - coalesce(tax_on_purchases_12m, 0))::DOUBLE END AS net_vat_cny_12m,
    CASE WHEN sold_36m + bought_36m > 0
         THEN (coalesce(tax_on_sales_36m, 0) - coalesce(tax_on_purchases_36m, 0))::DOUBLE END AS net_vat_cny_36m,
    peak_36m AS peak_monthly_sales_cny_36m,
    median_36m AS median_monthly_sales_cny_36m,
    (DATE '{day}' - first_sale)::DOUBLE / (365.25 / 12) AS invoice_history_months,
    of_firm.sales_12m::DOUBLE / nullif(sales_12m_before, 0)::DOUBLE - 1 AS invoiced_sales_growth_12m,
    sales_6m::DOUBLE / nullif(sales_6m_year_before, 0)::DOUBLE - 1 AS invoiced_sales_growth_6m,
    sales_3m::DOUBLE / nullif(sales_3m_year_before, 0)::DOUBLE - 1 AS invoiced_sales_growth_3m,
    sales_3m::DOUBLE / nullif(sales_3m_before, 0)::DOUBLE - 1 AS invoiced_sales_trend_3m,
    purchases_12m::DOUBLE / nullif(purchases_12m_before, 0)::DOUBLE - 1 AS invoiced_purchases_growth_12m,
    CASE WHEN months_12m >= 3 AND mean_12m > 0 THEN deviation_12m / mean_12m END AS invoiced_sales_volatility_12m,
    CASE WHEN months_24m >= 3 AND mean_24m > 0 THEN deviation_24m / mean_24m END AS invoiced_sales_volatility_24m,
    longest_silence::DOUBLE AS longest_sales_gap_days_12m,
    (DATE '{day}' - last_sale)::DOUBLE AS days_since_last_sale,
    (DATE '{day}' - last_purchase)::DOUBLE AS days_since_last_purchase,
    CASE WHEN sold_12m > 0 THEN repeat_buyers_12m::DOUBLE END AS repeat_buyer_count_12m,
    CASE WHEN sold_36m > 0 THEN repeat_buyers_36m::DOUBLE END AS repeat_buyer_count_36m,
    largest_buyer / to_buyers_12m AS largest_buyer_share_12m,
    largest_supplier / from_suppliers_12m AS largest_supplier_share_12m,
    largest_buyers / to_buyers_12m AS top_buyers_share_12m,
    largest_suppliers / from_suppliers_12m AS top_suppliers_share_12m,
    CASE WHEN issued_3m > void_3m THEN buyers_3m::DOUBLE END AS buyer_count_3m,
    CASE WHEN sold_12m > 0 THEN buyers_12m::DOUBLE END AS buyer_count_12m,
    CASE WHEN sold_36m > 0 THEN buyers_36m::DOUBLE END AS buyer_count_36m,
    CASE WHEN bought_12m > 0 THEN suppliers_12m::DOUBLE END AS supplier_count_12m,
    CASE WHEN bought_36m > 0 THEN suppliers_36m::DOUBLE END AS supplier_count_36m,
    lost_buyers::DOUBLE / nullif(buyers_before, 0) AS lost_buyer_share_12m,
    lost_suppliers::DOUBLE / nullif(suppliers_before, 0) AS lost_supplier_share_12m,
    CASE WHEN to_buyers_12m > 0 THEN coalesce(to_new_buyers, 0) / to_buyers_12m END AS new_buyer_share_12m,
    CASE WHEN from_suppliers_12m > 0
         THEN coalesce(from_new_suppliers, 0) / from_suppliers_12m END AS new_supplier_share_12m,
    buyers_squared_6m / (to_buyers_6m * to_buyers_6m) AS buyer_herfindahl_6m,
    buyers_squared_12m / (to_buyers_12m * to_buyers_12m) AS buyer_herfindahl_12m,
    suppliers_squared_12m / (from_suppliers_12m * from_suppliers_12m) AS supplier_herfindahl_12m
FROM of_firm
LEFT JOIN of_months USING (entity_id)
LEFT JOIN of_parties USING (entity_id)
