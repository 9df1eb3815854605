//! What fields must satisfy: rule 120.

use serde_json::{Value, json};

use super::support::{Bench, NOBODY, merged, payload, pg, refused};

#[tokio::test]
async fn rule_120_tables_and_settings_of_pipelines() {
    let (bench, built) = Bench::built().await;
    let create = async |with: Value| {
        let (status, body) = bench.post("/pipelines", json!({"pipeline": payload(&built, with)})).await;
        (status, body["error"].as_str().unwrap_or_default().to_owned())
    };
    let table = |settings: Value| json!({"tables": [{"schema": "public", "name": "orders", "advancedSettings": settings}]});
    let refusals = [
        (table(json!({"columnsToHash": ["email"]})), "columnsToHash needs columnHashingSaltUUID"),
        (table(json!({"columnsToEncrypt": ["email"]})), "need encryptionKeyUUID"),
        (table(json!({"encryptJSONBColumns": true})), "need encryptionKeyUUID"),
        (table(json!({"includeColumns": ["id"], "excludeColumns": ["email"]})), "cannot be used together"),
        (table(json!({"ctidSettings": {"enabled": true, "chunkSize": 5}})), "between 100000 and 1000000"),
        (table(json!({"ctidSettings": {"enabled": true, "maxParallelism": 50}})), "between 5 and 20"),
        (table(json!({"ctidSettings": {"enabled": true, "maxParallelism": -1}})), "an integer of at least 0"),
        (
            json!({"advancedSettings": {"includeFullSourceTableNameColumnAsPrimaryKey": true}}),
            "needs includeFullSourceTableNameColumn",
        ),
        (
            json!({"tables": [
                {"name": "orders", "advancedSettings": {"includeColumns": ["id"]}},
                {"name": "users", "advancedSettings": {"excludeColumns": ["id"]}},
            ]}),
            "cannot be used together",
        ),
        (json!({"tables": [{"name": "orders"}, {"name": "orders"}]}), "twice"),
        (json!({"tables": [{"schema": "public"}]}), "need a name"),
        (json!({"tables": {}}), "pipeline.tables must be an array"),
        (json!({"tables": [{"name": 5}]}), "pipeline.tables[0].name must be a string"),
        (json!({"name": null}), "name is required"),
        (json!({"sourceReaderUUID": null}), "sourceReaderUUID is required"),
        (json!({"sourceReaderUUID": NOBODY}), "names no source reader"),
        (json!({"destinationUUID": NOBODY}), "names no connector"),
        (json!({"destinationUUID": "snowflake"}), "pipeline.destinationUUID must be a UUID"),
        (json!({"columnHashingSaltUUID": NOBODY}), "names nothing"),
        (json!({"encryptionKeyUUID": NOBODY}), "names nothing"),
    ];
    for (with, wanted) in refusals {
        let (status, error) = create(with.clone()).await;
        assert_eq!(status, 400, "{with}");
        assert!(error.contains(wanted), "{with}: {error}");
    }
    let (_, salt) = bench.post("/column-hashing-salts", json!({"name": "pii"})).await;
    let hashed = merged(
        table(json!({"columnsToHash": ["email"], "ctidSettings": {"enabled": true, "chunkSize": 100_000}})),
        json!({"columnHashingSaltUUID": salt["columnHashingSalt"]["uuid"]}),
    );
    assert_eq!(create(hashed).await.0, 200);
}

