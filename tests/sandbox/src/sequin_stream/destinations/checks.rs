//! What each destination type insists on.

use serde_json::{Map, Value, json};

use super::Routing;
use super::fields::Spec;
use crate::sequin_stream::changeset::{Errors, captured};
use crate::sequin_stream::uri::Uri;

const SQS_URL: &str =
    r"^https?://sqs\.([a-z0-9-]+)\.[a-zA-Z0-9.-]+(?::[0-9]+)?/[0-9]{12}/[a-zA-Z0-9_-]+(?:\.fifo)?$";
const SNS_ARN: &str = r"^arn:aws:sns:([a-z0-9-]+):[0-9]{12}:[a-zA-Z0-9_.-]+$";
const KINESIS_ARN: &str = r"^arn:aws:kinesis:([a-z0-9-]+):[0-9]+:stream/.+$";
const BASIN: &str = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$";
const PROJECT: &str = r"^[a-z][-a-z0-9]{4,28}[a-z0-9]$";
const TOPIC: &str = r"^[a-zA-Z][a-zA-Z0-9\-_.~+%]{2,254}$";
const PATH: &str = r"^(/[a-zA-Z0-9\-._~!$&'()*+,;=:@%?/]*)?$";

/// Runs the checks of a type over its cast fields, filling in what is computed.
pub(super) fn check(
    spec: &Spec,
    fields: &mut Map<String, Value>,
    routing: Option<Routing>,
    self_hosted: bool,
    errors: &mut Errors,
) {
    let mut record = Record { fields, errors };
    match spec.kind {
        "webhook" => record.webhook(),
        "kafka" => record.kafka(),
        "sqs" => record.amazon("queue_url", SQS_URL, "must be a valid AWS SQS URL (https://sqs.<region>.amazonaws.com/<account-id>/<queue-name>)"),
        "sns" => record.amazon("topic_arn", SNS_ARN, "must be a valid AWS SNS Topic ARN (arn:aws:sns:<region>:<account-id>:<topic-name>)"),
        "kinesis" => record.amazon("stream_arn", KINESIS_ARN, "must be a valid AWS Kinesis Stream ARN (arn:aws:kinesis:<region>:<account-id>:stream/<stream-name>)"),
        "s2" => record.present(&["access_token"]),
        "redis_stream" | "redis_string" => record.redis(),
        "rabbitmq" => record.rabbitmq(),
        "nats" => record.host_and_port(),
        "gcp_pubsub" => record.google(),
        "azure_event_hub" => record.present(&["namespace", "shared_access_key_name", "shared_access_key"]),
        "typesense" => record.search("collection_name", 3600),
        "meilisearch" => record.search("index_name", 300),
        "elasticsearch" => record.elasticsearch(),
        _ => {}
    }
    record.route(spec.targets, routing);
    if spec.kind == "s2" {
        record.basin();
    }
    if !self_hosted && record.is_true("use_task_role") {
        record.errors.add(
            "use_task_role",
            "Task role credentials are not supported in Sequin Cloud. Please use explicit credentials instead.",
        );
    }
}

struct Record<'a> {
    fields: &'a mut Map<String, Value>,
    errors: &'a mut Errors,
}

