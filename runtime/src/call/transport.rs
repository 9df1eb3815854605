//! What can go wrong between here and a vendor, told apart by the chain of causes that the client gives.
//!
//! Only the kind of a cause is passed on, never its text where that could hold an address or a path.

use super::egress::{EgressError, Unresolved};
use super::failure::{Failure, Kind};
use super::refusal::Scene;
use hyper_util::client::legacy;
use std::error::Error;
use std::io;
use std::time::Duration;
use toolpress_core::Place;
use tower::timeout::error::Elapsed;

/// Why there is no complete answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The address is not allowed.
    Refused(EgressError),
    /// The host's name has no address.
    Dns,
    /// No connection.
    Connect(&'static str),
    /// A connection, but no trustworthy one.
    Tls(String),
    /// No complete answer within the deadline.
    Timeout(Duration),
    /// The connection ended before the answer did.
    Broken {
        /// Status, if the answer had begun.
        status: Option<u16>,
    },
    /// Something else than HTTP, or a body that its content encoding does not fit.
    Garbled(&'static str),
    /// The answer is larger than allowed, in bytes.
    TooLarge {
        /// Status of the answer.
        status: u16,
        /// Largest size in bytes.
        limit: usize,
    },
}

impl Trouble {
    /// Whether it is certain that the vendor never got the request.
    pub(crate) fn nothing_was_sent(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Dns | Self::Connect(_) | Self::Tls(_))
    }

    /// Reads a client's error. `status` is the answer's, if its header had come in.
    pub(crate) fn of(error: &(dyn Error + 'static), status: Option<u16>) -> Self {
        if let Some(refused) = cause::<EgressError>(error) {
            return Self::Refused(*refused);
        }
        if let Some(tls) = cause::<rustls::Error>(error) {
            return Self::Tls(tls.to_string());
        }
        if cause::<legacy::Error>(error).is_some_and(legacy::Error::is_connect) {
            return Self::connect(error);
        }
        let hyper = cause::<hyper::Error>(error);
        let in_body =
            status.is_some() || cause::<reqwest::Error>(error).is_some_and(reqwest::Error::is_decode);
        match hyper {
            None if in_body => Self::Garbled("its body does not fit its content encoding"),
            Some(hyper) if !in_body && hyper.is_parse_too_large() => Self::Garbled("its header is too large"),
            Some(hyper) if !in_body && hyper.is_parse() => Self::Garbled("it is not valid HTTP"),
            _ => Self::Broken { status },
        }
    }

    fn connect(error: &(dyn Error + 'static)) -> Self {
        let request = cause::<reqwest::Error>(error);
        if cause::<Unresolved>(error).is_some() || request.is_some_and(reqwest::Error::is_dns) {
            return Self::Dns;
        }
        if cause::<Elapsed>(error).is_some() || request.is_some_and(reqwest::Error::is_timeout) {
            return Self::Connect("did not accept a connection in time");
        }
        Self::Connect(match cause::<io::Error>(error).map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => "refused the connection",
            Some(io::ErrorKind::TimedOut) => "did not accept a connection in time",
            Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) => "is unreachable",
            Some(io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof) => {
                "closed the connection at once"
            }
            _ => "cannot be connected to",
        })
    }
}

/// The failure that a trouble makes of a call.
pub(super) fn failed(scene: &Scene<'_>, trouble: &Trouble) -> Box<Failure> {
    let label = scene.caller.vendor.label;
    let host = scene.uri.host().unwrap_or_default();
    let request = scene.request();
    let (kind, message) = match trouble {
        Trouble::Refused(problem) => (
            Kind::Policy,
            format!(
                "The base URL of the connected {label} account cannot be used: {problem}. A person must change it."
            ),
        ),
        Trouble::Dns => (Kind::Connect, format!("{label} was not reached: the name {host} has no address.")),
        Trouble::Connect(how) => (Kind::Connect, format!("{label} was not reached: {host} {how}.")),
        Trouble::Tls(problem) => (
            Kind::Tls,
            format!("{label} was not reached: the connection to {host} is not trustworthy ({problem})."),
        ),
        Trouble::Timeout(deadline) => {
            (Kind::Timeout, format!("{label} did not answer {request} within {}.", seconds(*deadline)))
        }
        Trouble::Broken { status: None } => {
            (Kind::Broken, format!("The connection to {label} broke before {request} was answered."))
        }
        Trouble::Broken { status: Some(status) } => (
            Kind::Broken,
            format!(
                "{label} answered {request} with {status}, but the connection broke in the middle of the answer."
            ),
        ),
        Trouble::Garbled(how) => {
            (Kind::Garbled, format!("The answer of {label} to {request} cannot be read: {how}."))
        }
        Trouble::TooLarge { status, limit } => (
            Kind::TooLarge,
            format!(
                "{label} answered {request} with {status}, but the answer is larger than {}, which is the limit. {}",
                size(*limit),
                ask_for_less(scene)
            ),
        ),
    };
    let after = match trouble {
        // Whatever was asked for has been done; only the answer did not fit.
        Trouble::TooLarge { .. } if !scene.is_repeatable() => {
            "The change has been made; do not repeat this call."
        }
        Trouble::Refused(_) | Trouble::TooLarge { .. } => "",
        trouble if trouble.nothing_was_sent() => "Nothing was sent.",
        _ => scene.repetition(),
    };
    let mut failure = Failure::new(kind, message);
    if !after.is_empty() {
        failure.lines = vec![failure.message.clone(), after.to_owned()];
    }
    if let Trouble::TooLarge { status, .. } | Trouble::Broken { status: Some(status) } = trouble {
        failure.status = Some(*status);
    }
    failure
}

/// Names the arguments that can make an answer smaller.
fn ask_for_less(scene: &Scene<'_>) -> String {
    let narrowing = scene.tool.params.iter().filter(|param| param.place == Place::Query).take(6);
    let names: Vec<String> = narrowing.map(|param| format!("`{}`", param.name)).collect();
    if names.is_empty() {
        "Ask for something smaller, or have the operator raise the limit.".to_owned()
    } else {
        format!("Ask for less with {}.", names.join(", "))
    }
}

/// A time as people read it.
pub(crate) fn seconds(time: Duration) -> String {
    if time.subsec_millis() == 0 {
        format!("{} s", time.as_secs())
    } else {
        format!("{} ms", time.as_millis())
    }
}

/// A size as people read it.
pub(crate) fn size(bytes: usize) -> String {
    match bytes {
        whole if whole >= 1 << 20 && whole % (1 << 20) == 0 => format!("{} MiB", whole >> 20),
        whole if whole >= 1 << 10 && whole % (1 << 10) == 0 => format!("{} KiB", whole >> 10),
        bytes => format!("{bytes} bytes"),
    }
}

/// The error itself or its nearest cause of a type, also inside I/O errors, which hide what they wrap.
fn cause<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    let mut next = Some(error);
    while let Some(here) = next {
        if let Some(found) = here.downcast_ref::<E>() {
            return Some(found);
        }
        let wrapped = here.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => here.source(),
        };
    }
    None
}
