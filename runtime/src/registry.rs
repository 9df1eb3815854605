//! From the token in a URL to the server behind it.

use crate::{NoRandomness, Server, Token, TokenKind};
use futures_util::future::BoxFuture;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// Finds servers by token.
pub trait Registry: Send + Sync + fmt::Debug {
    /// The server of a token. `api_token` is what the client sent along, for servers that want a second
    /// proof.
    fn find<'r>(&'r self, token: &'r Token, api_token: Option<&'r str>) -> BoxFuture<'r, Found>;
}

/// What became of a token.
#[derive(Debug)]
pub enum Found {
    /// Its server.
    Server(Arc<Server>),
    /// Never given out, expired or revoked; callers cannot tell which.
    Nothing,
    /// The server wants a second proof, which is missing or wrong.
    Unauthorized,
    /// It cannot be known now.
    Unavailable,
}

/// Servers kept in memory, for a process that makes them itself.
#[derive(Debug, Default)]
pub struct MemoryRegistry {
    servers: RwLock<HashMap<[u8; 32], Arc<Server>>>,
}

impl MemoryRegistry {
    /// No server yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a server; the token is not kept, only its hash.
    pub fn add(&self, server: Server) -> Result<Token, NoRandomness> {
        let token = Token::generate(TokenKind::Server)?;
        let mut servers = self.servers.write().unwrap_or_else(PoisonError::into_inner);
        servers.insert(token.hash(), Arc::new(server));
        Ok(token)
    }

    /// Forgets a server. Calls that run already end in their own time.
    pub fn remove(&self, token: &Token) -> bool {
        let mut servers = self.servers.write().unwrap_or_else(PoisonError::into_inner);
        servers.remove(&token.hash()).is_some()
    }
}

impl Registry for MemoryRegistry {
    fn find<'r>(&'r self, token: &'r Token, _: Option<&'r str>) -> BoxFuture<'r, Found> {
        let servers = self.servers.read().unwrap_or_else(PoisonError::into_inner);
        let found =
            servers.get(&token.hash()).map_or(Found::Nothing, |server| Found::Server(Arc::clone(server)));
        Box::pin(std::future::ready(found))
    }
}
