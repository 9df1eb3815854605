//! From a connector's configuration to the server behind it, or to the reason why not.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::connector_config::{address, check, is_service, plain, user_key, usual_port};
use super::reply::Fault;
use super::server::{Reach, Server};
use super::shape::{id, inner, read, text};
use super::shapes::CONNECTOR;
use super::state::{Account, Connector};
use super::world::Outside;

/// Where and how to connect.
#[derive(Clone, Debug, Default)]
pub(crate) struct Target {
    /// Set for saved connectors.
    pub(crate) uuid: Option<Uuid>,
    pub(crate) kind: String,
    pub(crate) config: Map<String, Value>,
    pub(crate) default_database: String,
    /// Whether a tunnel or `PrivateLink` leads there.
    pub(crate) has_way: bool,
}

impl Target {
    /// The target of a saved connector.
    pub(crate) fn saved(connector: &Connector) -> Self {
        Self {
            uuid: Some(connector.uuid),
            kind: connector.kind.clone(),
            config: connector.config.clone(),
            default_database: text(&connector.fields, "defaultDatabase").to_owned(),
            has_way: connector.has_way(),
        }
    }

    /// The target of a `ConnectorPayload`, saved or not. A saved connector's own configuration counts where the
    /// payload has none.
    pub(crate) fn read(account: &Account, payload: &Map<String, Value>, at: &str) -> Result<Self, Fault> {
        let fields = read(CONNECTOR, payload, at)?;
        let saved = match id(&fields, "uuid") {
            Some(uuid) if !uuid.is_nil() => {
                let found = account.connectors.iter().find(|connector| connector.uuid == uuid);
                Some(found.ok_or_else(|| Fault::bad("connector not found"))?)
            }
            _ => None,
        };
        let mut target = saved.map(Self::saved).unwrap_or_default();
        match text(&fields, "type") {
            "" if target.kind.is_empty() => return Err(Fault::bad("type is required")),
            "" => {}
            kind if saved.is_some() && kind != target.kind => {
                return Err(Fault::bad(format!("the connector is of type {}, not {kind}", target.kind)));
            }
            kind => kind.clone_into(&mut target.kind),
        }
        if let Some(config) = inner(&fields, "sharedConfig") {
            target.config.clone_from(config);
            target.has_way |=
                ["sshTunnelUUID", "privateLinkUUID"].iter().any(|way| fields.contains_key(*way));
        }
        check(&target.kind, &target.config)?;
        if let Some(name) = fields.get("defaultDatabase").and_then(Value::as_str) {
            name.clone_into(&mut target.default_database);
        }
        Ok(target)
    }

    /// Connects and logs in. Services that need no server of their own give nothing.
    pub(crate) fn connect<'a>(&self, outside: &'a Outside) -> Result<Option<&'a Server>, String> {
        match self.position(outside)? {
            Some(at) => Ok(outside.servers.get(at)),
            None => Ok(None),
        }
    }

    /// As [`Target::connect`], to change the server.
    pub(crate) fn connect_mut<'a>(&self, outside: &'a mut Outside) -> Result<Option<&'a mut Server>, String> {
        match self.position(outside)? {
            Some(at) => Ok(outside.servers.get_mut(at)),
            None => Ok(None),
        }
    }

    fn position(&self, outside: &Outside) -> Result<Option<usize>, String> {
        check(&self.kind, &self.config).map_err(|fault| fault.error)?;
        let wanted = address(&self.kind, &self.config);
        let port = self.config.get("port").and_then(Value::as_i64).filter(|port| *port > 0);
        let port = port.unwrap_or_else(|| usual_port(&self.kind));
        let mut servers = outside.servers.iter();
        let here = |server: &Server| server.kind == self.kind && plain(&self.kind, &server.address) == wanted;
        let Some(at) = servers.position(here) else {
            if is_service(&self.kind) {
                return Ok(None);
            }
            return Err(format!("dial tcp: lookup {wanted}: no such host"));
        };
        let Some(server) = outside.servers.get(at) else { return Ok(None) };
        match server.reach {
            Reach::Open => {}
            Reach::Private if self.has_way => {}
            Reach::Private | Reach::Timeout => {
                return Err(format!("dial tcp {wanted}:{port}: i/o timeout"));
            }
            Reach::Refused => return Err(format!("dial tcp {wanted}:{port}: connect: connection refused")),
        }
        if server.port.is_some_and(|open| open != port) {
            return Err(format!("dial tcp {wanted}:{port}: connect: connection refused"));
        }
        self.log_in(server)?;
        Ok(Some(at))
    }

    fn log_in(&self, server: &Server) -> Result<(), String> {
        let Some((known, password)) = &server.login else { return Ok(()) };
        let user = user_key(&self.kind).map_or("", |key| text(&self.config, key));
        let by_key = self.kind == "snowflake" && !text(&self.config, "privateKey").is_empty();
        if !server.same(user, known) || (text(&self.config, "password") != password && !by_key) {
            return Err(format!("password authentication failed for user \"{user}\""));
        }
        let warehouse = text(&self.config, "virtualDWH");
        let missing = !server.warehouses.iter().any(|known| server.same(known, warehouse));
        if self.kind == "snowflake" && missing {
            return Err(format!("warehouse \"{warehouse}\" does not exist or not authorized"));
        }
        Ok(())
    }
}
