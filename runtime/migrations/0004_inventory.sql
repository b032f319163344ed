-- the inventory of annex 1, the vault beside it, and who may look into it until when
-- depends: 0002_attention

-- migrate: apply

-- `details` are personal and arrive sealed; ids tell of nobody. Erased with a user, and with the contract's time.
CREATE TABLE inventory_users (
    contract text NOT NULL REFERENCES contracts (number),
    id text NOT NULL,
    details jsonb NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (contract, id)
);

CREATE TABLE inventory_equipment (
    contract text NOT NULL REFERENCES contracts (number),
    id text NOT NULL,
    details jsonb NOT NULL,
    since timestamptz NOT NULL,
    assigned_user text,
    PRIMARY KEY (contract, id),
    FOREIGN KEY (contract, assigned_user) REFERENCES inventory_users ON DELETE SET NULL (assigned_user)
);
CREATE INDEX equipment_of_user ON inventory_equipment (contract, assigned_user);

CREATE TABLE inventory_licences (
    contract text NOT NULL REFERENCES contracts (number),
    id text NOT NULL,
    details jsonb NOT NULL,
    since timestamptz NOT NULL,
    assigned_user text,
    assigned_workstation text,
    PRIMARY KEY (contract, id),
    FOREIGN KEY (contract, assigned_user) REFERENCES inventory_users ON DELETE SET NULL (assigned_user),
    FOREIGN KEY (contract, assigned_workstation) REFERENCES inventory_equipment
        ON DELETE SET NULL (assigned_workstation)
);
CREATE INDEX licences_of_user ON inventory_licences (contract, assigned_user);
CREATE INDEX licences_of_workstation ON inventory_licences (contract, assigned_workstation);

CREATE TABLE inventory_systems (
    contract text NOT NULL REFERENCES contracts (number),
    id text NOT NULL,
    details jsonb NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (contract, id)
);

CREATE TABLE credentials (
    contract text NOT NULL REFERENCES contracts (number),
    id text NOT NULL,
    details jsonb NOT NULL,
    since timestamptz NOT NULL,
    system text,
    PRIMARY KEY (contract, id),
    FOREIGN KEY (contract, system) REFERENCES inventory_systems ON DELETE SET NULL (system)
);
CREATE INDEX credentials_of_system ON credentials (contract, system);

-- One a specialist and credential: a new grant stands in place of the one before. What for is on the audit trail.
CREATE TABLE credential_grants (
    contract text NOT NULL,
    credential text NOT NULL,
    specialist text NOT NULL,
    granted_by text NOT NULL,
    granted_at timestamptz NOT NULL,
    until timestamptz NOT NULL CHECK (until > granted_at AND until <= granted_at + interval '8 hours'),
    PRIMARY KEY (contract, credential, specialist),
    FOREIGN KEY (contract, credential) REFERENCES credentials ON DELETE CASCADE
);

CREATE INDEX acts_about_user ON acts (contract, (payload ->> 'user')) WHERE payload ? 'user';

-- migrate: rollback

DROP INDEX acts_about_user;
DROP TABLE credential_grants, credentials, inventory_systems, inventory_licences, inventory_equipment, inventory_users;
