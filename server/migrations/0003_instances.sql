CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);

CREATE TABLE instance (
    uuid TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    version BIGINT NOT NULL,
    ak_name TEXT,
    record TEXT NOT NULL
);
CREATE INDEX instance_ak_name ON instance (ak_name);

CREATE TABLE nonce (
    uuid TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    text TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX nonce_expires_at ON nonce (expires_at);

CREATE TABLE event (
    id TEXT PRIMARY KEY,
    uuid TEXT NOT NULL,
    account TEXT NOT NULL,
    affiliation BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    item TEXT NOT NULL,
    level BIGINT NOT NULL,
    status BIGINT NOT NULL,
    suspect TEXT NOT NULL,
    expected TEXT NOT NULL,
    times BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    modified_at BIGINT NOT NULL,
    handled_at BIGINT NOT NULL,
    handle_type BIGINT NOT NULL,
    property_name TEXT NOT NULL,
    private_ip TEXT NOT NULL,
    public_ip TEXT NOT NULL,
    UNIQUE (uuid, item, suspect)
);
CREATE INDEX event_account ON event (account, created_at);
