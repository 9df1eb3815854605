//! Where requests may go: which addresses an account's base URL may lead to.
//!
//! The addresses are checked when a connection is made, on what the name resolved to for that very
//! connection; a check before connecting could be answered differently a moment later (DNS rebinding).

use futures_util::future::BoxFuture;
use hyper_util::client::legacy::connect::dns::Name;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::{fmt, io, vec};
use tower::{BoxError, Service};
use url::{Host, Url};

/// Which addresses may be connected to.
#[derive(Debug, Clone)]
pub struct EgressPolicy {
    /// `None`: everything, since the person who runs the program chose the address.
    allow: Option<Arc<[IpNet]>>,
}

/// Why an address is not connected to. Says nothing about what a name resolved to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// The address is not a public one, and no allowed range covers it.
    #[error("the address is private, local or reserved, and the operator has not allowed it")]
    NotPublic,
    /// The address is one where cloud providers hand credentials to machines.
    #[error("the address is a cloud metadata service, which is never connected to")]
    Metadata,
    /// Plain `http` to an address that is not allowed expressly.
    #[error("plain http is spoken only to addresses that the operator has allowed; use https")]
    PlainHttp,
    /// Neither `http` nor `https`, or no host.
    #[error("only http and https addresses with a host are connected to")]
    Scheme,
}

impl EgressPolicy {
    /// Allows every address: for an operator's own base URL, given on the command line.
    pub fn trusted() -> Self {
        Self { allow: None }
    }

    /// Allows public addresses over https, and the given ranges over http too. Cloud metadata addresses
    /// are refused even inside an allowed range.
    pub fn guarded(allow: impl IntoIterator<Item = IpNet>) -> Self {
        Self { allow: Some(allow.into_iter().collect()) }
    }

    /// Checks all that can be told of a URL without resolving its name, so that an account with a
    /// forbidden base URL can be refused when it is made.
    ///
    /// # Errors
    /// What stands against the URL.
    pub fn check(&self, url: &Url) -> Result<(), EgressError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(EgressError::Scheme);
        }
        let Some(allow) = &self.allow else { return Ok(()) };
        let plain = url.scheme() == "http";
        match url.host().ok_or(EgressError::Scheme)? {
            Host::Ipv4(address) => check_address(address.into(), allow, plain),
            Host::Ipv6(address) => check_address(address.into(), allow, plain),
            Host::Domain(name) => check_name(name, allow, plain),
        }
    }

    /// Whether plain http can lead anywhere.
    pub(super) fn speaks_plain_http(&self) -> bool {
        self.allow.as_ref().is_none_or(|allow| !allow.is_empty())
    }

    /// Whether a client for plain http needs another resolver than one for https.
    pub(super) fn tells_plain_http_apart(&self) -> bool {
        self.allow.is_some()
    }

    /// The resolver of a client.
    pub(super) fn resolver(&self, plain: bool) -> GuardedResolver {
        GuardedResolver { allow: self.allow.clone(), plain }
    }
}

/// Resolves names and keeps only the addresses that may be connected to.
#[derive(Clone)]
pub(super) struct GuardedResolver {
    allow: Option<Arc<[IpNet]>>,
    plain: bool,
}

/// A name that has no address.
#[derive(Debug, thiserror::Error)]
#[error("the name has no address")]
pub(super) struct Unresolved(#[source] io::Error);

impl Service<Name> for GuardedResolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let Self { allow, plain } = self.clone();
        Box::pin(async move {
            if let Some(allow) = &allow {
                check_name(name.as_str(), allow, plain)?;
            }
            // Port 0 stands for the port of the URL.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(Unresolved)?;
            let Some(allow) = allow else { return Ok(found.collect::<Vec<_>>().into_iter()) };
            let mut refused = None;
            let mut allowed: Vec<SocketAddr> = Vec::new();
            for address in found {
                match check_address(address.ip(), &allow, plain) {
                    Ok(()) => allowed.push(address),
                    Err(problem) => refused = Some(problem),
                }
            }
            match refused {
                Some(problem) if allowed.is_empty() => Err(problem.into()),
                _ => Ok(allowed.into_iter()),
            }
        })
    }
}

impl fmt::Debug for GuardedResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedResolver").field("plain", &self.plain).finish_non_exhaustive()
    }
}

