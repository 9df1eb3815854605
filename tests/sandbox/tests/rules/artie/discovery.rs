//! Pings, validators and discovery: rules 106–109 and 117.

use serde_json::{Value, json};
use toolpress_sandbox::artie::{Reach, Table};

use super::support::{Bench, HOST, NOBODY, done, invalid, merged, pg, refused, sf};

fn with_config(connector: Value, config: Value) -> Value {
    let merged_config = merged(connector["sharedConfig"].clone(), config);
    merged(connector, json!({"sharedConfig": merged_config}))
}

#[tokio::test]
async fn rule_106_ping_tells_by_its_body() {
    let bench = Bench::empty();
    let ping = async |body: Value| bench.post("/connectors/ping", body).await;
    assert_eq!(ping(pg()).await, done());
    assert_eq!(ping(sf()).await, done());
    let wrong = with_config(pg(), json!({"password": "wrong"}));
    assert_eq!(ping(wrong).await, invalid("password authentication failed for user \"artie\""));
    let wrong = with_config(pg(), json!({"host": "nowhere.test"}));
    assert_eq!(ping(wrong).await, invalid("dial tcp: lookup nowhere.test: no such host"));
    let wrong = with_config(pg(), json!({"port": 5433}));
    assert_eq!(ping(wrong).await, invalid("dial tcp pg.test:5433: connect: connection refused"));
    let wrong = with_config(sf(), json!({"virtualDWH": "GONE"}));
    assert_eq!(ping(wrong).await, invalid("warehouse \"GONE\" does not exist or not authorized"));
    bench.simulated.set_reach(HOST, Reach::Timeout);
    assert_eq!(ping(pg()).await, invalid("dial tcp pg.test:5432: i/o timeout"));
    // What cannot be tried is refused.
    let wrong = with_config(pg(), json!({"user": null, "username": "artie"}));
    assert_eq!(ping(wrong).await, refused(400, "sharedConfig.user is required for postgresql"));
    assert_eq!(ping(json!({"sharedConfig": {}})).await, refused(400, "type is required"));
    assert_eq!(ping(json!({"type": "access"})).await.0, 400);
}

#[tokio::test]
async fn rule_106_private_servers_need_a_way() {
    let bench = Bench::empty();
    bench.simulated.set_reach(HOST, Reach::Private);
    assert_eq!(bench.post("/connectors/ping", pg()).await, invalid("dial tcp pg.test:5432: i/o timeout"));
    let tunnel = json!({"host": "bastion.test", "port": 22, "username": "artie"});
    let tunnel = bench.made("/ssh-tunnels", tunnel).await;
    let through = merged(pg(), json!({"sshTunnelUUID": tunnel}));
    assert_eq!(bench.post("/connectors/ping", through).await, done());
}

#[tokio::test]
async fn rule_106_validators_tell_by_their_bodies() {
    let (bench, built) = Bench::built().await;
    let source = async |with: Value| {
        let body = json!({"sourceReaderUUID": built.reader, "validateTables": true, "tables": [{"schema": "public", "name": "orders"}]});
        bench.post("/pipelines/validate-unsaved-source", merged(body, with)).await
    };
    assert_eq!(source(json!({})).await, done());
    let gone = json!([{"schema": "public", "name": "gone"}]);
    let error = "table \"public.gone\" does not exist in database \"app\"";
    assert_eq!(source(json!({"tables": gone})).await, invalid(error));
    assert_eq!(source(json!({"tables": gone, "validateTables": false})).await, done());
    let inline =
        json!({"sourceReaderUUID": null, "sourceReader": {"database": "gone"}, "sourceConnector": pg()});
    assert_eq!(source(inline).await, invalid("database \"gone\" does not exist"));
    assert_eq!(source(json!({"tables": null})).await, refused(400, "tables is required"));
    assert_eq!(source(json!({"sourceReaderUUID": null})).await.0, 400);

    let destination = async |with: Value| {
        let body = json!({"destinationUUID": built.destination, "specificCfg": {"database": "analytics", "schema": "X"}});
        bench.post("/pipelines/validate-unsaved-destination", merged(body, with)).await
    };
    assert_eq!(destination(json!({})).await, done());
    assert_eq!(destination(json!({"destinationUUID": null, "destination": sf()})).await, done());
    let error = invalid("database \"GONE\" does not exist");
    assert_eq!(destination(json!({"specificCfg": {"database": "GONE", "schema": "X"}})).await, error);
    let error = invalid("connectors of type postgresql cannot be loaded into");
    assert_eq!(destination(json!({"destinationUUID": built.source})).await, error);
    assert_eq!(destination(json!({"specificCfg": null})).await, refused(400, "specificCfg is required"));

    let reader = async |reader: Value| {
        bench.post("/source-readers/validate-unsaved", json!({"sourceReader": reader})).await
    };
    assert_eq!(reader(json!({"connectorUUID": built.source, "database": "app"})).await, done());
    assert_eq!(reader(json!({"connectorUUID": built.source})).await, invalid("database is required"));
    assert_eq!(reader(json!({"connectorUUID": NOBODY})).await, invalid("connectorUUID names no connector"));
    assert_eq!(reader(json!({"database": "app"})).await, invalid("connectorUUID is required"));
    // A saved one, as it is shown.
    let (_, saved) = bench.get(&format!("/source-readers/{}", built.reader)).await;
    assert_eq!(reader(saved).await, done());
}

