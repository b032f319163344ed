-- what users' e-mail addresses and phones were before, so that whoever is erased is found by them as by former names; and which searches are settled
-- depends: 0029_orders_unknown

-- migrate: apply

INSERT INTO former_names (contract, "user", details)
    SELECT acts.contract, users.id, jsonb_strip_nulls(jsonb_build_object(
        'email', payload -> 'email', 'work_phone', payload -> 'work_phone'
    ))
    FROM acts JOIN inventory_users AS users ON users.contract = acts.contract AND users.id = payload ->> 'user'
    WHERE payload ? 'user' AND act IN ('add_user', 'change_user') AND payload ?| ARRAY['email', 'work_phone'];

CREATE INDEX timeline_searched ON timeline (contract, seq) WHERE event = 'user.searched';

-- migrate: rollback

DROP INDEX timeline_searched;
DELETE FROM former_names WHERE NOT details ?| ARRAY['name', 'login'];
