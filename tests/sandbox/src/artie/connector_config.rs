//! What a connector's `sharedConfig` holds, by type. Unused keys may be empty texts: the vendor's own client sends
//! them so.

use serde_json::{Map, Value};

use super::reply::Fault;
use super::shape::text;

/// Types that only feed pipelines.
const SOURCES_ONLY: [&str; 10] = [
    "api",
    "cockroach",
    "documentdb",
    "dynamodb",
    "keyspaces",
    "mongodb",
    "mysql",
    "oracle",
    "planetscale",
    "postgresql",
];

/// Whether changes can be read from this type.
pub(crate) fn is_source(kind: &str) -> bool {
    kind == "mssql" || SOURCES_ONLY.contains(&kind)
}

/// Whether pipelines can load into this type.
pub(crate) fn is_destination(kind: &str) -> bool {
    !SOURCES_ONLY.contains(&kind)
}

/// The key of the login name, or nothing for types that log in otherwise.
pub(crate) fn user_key(kind: &str) -> Option<&'static str> {
    match kind {
        "postgresql" | "oracle" | "mysql" | "cockroach" | "mongodb" => Some("user"),
        "mssql" | "snowflake" | "redshift" => Some("username"),
        _ => None,
    }
}

/// The key that says where the server is.
fn address_keys(kind: &str) -> &'static [&'static str] {
    match kind {
        "snowflake" => &["accountURL", "accountIdentifier"],
        "redshift" => &["endpoint"],
        "bigquery" | "gcs" => &["projectID"],
        "dynamodb" => &["streamsArn"],
        "s3" => &["awsRegion"],
        "iceberg" => &["bucketARN", "uri"],
        _ => &["host"],
    }
}

/// Where the server is, without what is the same for all of its type.
pub(crate) fn address<'a>(kind: &str, config: &'a Map<String, Value>) -> &'a str {
    let found = address_keys(kind).iter().map(|key| text(config, key)).find(|value| !value.is_empty());
    plain(kind, found.unwrap_or_default())
}

/// An address in the form in which two of them are compared.
pub(crate) fn plain<'a>(kind: &str, address: &'a str) -> &'a str {
    let address = address.split_once("://").map_or(address, |(_, rest)| rest);
    // A MongoDB address is a connection string, which may hold a login.
    let address =
        if kind == "mongodb" { address.rsplit_once('@').map_or(address, |(_, rest)| rest) } else { address };
    let address = address.split(['/', '?']).next().unwrap_or(address);
    if kind == "snowflake" {
        address.strip_suffix(".snowflakecomputing.com").unwrap_or(address)
    } else {
        address
    }
}

/// The usual port of a type.
pub(crate) fn usual_port(kind: &str) -> i64 {
    match kind {
        "postgresql" => 5432,
        "mysql" => 3306,
        "mssql" => 1433,
        "oracle" => 1521,
        "cockroach" => 26257,
        "keyspaces" => 9142,
        "mongodb" => 27017,
        "redshift" => 5439,
        _ => 443,
    }
}

/// Whether a type's databases have names that readers and pipelines must give.
pub(crate) fn has_databases(kind: &str) -> bool {
    matches!(
        kind,
        "postgresql" | "mysql" | "mssql" | "oracle" | "cockroach" | "mongodb" | "snowflake" | "redshift"
    )
}

/// Whether a type is a service that is always there, so that only its keys can be wrong.
pub(crate) fn is_service(kind: &str) -> bool {
    matches!(kind, "api" | "s3" | "gcs" | "iceberg" | "dynamodb" | "keyspaces" | "bigquery" | "databricks")
}

/// Refuses a configuration that lacks what its type needs (rule 120).
pub(crate) fn check(kind: &str, config: &Map<String, Value>) -> Result<(), Fault> {
    let has = |name: &str| !text(config, name).is_empty();
    let needed: &[&str] = match kind {
        "postgresql" | "mysql" | "oracle" | "cockroach" => &["host", "user"],
        "mssql" => &["host", "username"],
        "mongodb" => &["host"],
        "keyspaces" => &["host", "awsRegion"],
        "dynamodb" => &["streamsArn"],
        "s3" => &["awsRegion"],
        "bigquery" | "gcs" => &["projectID"],
        "snowflake" => &["username", "virtualDWH"],
        "redshift" => &["endpoint", "username"],
        "databricks" => &["host", "httpPath"],
        "iceberg" => &["provider"],
        _ => &[],
    };
    if let Some(name) = needed.iter().find(|name| !has(name)) {
        return Err(Fault::bad(format!("sharedConfig.{name} is required for {kind}")));
    }
    if matches!(kind, "dynamodb" | "s3" | "keyspaces") {
        let keys = has("awsAccessKeyID") && has("awsSecretAccessKey");
        if !keys && !has("awsRoleARN") {
            return Err(Fault::bad(
                "sharedConfig needs awsRoleARN, or both awsAccessKeyID and awsSecretAccessKey",
            ));
        }
    }
    if kind == "databricks" {
        let client = has("clientID") && has("clientSecret");
        if has("personalAccessToken") == client {
            return Err(Fault::bad(
                "sharedConfig needs either personalAccessToken, or clientID and clientSecret",
            ));
        }
    }
    if kind == "snowflake" && !has("accountURL") && !has("accountIdentifier") {
        return Err(Fault::bad("sharedConfig.accountURL is required for snowflake"));
    }
    let port = config.get("port").unwrap_or(&Value::Null);
    let known =
        port.is_null() || port == "" || port.as_i64().is_some_and(|port| (0..=65_535).contains(&port));
    if known { Ok(()) } else { Err(Fault::bad("sharedConfig.port must be a port number")) }
}
