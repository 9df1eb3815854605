//! The Postgres servers outside the simulated account: what the vendor finds when it connects.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};

/// Whether a simulated host answers on its port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It answers.
    Up,
    /// Its name does not resolve.
    NoSuchHost,
    /// It refuses the connection.
    Refused,
    /// It never answers.
    TimedOut,
}

/// A table of a simulated Postgres.
#[derive(Clone, Debug)]
pub struct Table {
    pub(crate) oid: u32,
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    pub(crate) primary_key: Vec<String>,
    pub(crate) rows: u64,
    pub(crate) estimate: Option<u64>,
    pub(crate) rows_per_second: Option<u64>,
}

impl Table {
    /// A table with one primary key column `id` and no rows. `reference` is `schema.table`, or a table of `public`.
    pub fn new(reference: &str, columns: &[&str]) -> Self {
        let (schema, name) = super::changeset::table_reference(reference);
        Self {
            oid: 0,
            schema: schema.to_owned(),
            name: name.to_owned(),
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            primary_key: vec!["id".to_owned()],
            rows: 0,
            estimate: None,
            rows_per_second: None,
        }
    }

    /// Replaces the primary key columns; an empty list makes backfills fail (rule 62).
    #[must_use]
    pub fn primary_key(mut self, columns: &[&str]) -> Self {
        self.primary_key = columns.iter().map(|column| (*column).to_owned()).collect();
        self
    }

    /// How many rows a backfill reads.
    #[must_use]
    pub fn rows(mut self, rows: u64) -> Self {
        self.rows = rows;
        self
    }

    /// The row count the vendor estimates, when it differs from the truth.
    #[must_use]
    pub fn estimate(mut self, rows: u64) -> Self {
        self.estimate = Some(rows);
        self
    }

    /// How fast this table is read, instead of the account's usual rate.
    #[must_use]
    pub fn rows_per_second(mut self, rows: u64) -> Self {
        self.rows_per_second = Some(rows);
        self
    }

    /// The full name, `schema.table`.
    pub(crate) fn reference(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }

    /// A made-up row for a backfill: keys count upwards, other columns say what they are.
    pub(crate) fn row(&self, number: u64) -> Value {
        let value = |column: &String| match column.as_str() {
            name if self.primary_key.contains(column) || name == "id" => json!(number),
            name if name.ends_with("_id") => json!(number % 97 + 1),
            name if name.ends_with("_cents") || name == "quantity" => {
                json!(number.wrapping_mul(37) % 9000 + 100)
            }
            name if name.ends_with("_at") => json!("2026-01-05T08:00:00Z"),
            name => json!(format!("{name} {number}")),
        };
        Value::Object(
            self.columns.iter().map(|column| (column.clone(), value(column))).collect::<Map<_, _>>(),
        )
    }
}

/// A Postgres server that simulated databases can connect to.
#[derive(Clone, Debug)]
pub struct Postgres {
    pub(crate) hostname: String,
    pub(crate) port: i64,
    pub(crate) reach: Reach,
    pub(crate) login: Option<(String, String)>,
    pub(crate) databases: BTreeMap<String, Vec<Arc<Table>>>,
    pub(crate) publications: BTreeSet<String>,
    /// Slot name to the logical database it was created in.
    pub(crate) slots: BTreeMap<String, String>,
    pub(crate) connect_allowed: bool,
    pub(crate) wal_level_logical: bool,
    pub(crate) standby: bool,
    pub(crate) version: u32,
    next_oid: u32,
}

impl Postgres {
    /// A server that answers, takes any user and password, and holds nothing yet.
    pub fn new(hostname: &str, port: u16) -> Self {
        Self {
            hostname: hostname.to_owned(),
            port: i64::from(port),
            reach: Reach::Up,
            login: None,
            databases: BTreeMap::new(),
            publications: BTreeSet::new(),
            slots: BTreeMap::new(),
            connect_allowed: true,
            wal_level_logical: true,
            standby: false,
            version: 17,
            next_oid: 16_384,
        }
    }

    /// Accepts only this user with this password.
    #[must_use]
    pub fn login(mut self, username: &str, password: &str) -> Self {
        self.login = Some((username.to_owned(), password.to_owned()));
        self
    }

    /// Adds a logical database with its tables.
    #[must_use]
    pub fn database(mut self, name: &str, tables: Vec<Table>) -> Self {
        self.databases.entry(name.to_owned()).or_default();
        for table in tables {
            self.put_table(name, table);
        }
        self
    }

    /// Adds a publication.
    #[must_use]
    pub fn publication(mut self, name: &str) -> Self {
        self.publications.insert(name.to_owned());
        self
    }

    /// Adds a replication slot that belongs to a logical database.
    #[must_use]
    pub fn slot(mut self, name: &str, database: &str) -> Self {
        self.slots.insert(name.to_owned(), database.to_owned());
        self
    }

    /// Takes the CONNECT privilege away.
    #[must_use]
    pub fn without_connect_permission(mut self) -> Self {
        self.connect_allowed = false;
        self
    }

    /// Sets a `wal_level` that logical replication cannot use.
    #[must_use]
    pub fn without_logical_wal(mut self) -> Self {
        self.wal_level_logical = false;
        self
    }

    /// Makes the server a standby of the given major version.
    #[must_use]
    pub fn standby(mut self, version: u32) -> Self {
        self.standby = true;
        self.version = version;
        self
    }

    pub(crate) fn put_table(&mut self, database: &str, mut table: Table) {
        table.oid = self.next_oid;
        self.next_oid += 1;
        let tables = self.databases.entry(database.to_owned()).or_default();
        tables.retain(|old| old.schema != table.schema || old.name != table.name);
        tables.push(Arc::new(table));
    }
}
