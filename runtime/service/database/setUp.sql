-- What the storefront needs of a new database, run once by the master user. It changes nothing the second time.
--
-- The storefront signs in by IAM and has no password. It writes payments and reads them, and can neither
-- change nor remove one; what the schema is, it cannot change either.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'storefront') THEN
        CREATE ROLE storefront LOGIN;
    END IF;
END
$$;
GRANT rds_iam TO storefront;

CREATE TABLE IF NOT EXISTS payments (
    -- One payment for an order: the order's id is what makes a repetition one.
    order_id text PRIMARY KEY,
    -- In minor units of the currency.
    amount integer NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    -- Region that took it.
    region text NOT NULL,
    paid_at timestamptz NOT NULL
);
GRANT SELECT, INSERT ON payments TO storefront;
