//! Whether a source can be read (rules 106, 111 and 120).

use serde_json::{Map, Value};

use super::connector_config::{has_databases, is_source};
use super::reach::Target;
use super::shape::{flag, inner, names, text};
use super::state::{Account, Reader};
use super::world::Outside;

/// A source reader with its connector, saved or not.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    target: Target,
    fields: Map<String, Value>,
    shared: bool,
}

impl Source {
    pub(crate) fn new(target: Target, fields: &Map<String, Value>) -> Self {
        Self { target, fields: fields.clone(), shared: flag(fields, "isShared") }
    }

    /// A saved reader's source.
    pub(crate) fn of(account: &Account, reader: &Reader) -> Result<Self, String> {
        let connector = account.connector(reader.connector).ok_or("the source connector does not exist")?;
        Ok(Self { target: Target::saved(connector), fields: reader.fields.clone(), shared: reader.shared })
    }

    /// What is wrong with the reader, if anything.
    pub(crate) fn check(&self, outside: &Outside) -> Result<(), String> {
        let kind = &self.target.kind;
        if !is_source(kind) {
            return Err(format!("connectors of type {kind} cannot be read from"));
        }
        check_settings(&self.fields, self.shared)?;
        let server = self.target.connect(outside)?;
        let database = text(&self.fields, "database");
        if has_databases(kind) && database.is_empty() {
            return Err("database is required".to_owned());
        }
        if server.is_some_and(|server| has_databases(kind) && server.find(database).is_none()) {
            return Err(format!("database \"{database}\" does not exist"));
        }
        Ok(())
    }

    /// What is wrong with the tables to be read, if anything.
    pub(crate) fn check_tables(
        &self,
        outside: &Outside,
        tables: &[&Map<String, Value>],
    ) -> Result<(), String> {
        let listed = inner(&self.fields, "tablesConfig");
        let server = self.target.connect(outside)?;
        let database = server.and_then(|server| server.find(text(&self.fields, "database")));
        for table in tables {
            let (schema, name) = (text(table, "schema"), text(table, "name"));
            let called = if schema.is_empty() { name.to_owned() } else { format!("{schema}.{name}") };
            if self.shared && !listed.is_some_and(|listed| listed.contains_key(&called)) {
                return Err(format!("table \"{called}\" is not in tablesConfig of the shared source reader"));
            }
            let Some(database) = database else { continue };
            let Some(found) = database.table(schema, name) else {
                return Err(format!("table \"{called}\" does not exist in database \"{}\"", database.name));
            };
            let none = Map::new();
            let settings = inner(table, "advancedSettings").unwrap_or(&none);
            let lists = [
                "includeColumns",
                "excludeColumns",
                "columnsToHash",
                "columnsToEncrypt",
                "columnsToCompress",
            ];
            let mut wanted = lists.iter().flat_map(|list| names(settings, list));
            if let Some(column) = wanted.find(|name| found.columns.iter().all(|column| column.name != *name))
            {
                return Err(format!("column \"{column}\" does not exist in table \"{called}\""));
            }
        }
        Ok(())
    }
}

/// A reader's settings on their own (rule 120).
pub(crate) fn check_settings(fields: &Map<String, Value>, shared: bool) -> Result<(), String> {
    let tables = inner(fields, "tablesConfig");
    match tables {
        Some(tables) if !tables.is_empty() && !shared => {
            return Err("tablesConfig is only for shared source readers".to_owned());
        }
        Some(tables) => check_listed(tables)?,
        None => {}
    }
    if shared && tables.is_none_or(Map::is_empty) {
        return Err("tablesConfig is required for shared source readers".to_owned());
    }
    let none = Map::new();
    let settings = inner(fields, "settings").unwrap_or(&none);
    let number = |name: &str| settings.get(name).and_then(Value::as_u64).unwrap_or(0);
    if number("backfillBatchSize") > 50_000 {
        return Err("backfillBatchSize must be at most 50000".to_owned());
    }
    if number("unifyAcrossSchemasMaxParallelism") > 3 {
        return Err("unifyAcrossSchemasMaxParallelism must be at most 3".to_owned());
    }
    let method = text(settings, "mssqlReplicationMethod");
    if !["", "fn_dblog", "change_tracking"].contains(&method) {
        return Err("mssqlReplicationMethod must be fn_dblog, change_tracking or empty".to_owned());
    }
    if flag(settings, "unifyAcrossDatabases") {
        let databases = names(settings, "databasesToSync");
        if method.is_empty() {
            return Err("unifyAcrossDatabases needs mssqlReplicationMethod".to_owned());
        }
        if !databases.contains(&text(fields, "database")) {
            return Err("databasesToSync must contain the reader's database".to_owned());
        }
    }
    Ok(())
}

/// The tables a shared reader lists: the key is `schema.name`, and columns are either included or excluded.
fn check_listed(tables: &Map<String, Value>) -> Result<(), String> {
    for (key, table) in tables.iter().filter_map(|(key, table)| Some((key, table.as_object()?))) {
        let (schema, name) = (text(table, "schema"), text(table, "name"));
        let wanted = if schema.is_empty() { name.to_owned() } else { format!("{schema}.{name}") };
        if *key != wanted {
            return Err(format!(
                "tablesConfig: the key of table \"{wanted}\" must be its name, not \"{key}\""
            ));
        }
        if !names(table, "includeColumns").is_empty() && !names(table, "excludeColumns").is_empty() {
            return Err(format!("tablesConfig: \"{key}\" both includes and excludes columns"));
        }
    }
    Ok(())
}