impl Record<'_> {
    fn get(&self, field: &str) -> Value {
        self.fields.get(field).cloned().unwrap_or(Value::Null)
    }

    fn put(&mut self, field: &str, value: Value) {
        self.fields.insert(field.to_owned(), value);
    }

    fn is_true(&self, field: &str) -> bool {
        self.fields.get(field) == Some(&Value::Bool(true))
    }

    fn present(&mut self, fields: &[&str]) {
        for field in fields {
            self.errors.present(field, &self.fields.get(*field).cloned().unwrap_or(Value::Null));
        }
    }

    fn longest(&mut self, field: &str, limit: usize) {
        let value = self.get(field);
        self.errors.longest(field, &value, limit);
    }

    fn between(&mut self, field: &str, limit: i64) {
        let value = self.get(field);
        if value.as_i64().is_some_and(|number| number <= 0) {
            self.errors.above(field, &value, 0);
        } else {
            self.errors.at_most(field, &value, limit);
        }
    }

    /// The target fields are for the one who routes: a function empties them, otherwise they must be there.
    fn route(&mut self, targets: &[&str], routing: Option<Routing>) {
        match routing {
            _ if targets.is_empty() => {}
            None => self.errors.add("routing_mode", "is required"),
            Some(Routing::Static) => self.present(targets),
            Some(Routing::Dynamic) => targets.iter().for_each(|target| self.put(target, Value::Null)),
        }
    }

    fn webhook(&mut self) {
        let path = self.get("http_endpoint_path");
        let before = self.errors.clone().into_fields().len();
        self.errors.format(
            "http_endpoint_path",
            &path,
            r"^([/?#]|$)",
            "must start with '/', '?', '#', or be blank",
        );
        if self.errors.clone().into_fields().len() == before {
            self.errors.format("http_endpoint_path", &path, PATH, "must be a valid URL path or empty");
        }
        self.longest("http_endpoint_path", 2000);
    }

    fn kafka(&mut self) {
        self.present(&["hosts"]);
        self.longest("topic", 255);
        let hosts = self.get("hosts");
        if hosts.as_str().is_some_and(|hosts| !hosts.split(',').all(is_host_and_port)) {
            self.errors
                .add("hosts", "must be a comma-separated list of host:port pairs with valid ports (1-65535)");
        }
        let mechanism = self.get("sasl_mechanism");
        let needed: &[&str] = match mechanism.as_str() {
            Some("aws_msk_iam") => &["aws_access_key_id", "aws_secret_access_key", "aws_region"],
            Some(_) => &["username", "password"],
            None => &[],
        };
        let message =
            format!("is required when SASL Mechanism is {}", mechanism.as_str().unwrap_or_default());
        for field in needed {
            let value = self.get(field);
            self.errors.required(field, &value, &message);
        }
        if mechanism == json!("aws_msk_iam") && !self.is_true("tls") {
            self.errors.add("tls", message);
        }
        if mechanism.is_null() && !(self.get("username").is_null() && self.get("password").is_null()) {
            self.errors.add("sasl_mechanism", "must be set when SASL credentials are provided");
        }
    }

    /// SQS, SNS and Kinesis: the region comes from the address, the keys from the body or the machine.
    fn amazon(&mut self, address: &str, pattern: &str, message: &str) {
        // Kinesis never reads a region from the body.
        if address == "stream_arn" {
            self.put("region", Value::Null);
        }
        let target = self.get(address);
        if let (Value::Null, Some(text)) = (self.get("region"), target.as_str()) {
            match captured(pattern, text) {
                Some(region) => self.put("region", json!(region)),
                None => self.errors.add("region", format!("Could not infer region from {address}")),
            }
        }
        if self.is_true("use_task_role") {
            self.present(&["region"]);
            self.put("access_key_id", Value::Null);
            self.put("secret_access_key", Value::Null);
        } else {
            self.present(&["region", "access_key_id", "secret_access_key"]);
        }
        self.errors.format(address, &target, pattern, message);
        self.errors.longest(address, &target, 2000);
        if address != "stream_arn" {
            // Computed from the address, whatever was sent.
            self.put(
                "is_fifo",
                json!(target.as_str().is_some_and(|text| text.strip_suffix(".fifo").is_some())),
            );
        }
        self.emulator();
    }

    fn emulator(&mut self) {
        if self.is_true("use_emulator") {
            self.present(&["emulator_base_url"]);
            let url = self.get("emulator_base_url");
            self.errors.format(
                "emulator_base_url",
                &url,
                r"^(?i)https?://",
                "must start with http:// or https://",
            );
        }
    }

    fn basin(&mut self) {
        let basin = self.get("basin");
        match basin.as_str().map(|text| text.chars().count()) {
            Some(..8) => self.errors.add("basin", "should be at least 8 character(s)"),
            Some(49..) => self.errors.add("basin", "should be at most 48 character(s)"),
            _ => {}
        }
        self.errors.format(
            "basin",
            &basin,
            BASIN,
            "can only include lowercase letters, numbers, and hyphens. It cannot begin or end with a hyphen.",
        );
    }

    fn host_and_port(&mut self) {
        self.present(&["host", "port"]);
        let port = self.get("port");
        self.errors.port("port", &port);
    }

    fn redis(&mut self) {
        self.host_and_port();
        let (database, expiry) = (self.get("database"), self.get("expire_ms"));
        self.errors.at_least("database", &database, 0);
        self.longest("stream_key", 255);
        self.errors.above("expire_ms", &expiry, 0);
    }

    fn rabbitmq(&mut self) {
        self.host_and_port();
        self.longest("exchange", 255);
        self.longest("virtual_host", 255);
    }

    fn google(&mut self) {
        self.present(&["project_id"]);
        self.emulator();
        if self.is_true("use_emulator") {
            self.put("credentials", json!({}));
        } else {
            self.present(&["credentials"]);
        }
        let (project, topic) = (self.get("project_id"), self.get("topic_id"));
        self.errors.longest("project_id", &project, 255);
        self.errors.longest("topic_id", &topic, 255);
        self.errors.format("project_id", &project, PROJECT, "must be between 6 and 30 characters, start with a letter, and contain only lowercase letters, numbers, and hyphens");
        self.errors.format(
            "topic_id",
            &topic,
            TOPIC,
            "must be between 3 and 255 characters and match the pattern: [a-zA-Z][a-zA-Z0-9-_.~+%]*",
        );
    }

    fn search(&mut self, target: &str, longest_timeout: i64) {
        self.present(&["endpoint_url", "api_key"]);
        let url = self.get("endpoint_url");
        if let Some(problem) = url.as_str().and_then(url_problem) {
            self.errors.add("endpoint_url", problem);
        }
        self.longest("endpoint_url", 4096);
        self.longest(target, 1024);
        self.between("batch_size", 10_000);
        self.between("timeout_seconds", longest_timeout);
    }

    fn elasticsearch(&mut self) {
        self.present(&["endpoint_url", "auth_type", "auth_value"]);
        let url = self.get("endpoint_url");
        if url.as_str().map(Uri::parse).is_some_and(|uri| uri.scheme.is_none() || uri.host.is_none()) {
            self.errors.add("endpoint_url", "must be a valid URL");
        }
        self.longest("endpoint_url", 4096);
        self.longest("index_name", 1024);
        self.between("batch_size", 10_000);
    }
}

fn is_host_and_port(pair: &str) -> bool {
    let Some((_, port)) = pair.split_once(':') else { return false };
    port.parse::<u16>().is_ok_and(|port| port > 0)
}

fn url_problem(url: &str) -> Option<String> {
    let uri = Uri::parse(url);
    match (uri.scheme.as_deref(), uri.host, uri.query, uri.fragment) {
        (None, ..) => Some("must include a scheme, ie. https://".to_owned()),
        (Some(scheme), ..) if !matches!(scheme, "http" | "https") => {
            Some("must include a valid scheme, ie. http or https".to_owned())
        }
        (_, None, ..) => Some("must include a host".to_owned()),
        (_, _, Some(query), _) => Some(format!("must not include query params, found: {query}")),
        (.., Some(fragment)) => Some(format!("must not include a fragment, found: {fragment}")),
        _ => None,
    }
}
