-- what users were called before, so that whoever is erased is found by it also when the acts that told it are emptied; and who is told to look for the rest
-- depends: 0026_licences_billed_once

-- migrate: apply

-- Sealed under the user's own key, and gone with the user.
CREATE TABLE former_names (
    contract text NOT NULL,
    "user" text NOT NULL,
    details jsonb NOT NULL,
    FOREIGN KEY (contract, "user") REFERENCES inventory_users ON DELETE CASCADE
);
CREATE INDEX former_names_of_user ON former_names (contract, "user");

INSERT INTO former_names (contract, "user", details)
    SELECT acts.contract, users.id, jsonb_strip_nulls(jsonb_build_object(
        'name', payload -> 'name', 'login', payload -> 'login'
    ))
    FROM acts JOIN inventory_users AS users ON users.contract = acts.contract AND users.id = payload ->> 'user'
    WHERE payload ? 'user' AND act IN ('add_user', 'change_user') AND payload ?| ARRAY['name', 'login'];

CREATE INDEX timeline_perhaps_named ON timeline (contract, seq) WHERE event = 'user.perhaps_named';

-- migrate: rollback

DROP INDEX timeline_perhaps_named;
DROP TABLE former_names;
