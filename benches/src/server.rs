//! The server under test: the runtime with a catalogue, as `toolpress serve` runs it, for one account at
//! a given address.
//!
//! This file is copied into the crate of each server, so that work on the benchmarks does not build the
//! servers anew. It names only what those crates depend on.

use std::error::Error;
use std::future::ready;
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;
use toolpress_core::{Catalog, Mask};
use toolpress_runtime::call::{EgressPolicy, Upstream};
use toolpress_runtime::log::{self, LogFormat};
use toolpress_runtime::web::{self, Front};
use toolpress_runtime::{
    Account, Found, Limits, Registry, Server, ServerOptions, Shared, Token, TokenKind, mcp,
};

/// The token of the server, the same at each start so that others can be told the URL beforehand.
const TOKEN: &str = "tp_Bench0000000000000000000000000000000000BencT9yAL7";

/// One server under its token, looked up as any registry does.
#[derive(Debug)]
struct One {
    hash: [u8; 32],
    server: Arc<Server>,
}

impl Registry for One {
    fn find<'r>(
        &'r self,
        token: &'r Token,
        _bearer: Option<&'r str>,
    ) -> Pin<Box<dyn Future<Output = Found> + Send + 'r>> {
        let known = token.hash() == self.hash;
        Box::pin(ready(if known { Found::Server(Arc::clone(&self.server)) } else { Found::Nothing }))
    }
}

/// Serves the catalogue's first vendor, prints the URL, and runs until it is killed. Arguments: the base URL
/// of the vendor's API, and a port if it is not to be any free one.
pub fn main(catalog: &'static Catalog) -> ExitCode {
    match serve(catalog) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(catalog: &'static Catalog) -> Result<(), Box<dyn Error>> {
    let base_url = std::env::args().nth(1).ok_or("no base URL")?;
    // What `toolpress` logs by default.
    log::start("info", LogFormat::Text)?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let limits = Limits::default();
        let port = std::env::args().nth(2).map_or(Ok(0), |port| port.parse())?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let upstream = Upstream::new(limits.clone(), EgressPolicy::trusted())?;
        let shared = Shared::new(upstream, limits.clone());
        let vendor = catalog.vendors.first().copied().ok_or("an empty catalogue")?;
        // As long as real tokens are: what is kept out of answers is looked for in every answer.
        let credential = |_: &str| Some("4Zx8Qm2Lr7Tb1Wd9Kp5Ys3Nf6Hc0Vj4G".to_owned());
        let account = Account::new("bench", vendor, Some(&base_url), credential)?;
        let options = ServerOptions::default();
        let server = Server::new(shared, catalog, vendor, Mask::all(vendor), Arc::new(account), options);
        let token = Token::parse(TokenKind::Server, TOKEN).ok_or("a token that is none")?;
        println!("http://{address}/mcp/{TOKEN}");
        let registry = One { hash: token.hash(), server: Arc::new(server) };
        let site = mcp::site(Arc::new(registry), Front::default(), &limits);
        web::serve(listener, site, &limits, std::future::pending()).await;
        Ok(())
    })
}
