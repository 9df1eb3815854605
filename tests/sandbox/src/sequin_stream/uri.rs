//! URLs taken apart leniently, the way the vendor's language does: what is missing is simply absent.

/// The parts of a URL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Uri {
    pub(crate) scheme: Option<String>,
    pub(crate) userinfo: Option<String>,
    pub(crate) host: Option<String>,
    pub(crate) port: Option<i64>,
    pub(crate) path: Option<String>,
    pub(crate) query: Option<String>,
    pub(crate) fragment: Option<String>,
}

impl Uri {
    pub(crate) fn parse(text: &str) -> Self {
        let (rest, fragment) = cut(text, '#');
        let (rest, query) = cut(rest, '?');
        let (scheme, rest) = match rest.split_once(':') {
            Some((scheme, after)) if is_scheme(scheme) => (Some(scheme.to_lowercase()), after),
            _ => (None, rest),
        };
        let mut uri = Self { query, fragment, ..Self::default() };
        let path = match rest.strip_prefix("//") {
            Some(after) => {
                let at = after.find('/').unwrap_or(after.len());
                let (authority, path) = after.split_at(at);
                uri.read_authority(authority);
                path
            }
            None => rest,
        };
        uri.path = Some(path.to_owned()).filter(|path| !path.is_empty());
        uri.port = uri.port.or_else(|| scheme.as_deref().and_then(default_port));
        uri.scheme = scheme;
        uri
    }

    fn read_authority(&mut self, authority: &str) {
        let (userinfo, address) = match authority.rsplit_once('@') {
            Some((userinfo, address)) => (Some(userinfo.to_owned()), address),
            None => (None, authority),
        };
        let (host, port) = match address.rsplit_once(':') {
            Some((host, port)) if !host.ends_with(':') => (host, port.parse().ok()),
            _ => (address, None),
        };
        self.userinfo = userinfo;
        self.host = Some(host.to_owned()).filter(|host| !host.is_empty());
        self.port = port;
    }
}

impl std::fmt::Display for Uri {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(scheme) = &self.scheme {
            write!(f, "{scheme}:")?;
        }
        if let Some(host) = &self.host {
            write!(f, "//{host}")?;
        }
        if let Some(port) =
            self.port.filter(|port| self.scheme.as_deref().and_then(default_port) != Some(*port))
        {
            write!(f, ":{port}")?;
        }
        write!(f, "{}", self.path.as_deref().unwrap_or_default())?;
        if let Some(query) = &self.query {
            write!(f, "?{query}")?;
        }
        if let Some(fragment) = &self.fragment {
            write!(f, "#{fragment}")?;
        }
        Ok(())
    }
}

fn cut(text: &str, at: char) -> (&str, Option<String>) {
    match text.split_once(at) {
        Some((before, after)) => (before, Some(after.to_owned())),
        None => (text, None),
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
}

fn default_port(scheme: &str) -> Option<i64> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}
