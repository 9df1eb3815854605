//! What connectors connect to: databases with schemas and tables, outside the vendor.

use serde_json::{Value, json};

/// Whether a server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It answers everybody.
    Open,
    /// It answers only through an SSH tunnel or a `PrivateLink`.
    Private,
    /// It never answers.
    Timeout,
    /// Nothing listens there.
    Refused,
}

/// A database server or warehouse.
#[derive(Clone, Debug)]
pub struct Server {
    pub(crate) kind: String,
    pub(crate) address: String,
    pub(crate) port: Option<i64>,
    pub(crate) login: Option<(String, String)>,
    pub(crate) reach: Reach,
    pub(crate) databases: Vec<Database>,
    pub(crate) warehouses: Vec<String>,
    /// Replication slots, and whether something reads them.
    pub(crate) slots: Vec<(String, bool)>,
    /// Publications, and whether they are for all tables.
    pub(crate) publications: Vec<(String, bool)>,
}

impl Server {
    /// A server of a connector type at an address: host, account URL, endpoint or project, as the type has it.
    pub fn new(kind: &str, address: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            address: address.to_owned(),
            port: None,
            login: None,
            reach: Reach::Open,
            databases: Vec::new(),
            warehouses: Vec::new(),
            slots: Vec::new(),
            publications: Vec::new(),
        }
    }

    /// Answers only on this port.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(i64::from(port));
        self
    }

    /// Lets only this user in; without it, anybody.
    #[must_use]
    pub fn login(mut self, user: &str, password: &str) -> Self {
        self.login = Some((user.to_owned(), password.to_owned()));
        self
    }

    /// Answers as told.
    #[must_use]
    pub fn reach(mut self, reach: Reach) -> Self {
        self.reach = reach;
        self
    }

    /// Has a database with these tables; their schemas come with them.
    #[must_use]
    pub fn database(mut self, name: &str, tables: Vec<Table>) -> Self {
        let mut database = Database { name: name.to_owned(), schemas: Vec::new(), tables: Vec::new() };
        tables.into_iter().for_each(|table| database.put(table));
        self.databases.push(database);
        self
    }

    /// Has a virtual warehouse.
    #[must_use]
    pub fn warehouse(mut self, name: &str) -> Self {
        self.warehouses.push(name.to_owned());
        self
    }

    /// Has a replication slot, read by something or not.
    #[must_use]
    pub fn slot(mut self, name: &str, active: bool) -> Self {
        self.slots.push((name.to_owned(), active));
        self
    }

    /// Has a publication, for all tables or for some.
    #[must_use]
    pub fn publication(mut self, name: &str, all_tables: bool) -> Self {
        self.publications.push((name.to_owned(), all_tables));
        self
    }

    /// Whether two of its names are the same: Snowflake does not mind capitals.
    pub(crate) fn same(&self, one: &str, other: &str) -> bool {
        if self.kind == "snowflake" { one.eq_ignore_ascii_case(other) } else { one == other }
    }

    pub(crate) fn find(&self, database: &str) -> Option<&Database> {
        self.databases.iter().find(|known| self.same(&known.name, database))
    }

    /// Creates or replaces a table; its database comes with it.
    pub(crate) fn put(&mut self, database: &str, table: Table) {
        match self.databases.iter_mut().find(|known| known.name == database) {
            Some(known) => known.put(table),
            None => {
                let mut known =
                    Database { name: database.to_owned(), schemas: Vec::new(), tables: Vec::new() };
                known.put(table);
                self.databases.push(known);
            }
        }
    }
}

/// One database of a server.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    pub(crate) name: String,
    /// None for servers without schemas, such as `MySQL`.
    pub(crate) schemas: Vec<String>,
    pub(crate) tables: Vec<Table>,
}

impl Database {
    fn put(&mut self, table: Table) {
        if !table.schema.is_empty() && !self.schemas.contains(&table.schema) {
            self.schemas.push(table.schema.clone());
        }
        self.tables.retain(|old| (&old.schema, &old.name) != (&table.schema, &table.name));
        self.tables.push(table);
    }

    /// A table by schema and name. Where there are no schemas, the database's name stands for one.
    pub(crate) fn table(&self, schema: &str, name: &str) -> Option<&Table> {
        let schema = if self.schemas.is_empty() && schema == self.name { "" } else { schema };
        let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
        self.tables.iter().find(|table| same(&table.schema, schema) && same(&table.name, name))
    }
}

/// A table or view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) is_view: bool,
    pub(crate) rows: u64,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    data_type: String,
    primary_key: bool,
    not_null: bool,
    default: Option<String>,
}

impl Table {
    /// A table by `schema.name`, or `name` alone where there are no schemas. A column reads
    /// `name type`, then any of `pk`, `not null` and `default …`.
    pub fn new(reference: &str, columns: &[&str]) -> Self {
        let (schema, name) = reference.split_once('.').unwrap_or(("", reference));
        Self {
            schema: schema.to_owned(),
            name: name.to_owned(),
            columns: columns.iter().map(|column| Column::parse(column)).collect(),
            is_view: false,
            rows: 1000,
        }
    }

    /// Has so many rows.
    #[must_use]
    pub fn rows(mut self, rows: u64) -> Self {
        self.rows = rows;
        self
    }

    /// Is a view.
    #[must_use]
    pub fn view(mut self) -> Self {
        self.is_view = true;
        self
    }

    /// As discovery shows it.
    pub(crate) fn render(&self) -> Value {
        json!({
            "schema": self.schema,
            "name": self.name,
            "isView": self.is_view,
            "unreadable": false,
            "columns": self.columns.iter().map(Column::render).collect::<Vec<_>>(),
            "metadata": [{"key": "rowCountEstimate", "value": self.rows, "isDate": false}],
            "createdAt": null,
            "modifiedAt": null,
        })
    }
}

impl Column {
    fn parse(text: &str) -> Self {
        let (text, default) = match text.split_once(" default ") {
            Some((text, default)) => (text, Some(default.to_owned())),
            None => (text, None),
        };
        let (text, not_null) = match text.strip_suffix(" not null") {
            Some(text) => (text, true),
            None => (text, false),
        };
        let (text, primary_key) = match text.strip_suffix(" pk") {
            Some(text) => (text, true),
            None => (text, false),
        };
        let (name, data_type) = text.split_once(' ').unwrap_or((text, "text"));
        Self {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            primary_key,
            not_null: not_null || primary_key,
            default,
        }
    }

    fn render(&self) -> Value {
        json!({"name": self.name, "metadata": {
            "dataType": self.data_type,
            "isPrimaryKey": self.primary_key,
            "notNull": self.not_null,
            "defaultValue": self.default,
            "comment": "",
        }})
    }
}
