-- Times are milliseconds since 1970-01-01 UTC. Ids are UUIDv7 text, so their order is the order of creation.

CREATE TABLE setting (
    name  TEXT PRIMARY KEY NOT NULL,
    value BYTEA NOT NULL
);

CREATE TABLE account (
    id          TEXT PRIMARY KEY NOT NULL,
    integration TEXT NOT NULL,
    name        TEXT NOT NULL,
    base_url    TEXT,
    created_by  TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    revision    BIGINT NOT NULL
);

-- Encrypted; the key is not in the database.
CREATE TABLE credential (
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    key_id     TEXT NOT NULL,
    sealed     BYTEA NOT NULL,
    PRIMARY KEY (account_id, name)
);

CREATE TABLE server (
    id           TEXT PRIMARY KEY NOT NULL,
    account_id   TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    config       TEXT NOT NULL,
    expires_at   BIGINT,
    token_last4  TEXT NOT NULL,
    created_by   TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    last_used_at BIGINT,
    revision     BIGINT NOT NULL
);
CREATE INDEX server_by_account ON server (account_id, id);
CREATE INDEX server_by_expiry ON server (expires_at) WHERE expires_at IS NOT NULL;

-- SHA-256 of the tokens in server URLs; the tokens themselves are nowhere.
CREATE TABLE server_token (
    hash        BYTEA PRIMARY KEY NOT NULL,
    server_id   TEXT NOT NULL REFERENCES server (id) ON DELETE CASCADE,
    valid_until BIGINT
);
CREATE INDEX server_token_by_server ON server_token (server_id);

CREATE TABLE api_token (
    id           TEXT PRIMARY KEY NOT NULL,
    name         TEXT NOT NULL,
    scope        TEXT NOT NULL CHECK (scope IN ('mcp', 'admin')),
    account_id   TEXT REFERENCES account (id) ON DELETE CASCADE,
    hash         BYTEA NOT NULL UNIQUE,
    last4        TEXT NOT NULL,
    created_by   TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT
);

-- Browsers that are logged in to the page.
CREATE TABLE session (
    hash       BYTEA PRIMARY KEY NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- What was called, never with what.
CREATE TABLE call (
    id              TEXT PRIMARY KEY NOT NULL,
    account_id      TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    server_id       TEXT,
    server_name     TEXT,
    at              BIGINT NOT NULL,
    tool            TEXT NOT NULL,
    outcome         TEXT NOT NULL,
    upstream_status BIGINT,
    duration_ms     BIGINT NOT NULL,
    request_bytes   BIGINT NOT NULL,
    response_bytes  BIGINT NOT NULL
);
CREATE INDEX call_by_account ON call (account_id, id);
CREATE INDEX call_by_time ON call (at);

-- Every node hears of what it must forget, whoever changes the rows.
CREATE FUNCTION toolpress_tell() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    subject TEXT;
BEGIN
    IF TG_TABLE_NAME = 'server_token' THEN
        subject := 'server ' || OLD.server_id;
    ELSE
        subject := TG_TABLE_NAME || ' ' || OLD.id;
    END IF;
    PERFORM pg_notify('toolpress', subject);
    RETURN NULL;
END
$$;

CREATE TRIGGER account_changed AFTER UPDATE OF revision OR DELETE ON account
    FOR EACH ROW EXECUTE FUNCTION toolpress_tell();
CREATE TRIGGER server_changed AFTER UPDATE OF revision OR DELETE ON server
    FOR EACH ROW EXECUTE FUNCTION toolpress_tell();
CREATE TRIGGER server_token_changed AFTER UPDATE OR DELETE ON server_token
    FOR EACH ROW EXECUTE FUNCTION toolpress_tell();
CREATE TRIGGER api_token_changed AFTER DELETE ON api_token
    FOR EACH ROW EXECUTE FUNCTION toolpress_tell();