fn check_name(name: &str, allow: &[IpNet], plain: bool) -> Result<(), EgressError> {
    let name = name.trim_end_matches('.');
    if ["metadata.google.internal", "metadata.goog", "instance-data"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
    {
        return Err(EgressError::Metadata);
    }
    if allow.is_empty() {
        let tail = name.rsplit('.').next().unwrap_or_default();
        if tail.eq_ignore_ascii_case("localhost") {
            return Err(EgressError::NotPublic);
        }
        if plain {
            return Err(EgressError::PlainHttp);
        }
    }
    Ok(())
}

fn check_address(address: IpAddr, allow: &[IpNet], plain: bool) -> Result<(), EgressError> {
    let address = embedded(address);
    if is_metadata(address) {
        return Err(EgressError::Metadata);
    }
    if allow.iter().any(|range| range.contains(&address)) {
        return Ok(());
    }
    if !is_public(address) {
        return Err(EgressError::NotPublic);
    }
    if plain { Err(EgressError::PlainHttp) } else { Ok(()) }
}

/// The IPv4 address inside an IPv6 one, if there is one: mapped (RFC 4291) or translated (RFC 6052).
fn embedded(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let [a, b, rest @ ..] = v6.segments();
    let low = u32::from(rest[4]) << 16 | u32::from(rest[5]);
    let translated = (a, b) == (0x64, 0xff9b) && rest[..4] == [0; 4];
    if translated { IpAddr::V4(Ipv4Addr::from(low)) } else { address.to_canonical() }
}

/// Addresses where machines of the large clouds find credentials.
fn is_metadata(address: IpAddr) -> bool {
    const V4: [Ipv4Addr; 6] = [
        Ipv4Addr::new(169, 254, 169, 254),
        Ipv4Addr::new(169, 254, 170, 2),
        Ipv4Addr::new(169, 254, 170, 23),
        Ipv4Addr::new(100, 100, 100, 200),
        Ipv4Addr::new(192, 0, 0, 192),
        Ipv4Addr::new(168, 63, 129, 16),
    ];
    const V6: [Ipv6Addr; 3] = [
        Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
        Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23),
        Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
    ];
    match address {
        IpAddr::V4(v4) => V4.contains(&v4),
        IpAddr::V6(v6) => V6.contains(&v6),
    }
}

/// Global unicast addresses, by the IANA special-purpose registries (RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            !matches!(
                (a, b, c),
                (0 | 10 | 127 | 224.., ..)
                    | (100, 64..=127, _)
                    | (169, 254, _)
                    | (172, 16..=31, _)
                    | (192, 0, 0 | 2)
                    | (192, 88, 99)
                    | (192, 168, _)
                    | (198, 18 | 19, _)
                    | (198, 51, 100)
                    | (203, 0, 113)
            )
        }
        IpAddr::V6(v6) => {
            let [a, b, ..] = v6.segments();
            // Only 2000::/3 is handed out; inside it protocol assignments, documentation and 6to4.
            (0x2000..=0x3fff).contains(&a)
                && !(a == 0x2001 && (b < 0x200 || b == 0xdb8))
                && a != 0x2002
                && !(a == 0x3fff && b < 0x1000)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{EgressError, EgressPolicy};
    use url::Url;

    fn check(allow: &[&str], url: &str) -> Result<(), EgressError> {
        let allow = allow.iter().map(|range| range.parse().unwrap());
        EgressPolicy::guarded(allow).check(&Url::parse(url).unwrap())
    }

    #[test]
    fn security_b1_b2_addresses_that_are_not_public_are_refused_however_written() {
        for host in [
            "127.0.0.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "127.1",
            "１27.0.0.1",
            "10.0.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.1.1",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "[::1]",
            "[::]",
            "[::ffff:10.0.0.1]",
            "[64:ff9b::10.0.0.1]",
            "[fe80::1]",
            "[fc00::1]",
            "[ff02::1]",
            "[2001:db8::1]",
            "[2002:a00:1::]",
            "[::127.0.0.1]",
            "localhost",
            "a.localhost.",
        ] {
            assert_eq!(check(&[], &format!("https://{host}/")), Err(EgressError::NotPublic), "{host}");
        }
        for host in ["8.8.8.8", "172.32.0.1", "[2606:4700::1]", "api.example.com", "192.0.1.1"] {
            assert_eq!(check(&[], &format!("https://{host}/")), Ok(()), "{host}");
            assert_eq!(check(&[], &format!("http://{host}/")), Err(EgressError::PlainHttp), "{host}");
        }
    }

    #[test]
    fn security_b1_metadata_services_are_refused_even_inside_an_allowed_range() {
        let all = ["0.0.0.0/0", "::/0"];
        for host in [
            "169.254.169.254",
            "0xa9fea9fe",
            "[::ffff:169.254.169.254]",
            "[64:ff9b::169.254.169.254]",
            "[fd00:ec2::254]",
            "100.100.100.200",
            "metadata.google.internal",
            "Metadata.Google.Internal.",
        ] {
            assert_eq!(check(&all, &format!("http://{host}/")), Err(EgressError::Metadata), "{host}");
        }
    }

    #[test]
    fn allowed_ranges_are_open_for_plain_http_too() {
        assert_eq!(check(&["127.0.0.1/32"], "http://127.0.0.1:9999/"), Ok(()));
        assert_eq!(check(&["127.0.0.1/32"], "http://[::ffff:127.0.0.1]/"), Ok(()));
        assert_eq!(check(&["127.0.0.1/32"], "http://127.0.0.2/"), Err(EgressError::NotPublic));
        assert_eq!(check(&["fd00::/8"], "http://[fd00::1]/"), Ok(()));
        assert_eq!(check(&["127.0.0.1/32"], "http://8.8.8.8/"), Err(EgressError::PlainHttp));
        let trusted = EgressPolicy::trusted();
        assert_eq!(trusted.check(&Url::parse("http://127.0.0.1/").unwrap()), Ok(()));
        assert_eq!(trusted.check(&Url::parse("ftp://h/").unwrap()), Err(EgressError::Scheme));
    }
}
