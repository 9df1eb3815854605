//! Which fields each destination type has, in the order they are shown.

use serde_json::{Map, Value, json};

use crate::sequin_stream::changeset::Errors;

/// How kafka clients log in.
pub(super) const MECHANISMS: [&str; 4] = ["plain", "scram_sha_256", "scram_sha_512", "aws_msk_iam"];
/// Members of a Google service account.
pub(super) const CREDENTIALS: [&str; 13] = [
    "type",
    "project_id",
    "private_key_id",
    "private_key",
    "client_email",
    "client_id",
    "auth_uri",
    "token_uri",
    "auth_provider_x509_cert_url",
    "client_x509_cert_url",
    "universe_domain",
    "client_secret",
    "api_key",
];
/// Those of [`CREDENTIALS`] that are shown in clear.
pub(super) const OPEN_CREDENTIALS: [&str; 6] =
    ["type", "project_id", "auth_uri", "token_uri", "auth_provider_x509_cert_url", "client_x509_cert_url"];

/// A destination type.
#[derive(Debug)]
pub(crate) struct Spec {
    pub(super) kind: &'static str,
    /// The fields a routing function takes over; none where routing is not asked for.
    pub(super) targets: &'static [&'static str],
    pub(super) fields: &'static [Field],
}

#[derive(Clone, Copy, Debug)]
enum Cast {
    Text,
    Integer,
    Flag,
    Object,
    Word(&'static [&'static str]),
}

#[derive(Clone, Copy, Debug)]
enum Fallback {
    Null,
    False,
    True,
    Zero,
    Text(&'static str),
}

/// One field of a destination type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) secret: bool,
    pub(super) shown: bool,
    cast: Cast,
    fallback: Fallback,
}

impl Field {
    pub(super) fn cast(&self, given: &Map<String, Value>, errors: &mut Errors) -> Value {
        let value = given.get(self.name);
        let value = match self.cast {
            Cast::Text => errors.text(self.name, value),
            Cast::Integer => errors.integer(self.name, value),
            Cast::Flag => errors.flag(self.name, value),
            Cast::Object => errors.object(self.name, value),
            Cast::Word(words) => errors.one_of(self.name, value, words),
        };
        if !value.is_null() {
            return value;
        }
        match self.fallback {
            Fallback::Null => Value::Null,
            Fallback::False => json!(false),
            Fallback::True => json!(true),
            Fallback::Zero => json!(0),
            Fallback::Text(text) => json!(text),
        }
    }

    /// Keys that a task role replaces.
    pub(super) fn is_credential(&self) -> bool {
        matches!(self.name, "access_key_id" | "secret_access_key")
    }

    const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    const fn hidden(mut self) -> Self {
        self.shown = false;
        self
    }

    const fn or(mut self, fallback: Fallback) -> Self {
        self.fallback = fallback;
        self
    }
}

const fn field(name: &'static str, cast: Cast) -> Field {
    Field { name, secret: false, shown: true, cast, fallback: Fallback::Null }
}

const fn text(name: &'static str) -> Field {
    field(name, Cast::Text)
}

const fn integer(name: &'static str) -> Field {
    field(name, Cast::Integer)
}

/// A switch that is off unless set.
const fn flag(name: &'static str) -> Field {
    field(name, Cast::Flag).or(Fallback::False)
}

const ACCESS_KEY: Field = text("access_key_id").secret();
const SECRET_KEY: Field = text("secret_access_key").secret();
const PASSWORD: Field = text("password").secret();
const API_KEY: Field = text("api_key").secret();

/// The type a body names; `redis` is the older name of `redis_stream`.
pub(super) fn spec(kind: &str) -> Option<&'static Spec> {
    let kind = if kind == "redis" { "redis_stream" } else { kind };
    SPECS.iter().find(|spec| spec.kind == kind)
}

