CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    text TEXT NOT NULL
);

CREATE TABLE key_file (
    kid TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    revoked BIGINT NOT NULL
);

CREATE TABLE lease (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL
);
