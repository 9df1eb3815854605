-- Times are milliseconds since 1970-01-01 UTC. Ids are UUIDv7 text, so their order is the order of creation.

CREATE TABLE setting (
    name  TEXT PRIMARY KEY NOT NULL,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE account (
    id          TEXT PRIMARY KEY NOT NULL,
    integration TEXT NOT NULL,
    name        TEXT NOT NULL,
    base_url    TEXT,
    created_by  TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    revision    INTEGER NOT NULL
) STRICT;

-- Encrypted; the key is not in the database.
CREATE TABLE credential (
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    key_id     TEXT NOT NULL,
    sealed     BLOB NOT NULL,
    PRIMARY KEY (account_id, name)
) STRICT;

CREATE TABLE server (
    id           TEXT PRIMARY KEY NOT NULL,
    account_id   TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    config       TEXT NOT NULL,
    expires_at   INTEGER,
    token_last4  TEXT NOT NULL,
    created_by   TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    revision     INTEGER NOT NULL
) STRICT;
CREATE INDEX server_by_account ON server (account_id, id);
CREATE INDEX server_by_expiry ON server (expires_at) WHERE expires_at IS NOT NULL;

-- SHA-256 of the tokens in server URLs; the tokens themselves are nowhere.
CREATE TABLE server_token (
    hash        BLOB PRIMARY KEY NOT NULL,
    server_id   TEXT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    valid_until INTEGER
) STRICT;
CREATE INDEX server_token_by_server ON server_token (server_id);

CREATE TABLE api_token (
    id           TEXT PRIMARY KEY NOT NULL,
    name         TEXT NOT NULL,
    scope        TEXT NOT NULL CHECK (scope IN ('mcp', 'admin')),
    account_id   TEXT REFERENCES account (id) ON DELETE CASCADE,
    hash         BLOB NOT NULL UNIQUE,
    last4        TEXT NOT NULL,
    created_by   TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT;

-- Browsers that are logged in to the page.
CREATE TABLE session (
    hash       BLOB PRIMARY KEY NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- What was called, never with what.
CREATE TABLE call (
    id              TEXT PRIMARY KEY NOT NULL,
    account_id      TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    server_id       TEXT,
    server_name     TEXT,
    at              INTEGER NOT NULL,
    tool            TEXT NOT NULL,
    outcome         TEXT NOT NULL,
    upstream_status INTEGER,
    duration_ms     INTEGER NOT NULL,
    request_bytes   INTEGER NOT NULL,
    response_bytes  INTEGER NOT NULL
) STRICT;
CREATE INDEX call_by_account ON call (account_id, id);
CREATE INDEX call_by_time ON call (at);