#[tokio::test]
async fn rule_120_settings_of_readers() {
    let (bench, built) = Bench::built().await;
    let create = async |with: Value| {
        let body = json!({"connectorUUID": built.source, "database": "app"});
        bench.post("/source-readers", merged(body, with)).await
    };
    let listed = json!({"public.orders": {"schema": "public", "name": "orders"}});
    let refusals = [
        (json!({"isShared": true}), "tablesConfig is required for shared source readers"),
        (json!({"isShared": true, "tablesConfig": {}}), "tablesConfig is required for shared source readers"),
        (json!({"tablesConfig": listed}), "tablesConfig is only for shared source readers"),
        (
            json!({"isShared": true, "tablesConfig": {"orders": {"schema": "public", "name": "orders"}}}),
            "tablesConfig: the key of table \"public.orders\" must be its name, not \"orders\"",
        ),
        (json!({"settings": {"backfillBatchSize": 50_001}}), "backfillBatchSize must be at most 50000"),
        (
            json!({"settings": {"unifyAcrossSchemasMaxParallelism": 4}}),
            "unifyAcrossSchemasMaxParallelism must be at most 3",
        ),
        (
            json!({"settings": {"messageCompression": "zip"}}),
            "settings.messageCompression must be one of gzip, ",
        ),
        (
            json!({"settings": {"mssqlReplicationMethod": "cdc"}}),
            "mssqlReplicationMethod must be fn_dblog, change_tracking or empty",
        ),
        (
            json!({"settings": {"unifyAcrossDatabases": true}}),
            "unifyAcrossDatabases needs mssqlReplicationMethod",
        ),
        (
            json!({"settings": {"unifyAcrossDatabases": true, "mssqlReplicationMethod": "fn_dblog",
                "databasesToSync": ["other"]}}),
            "databasesToSync must contain the reader's database",
        ),
    ];
    for (with, wanted) in refusals {
        assert_eq!(create(with.clone()).await, refused(400, wanted), "{with}");
    }
    assert_eq!(create(json!({"isShared": true, "tablesConfig": listed})).await.0, 200);
}

#[tokio::test]
async fn rule_120_configurations_of_connectors() {
    let bench = Bench::empty();
    let create = async |kind: &str, config: Value| {
        bench.post("/connectors", json!({"type": kind, "sharedConfig": config})).await
    };
    let keys = json!({"awsAccessKeyID": "AKIA", "awsSecretAccessKey": "x"});
    let role = json!({"awsRoleARN": "arn:aws:iam::1:role/artie"});
    for (kind, base) in [
        ("s3", json!({"awsRegion": "us-east-1"})),
        ("dynamodb", json!({"streamsArn": "arn:aws:dynamodb:us-east-1:1:table/t/stream/1"})),
        ("keyspaces", json!({"host": "cassandra.us-east-1.amazonaws.com", "awsRegion": "us-east-1"})),
    ] {
        assert_eq!(create(kind, base.clone()).await.0, 400, "{kind}");
        let half = merged(base.clone(), json!({"awsAccessKeyID": "AKIA", "awsSecretAccessKey": ""}));
        assert_eq!(create(kind, half).await.0, 400, "{kind}");
        assert_eq!(create(kind, merged(base.clone(), keys.clone())).await.0, 200, "{kind}");
        assert_eq!(create(kind, merged(base, role.clone())).await.0, 200, "{kind}");
    }
    let databricks = json!({"host": "dbc.test", "httpPath": "/sql"});
    let token = json!({"personalAccessToken": "dapi"});
    let client = json!({"clientID": "id", "clientSecret": "secret"});
    assert_eq!(create("databricks", databricks.clone()).await.0, 400);
    assert_eq!(
        create("databricks", merged(merged(databricks.clone(), token.clone()), client.clone())).await.0,
        400
    );
    assert_eq!(create("databricks", merged(databricks.clone(), token)).await.0, 200);
    assert_eq!(create("databricks", merged(databricks, client)).await.0, 200);
    let needed = refused(400, "sharedConfig.user is required for postgresql");
    assert_eq!(create("postgresql", json!({"host": "h", "username": "u"})).await, needed);
    assert_eq!(
        bench.post("/connectors", json!({"type": "mysql"})).await,
        refused(400, "sharedConfig is required")
    );
    // Unused keys may be empty texts.
    let empty = json!({"snapshotHost": "", "username": "", "awsRegion": ""});
    let config = merged(pg()["sharedConfig"].clone(), empty);
    assert_eq!(create("postgresql", config).await.0, 200);
}