#[tokio::test]
async fn rule_107_databases_take_the_connector_bare_and_the_rest_wrapped() {
    let bench = Bench::empty();
    let (status, list) = bench.post("/connectors/databases", pg()).await;
    assert_eq!((status, list), (200, json!({"items": [{"name": "app"}, {"name": "other"}], "metadata": []})));
    assert_eq!(
        bench.post("/connectors/databases", json!({"connector": pg()})).await,
        refused(400, "type is required")
    );
    let wrapped = json!({"connector": pg(), "databaseName": "app"});
    let (status, list) = bench.post("/connectors/schemas", wrapped.clone()).await;
    assert_eq!((status, list), (200, json!({"items": [{"name": "public"}, {"name": "billing"}]})));
    let (_, list) = bench.post("/connectors/postgres-publications", wrapped).await;
    let publication = json!({"name": "dbz_publication", "allTables": true, "publishViaPartitionRoot": true});
    assert_eq!(list, json!({"items": [publication]}));
    let paths = [
        "schemas",
        "tables",
        "postgres-publications",
        "new-database",
        "new-schema",
        "new-snowflake-warehouse",
    ];
    for path in paths {
        let path = format!("/connectors/{path}");
        assert_eq!(bench.post(&path, pg()).await, refused(400, "connector is required"), "{path}");
        assert_eq!(bench.post(&path, json!({"connector": pg()})).await.0, 400, "{path}");
    }
    // Not every type has databases.
    let (_, list) = bench.post("/connectors/databases", json!({"type": "api", "sharedConfig": {}})).await;
    assert_eq!(list["items"], Value::Null);
}

#[tokio::test]
async fn rule_108_each_step_needs_the_one_before() {
    let bench = Bench::empty();
    let tables = async |with: Value| {
        let body = json!({"connector": pg(), "databaseName": "app", "schemaName": "public"});
        bench.post("/connectors/tables", merged(body, with)).await
    };
    let (status, list) = tables(json!({})).await;
    let names: Vec<&Value> =
        list["items"].as_array().expect("items").iter().map(|table| &table["name"]).collect();
    assert_eq!((status, names), (200, vec![&json!("orders"), &json!("users")]));
    assert_eq!(list["items"][0]["columns"][0]["metadata"]["isPrimaryKey"], true);
    assert_eq!(tables(json!({"schemaName": null})).await.1["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(tables(json!({"databaseName": null})).await, refused(400, "databaseName is required"));
    assert_eq!(
        tables(json!({"databaseName": "gone"})).await,
        refused(400, "database \"gone\" does not exist")
    );
    assert_eq!(tables(json!({"schemaName": "gone"})).await, refused(400, "schema \"gone\" does not exist"));
    let gone = json!({"connector": pg(), "databaseName": "gone"});
    assert_eq!(bench.post("/connectors/schemas", gone).await.0, 400);
}

#[tokio::test]
async fn rule_108_details_are_those_of_a_saved_connector() {
    let (bench, built) = Bench::built().await;
    let path = format!("/connectors/{}/detail", built.source);
    let (status, table) = bench.get(&format!("{path}?schemaName=public&tableName=users")).await;
    assert_eq!((status, &table["name"], &table["isView"]), (200, &json!("users"), &json!(false)));
    let key = json!({"dataType": "bigint", "isPrimaryKey": true, "notNull": true, "defaultValue": null, "comment": ""});
    assert_eq!(table["columns"][0], json!({"name": "id", "metadata": key}));
    for query in ["tableName=users", "schemaName=public", "schemaName=public&tableName=", ""] {
        assert_eq!(bench.get(&format!("{path}?{query}")).await.0, 400, "{query}");
    }
    assert_eq!(bench.get(&format!("{path}?schemaName=public&tableName=gone")).await.0, 400);
    assert_eq!(bench.get(&format!("{path}?schemaName=public&tableName=users&isView=true")).await.0, 400);
}

#[tokio::test]
async fn rule_109_tables_are_cached_for_saved_connectors() {
    let (bench, built) = Bench::built().await;
    let saved = json!({"uuid": built.source, "type": "postgresql"});
    let count = async |connector: &Value, refresh: bool| {
        let body = json!({"connector": connector, "databaseName": "app", "schemaName": "public", "forceRefresh": refresh});
        bench.post("/connectors/tables", body).await.1["items"].as_array().map(Vec::len)
    };
    assert_eq!(count(&saved, false).await, Some(2));
    bench.simulated.add_table(HOST, "app", Table::new("public.refunds", &["id bigint pk"]));
    assert_eq!(count(&saved, false).await, Some(2));
    assert_eq!(count(&pg(), false).await, Some(3));
    assert_eq!(count(&saved, true).await, Some(3));
    assert_eq!(count(&saved, false).await, Some(3));
}

#[tokio::test]
async fn rule_117_the_catalogue_matches_names_and_gives_connectors() {
    let (bench, built) = Bench::built().await;
    let search = async |query: Value| bench.post("/data-catalog/search", query).await;
    let (status, list) = search(json!({"query": "orders"})).await;
    let object = json!({"table": {"databaseName": "app", "schemaName": "public", "name": "orders"}});
    assert_eq!(status, 200);
    assert_eq!(list["items"][0], json!({"connectorUUID": built.source, "score": 1.0, "object": object}));
    assert_eq!(list["items"].as_array().map(Vec::len), Some(2));
    let (_, list) = search(json!({"query": "bill"})).await;
    let object = json!({"schema": {"databaseName": "app", "name": "billing"}});
    assert_eq!(list["items"][0]["object"], object);
    let (_, list) = search(json!({"query": "app"})).await;
    assert_eq!(list["items"][0]["object"], json!({"database": {"name": "app"}}));
    assert_eq!(search(json!({})).await, (200, json!({"items": []})));
    assert_eq!(search(json!({"query": "nothing like it"})).await, (200, json!({"items": []})));
}
