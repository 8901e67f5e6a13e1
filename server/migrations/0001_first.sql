CREATE TABLE challenge (
    id TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX challenge_expires_at ON challenge (expires_at);

CREATE TABLE collateral (
    key TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    media_type TEXT NOT NULL,
    issuer_chain TEXT NOT NULL,
    headers TEXT NOT NULL,
    fetched_at BIGINT NOT NULL,
    source TEXT NOT NULL
);

CREATE TABLE policy (
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    text TEXT,
    hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id, version)
);
