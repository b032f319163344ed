-- the last row of a chain of the audit trail, which nobody else can add to before the transaction ends
-- depends: 0031_never_answered

-- migrate: apply

-- Volatile and of two statements: the second sees what was committed while the first one waited.
CREATE FUNCTION take_chain(of_chain text) RETURNS TABLE (chain text, seq bigint, hash bytea)
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('trail ' || of_chain, 0));
    RETURN QUERY
        SELECT trail.chain, trail.seq, trail.hash FROM public.trail
        WHERE trail.chain = of_chain ORDER BY trail.seq DESC LIMIT 1;
END
$$;

REVOKE ALL ON FUNCTION take_chain(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_chain(text) TO ligums_app;

-- migrate: rollback

DROP FUNCTION take_chain(text);
