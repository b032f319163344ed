-- the audit trail, and the role that the application works as
-- depends: 0002_attention

-- migrate: apply

-- Who migrates owns the tables. Where no such role was made beforehand, with a login or without, it is made here.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ligums_app') THEN
        CREATE ROLE ligums_app NOLOGIN;
        EXECUTE format('GRANT ligums_app TO %I', current_user);
    END IF;
END
$$;

GRANT USAGE ON SCHEMA public TO ligums_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ligums_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ligums_app;
REVOKE INSERT, UPDATE, DELETE ON _pogo_migration, _pogo_version FROM ligums_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ligums_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO ligums_app;

-- One chain a contract, by its number, and one named system; `hash` is keyed and covers all but `personal` itself.
CREATE TABLE trail (
    chain text COLLATE "C" NOT NULL,
    seq bigint NOT NULL CHECK (seq >= 1),
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    clauses text[] NOT NULL,
    purpose text NOT NULL,
    details jsonb NOT NULL,
    personal text,
    personal_digest bytea CHECK (octet_length(personal_digest) = 32),
    previous bytea NOT NULL,
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (chain, seq),
    CHECK (personal IS NULL OR personal_digest IS NOT NULL)
);

REVOKE ALL ON trail FROM ligums_app;
GRANT SELECT, INSERT ON trail TO ligums_app;

-- Holds whoever may write here, the owner too: nothing changes but a personal part that is erased, and rows stay for
-- 18 months (terms/trail.py, GUIDE-18h).
CREATE FUNCTION trail_stays() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.personal IS NULL AND to_jsonb(NEW) - 'personal' = to_jsonb(OLD) - 'personal' THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        IF OLD.at < now() - interval '18 months' THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit trail is only added to' USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER trail_stays BEFORE UPDATE OR DELETE ON trail FOR EACH ROW EXECUTE FUNCTION trail_stays();
CREATE TRIGGER trail_is_not_emptied BEFORE TRUNCATE ON trail FOR EACH STATEMENT EXECUTE FUNCTION trail_stays();

-- The one change that the application may make: with its owner's rights, and nothing but this.
CREATE FUNCTION erase_personal_parts(of_chain text, of_seqs bigint[]) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH erased AS (
        UPDATE public.trail SET personal = NULL
        WHERE chain = of_chain AND seq = ANY (of_seqs) AND personal IS NOT NULL RETURNING 1
    )
    SELECT count(*) FROM erased;
$$;

REVOKE ALL ON FUNCTION erase_personal_parts(text, bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_personal_parts(text, bigint[]) TO ligums_app;

-- migrate: rollback

DROP TABLE trail;
DROP FUNCTION trail_stays(), erase_personal_parts(text, bigint[]);
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT, INSERT, UPDATE, DELETE ON TABLES FROM ligums_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE USAGE ON SEQUENCES FROM ligums_app;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ligums_app;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM ligums_app;
REVOKE USAGE ON SCHEMA public FROM ligums_app;
