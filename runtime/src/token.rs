//! Tokens: a prefix that tells what they open, 43 random characters (256 bits), 6 of checksum.
//!
//! A token is shown once. Only its SHA-256 is kept, which is enough for what cannot be guessed; the
//! checksum turns away mistyped ones before anything is looked up. Logs see the last four characters.

use sha2::{Digest as _, Sha256};
use std::fmt;

const RANDOM: usize = 43;
const CHECKSUM: usize = 6;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What a token opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// One MCP server; part of its URL.
    Server,
    /// The servers that want a second proof, or the control plane.
    Api,
    /// The control plane: the key of the operator.
    Admin,
    /// The page, for one browser.
    Session,
}

impl TokenKind {
    /// What its tokens begin with. A double click selects a whole token, since `_` is a letter to editors.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Server => "tp_",
            Self::Api => "tpk_",
            Self::Admin => "tpa_",
            Self::Session => "tps_",
        }
    }
}

/// A token whose checksum is right.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// The operating system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no randomness: {0}")]
pub struct NoRandomness(getrandom::Error);

impl Token {
    /// A new token.
    pub fn generate(kind: TokenKind) -> Result<Self, NoRandomness> {
        let mut text = String::from(kind.prefix());
        let length = text.len() + RANDOM;
        let mut bytes = [0_u8; 64];
        while text.len() < length {
            getrandom::fill(&mut bytes).map_err(NoRandomness)?;
            // Bytes from 248 on would make the first characters of the alphabet likelier.
            let fair = bytes.iter().filter(|byte| **byte < 248);
            let characters = fair.map(|byte| char::from(ALPHABET[usize::from(byte % 62)]));
            text.extend(characters.take(length - text.len()));
        }
        let sum = checksum(&text);
        text.extend(sum.map(char::from));
        Ok(Self(text))
    }

    /// Reads a token; `None` when it cannot be one of ours.
    pub fn parse(kind: TokenKind, text: &str) -> Option<Self> {
        let prefix = kind.prefix();
        let fits = text.len() == prefix.len() + RANDOM + CHECKSUM
            && text.strip_prefix(prefix)?.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let (body, sum) = text.split_at_checked(prefix.len() + RANDOM)?;
        (fits && checksum(body) == sum.as_bytes()).then(|| Self(text.to_owned()))
    }

    /// The token itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }

    /// Its last four characters, for people to tell tokens apart.
    pub fn last4(&self) -> &str {
        &self.0[self.0.len() - 4..]
    }
}

/// As logs show it.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = self.0.split_inclusive('_').next().unwrap_or_default();
        write!(f, "{prefix}…{}", self.last4())
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

fn checksum(body: &str) -> [u8; CHECKSUM] {
    let digest = Sha256::digest(body);
    let mut number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    [(); CHECKSUM].map(|()| {
        let digit = usize::try_from(number % 62).unwrap_or_default();
        number /= 62;
        ALPHABET[digit]
    })
}

#[cfg(test)]
mod tests {
    use super::{Token, TokenKind};
    use std::collections::HashSet;

    #[test]
    fn security_e1_tokens_are_distinct_and_mistyped_ones_are_noticed() {
        let tokens: Vec<Token> = (0..1_000).map(|_| Token::generate(TokenKind::Server).unwrap()).collect();
        let distinct: HashSet<_> = tokens.iter().map(Token::hash).collect();
        assert_eq!(distinct.len(), tokens.len());
        for token in &tokens {
            let text = token.expose();
            assert_eq!(Token::parse(TokenKind::Server, text).as_ref(), Some(token));
            let other = if text.as_bytes()[20] == b'a' { "b" } else { "a" };
            let mistyped = format!("{}{other}{}", &text[..20], &text[21..]);
            assert!(Token::parse(TokenKind::Server, &mistyped).is_none(), "{mistyped}");
        }
        for text in ["", "tp_", "tp_…", &"é".repeat(26), &"x".repeat(70_000)] {
            assert!(Token::parse(TokenKind::Server, text).is_none());
        }
    }

    #[test]
    fn tokens_are_not_printed() {
        let token = Token::generate(TokenKind::Server).unwrap();
        assert_eq!(format!("{token} {token:?}").len(), 2 * "tp_….abcd".len() - 1);
        assert!(!format!("{token:?}").contains(&token.expose()[3..20]));
    }
}