static SPECS: [Spec; 16] = [
    Spec {
        kind: "webhook",
        targets: &[],
        fields: &[text("http_endpoint_path"), field("batch", Cast::Flag).or(Fallback::True)],
    },
    Spec { kind: "sequin_stream", targets: &[], fields: &[] },
    Spec {
        kind: "kafka",
        targets: &["topic"],
        fields: &[
            text("hosts"),
            text("topic"),
            flag("tls"),
            text("username"),
            PASSWORD,
            field("sasl_mechanism", Cast::Word(&MECHANISMS)),
            text("aws_access_key_id"),
            text("aws_secret_access_key").secret(),
            text("aws_region"),
            field("compression", Cast::Word(&["none", "gzip", "snappy", "lz4", "zstd"])),
        ],
    },
    Spec {
        kind: "sqs",
        targets: &["queue_url"],
        fields: &[
            text("queue_url"),
            text("region"),
            flag("is_fifo"),
            flag("use_task_role"),
            ACCESS_KEY,
            SECRET_KEY,
            flag("use_emulator").hidden(),
            text("emulator_base_url").hidden(),
        ],
    },
    Spec {
        kind: "sns",
        targets: &["topic_arn"],
        fields: &[
            text("topic_arn"),
            text("region"),
            flag("is_fifo"),
            flag("use_task_role"),
            flag("use_emulator"),
            text("emulator_base_url"),
            ACCESS_KEY,
            SECRET_KEY,
        ],
    },
    Spec {
        kind: "kinesis",
        targets: &["stream_arn"],
        fields: &[text("stream_arn"), flag("use_task_role"), ACCESS_KEY, SECRET_KEY, text("region").hidden()],
    },
    Spec {
        kind: "s2",
        targets: &["basin", "stream"],
        fields: &[text("basin"), text("stream"), text("access_token").secret()],
    },
    Spec {
        kind: "redis_stream",
        targets: &["stream_key"],
        fields: &[
            text("host"),
            integer("port"),
            text("stream_key"),
            integer("database").or(Fallback::Zero),
            flag("tls"),
            text("username"),
            PASSWORD,
        ],
    },
    Spec {
        kind: "redis_string",
        targets: &[],
        fields: &[
            text("host"),
            integer("port"),
            integer("database").or(Fallback::Zero),
            flag("tls"),
            text("username"),
            PASSWORD,
            integer("expire_ms"),
        ],
    },
    Spec {
        kind: "rabbitmq",
        targets: &["exchange"],
        fields: &[
            text("host"),
            integer("port"),
            text("username"),
            PASSWORD,
            text("virtual_host").or(Fallback::Text("/")),
            flag("tls"),
            text("exchange"),
        ],
    },
    Spec {
        kind: "nats",
        targets: &[],
        fields: &[
            text("host"),
            integer("port"),
            text("username"),
            PASSWORD,
            text("jwt").secret(),
            text("nkey_seed").secret(),
            flag("tls"),
        ],
    },
    Spec {
        kind: "gcp_pubsub",
        targets: &["topic_id"],
        fields: &[
            text("project_id"),
            text("topic_id"),
            flag("use_emulator"),
            text("emulator_base_url"),
            field("credentials", Cast::Object),
        ],
    },
    Spec {
        kind: "azure_event_hub",
        targets: &["event_hub_name"],
        fields: &[
            text("namespace"),
            text("event_hub_name"),
            text("shared_access_key_name"),
            text("shared_access_key").secret(),
        ],
    },
    Spec {
        kind: "typesense",
        targets: &["collection_name"],
        fields: &[
            text("endpoint_url"),
            text("collection_name"),
            API_KEY,
            integer("batch_size"),
            integer("timeout_seconds"),
        ],
    },
    Spec {
        kind: "meilisearch",
        targets: &["index_name"],
        fields: &[
            text("endpoint_url"),
            text("index_name"),
            text("primary_key"),
            API_KEY,
            integer("timeout_seconds"),
            integer("batch_size").hidden(),
        ],
    },
    Spec {
        kind: "elasticsearch",
        targets: &["index_name"],
        fields: &[
            text("endpoint_url"),
            text("index_name"),
            field("auth_type", Cast::Word(&["api_key", "basic", "bearer"])).or(Fallback::Text("api_key")),
            text("auth_value").secret(),
            integer("batch_size"),
        ],
    },
];
