//! The fields of the vendor's request bodies. Those a response adds are not here: sent back, they are dropped.

use super::shape::Field;
use super::shape::Kind::{Any, Count, Flag, Free, Id, Instant, List, Map, Names, Object, Text, Whole, Word};

/// The types of connectors.
pub(crate) const TYPES: [&str; 22] = [
    "api",
    "bigquery",
    "clickhouse",
    "cockroach",
    "databricks",
    "documentdb",
    "delta",
    "dynamodb",
    "gcs",
    "iceberg",
    "keyspaces",
    "mongodb",
    "motherduck",
    "mssql",
    "mysql",
    "oracle",
    "planetscale",
    "postgresql",
    "redis",
    "redshift",
    "s3",
    "snowflake",
];

/// The states of pipelines.
pub(crate) const PIPELINE_STATUSES: &[&str] = &["draft", "paused", "transfer paused", "running"];

/// The states of source readers.
pub(crate) const READER_STATUSES: &[&str] = &["draft", "paused", "running"];

/// A connector's fields (`ConnectorPayload`).
pub(crate) const CONNECTOR: &[Field] = &[
    ("uuid", Id),
    ("type", Word(&TYPES)),
    ("label", Text),
    ("sharedConfig", Free),
    ("defaultDatabase", Text),
    ("dataPlaneName", Text),
    ("environmentUUID", Id),
    ("sshTunnelUUID", Id),
    ("privateLinkUUID", Id),
    ("snapshotPrivateLinkUUID", Id),
];

/// The whole of a source reader, as responses show it and updates want it back.
pub(crate) const READER: &[Field] = &[
    ("uuid", Id),
    ("name", Text),
    ("companyUUID", Id),
    ("environmentUUID", Id),
    ("dataPlaneName", Text),
    ("connectorUUID", Id),
    ("database", Text),
    ("containerName", Text),
    ("status", Word(READER_STATUSES)),
    ("isShared", Flag),
    ("isValid", Flag),
    ("settings", Object(READER_SETTINGS)),
    ("tablesConfig", Map(READER_TABLE)),
    ("apiBaseURL", Text),
    ("createdAt", Instant),
    ("updatedAt", Instant),
];

const READER_TABLE: &[Field] = &[
    ("schema", Text),
    ("name", Text),
    ("includeColumns", Names),
    ("excludeColumns", Names),
    ("unifyAcrossSchemas", Flag),
    ("unifyAcrossDatabases", Flag),
];

const READER_SETTINGS: &[Field] = &[
    ("archiveLogPassword", Text),
    ("archiveLogPath", Text),
    ("azureBlobStorageConfig", Object(&[("accountURL", Text), ("containerName", Text), ("sasToken", Text)])),
    ("backfillBatchSize", Count),
    ("compositeTypesAsText", Flag),
    ("databasesToSync", Names),
    ("disableAutoFetchTables", Flag),
    ("disableFullDocumentBeforeChange", Flag),
    ("disableNoCursorTimeout", Flag),
    ("enableClientSideFullDocumentLookup", Flag),
    ("enableHeartbeats", Flag),
    ("enableSchemaHistoryCompaction", Flag),
    ("maxConnIdleTimeSeconds", Whole),
    ("messageCompression", Word(&["gzip", ""])),
    ("mssqlChangeTrackingConcurrency", Whole),
    ("mssqlChangeTrackingMaxIdleConns", Whole),
    ("mssqlChangeTrackingPollIntervalMs", Count),
    ("mssqlReplicationMethod", Text),
    ("oneTopicPerSchema", Flag),
    ("publicationAutoCreateMode", Text),
    ("publicationNameOverride", Text),
    ("publishViaPartitionRoot", Flag),
    ("replicationSlotOverride", Text),
    ("unifyAcrossDatabases", Flag),
    ("unifyAcrossSchemas", Flag),
    ("unifyAcrossSchemasMaxParallelism", Count),
    ("unifyAcrossSchemasRegex", Text),
    ("useAdvanceOnPrimaryKeepAlive", Flag),
    ("useNumericTypesForMoney", Flag),
    ("useReaderForOracleStreaming", Flag),
];

/// A pipeline's fields (`PipelinePayload`).
pub(crate) const PIPELINE: &[Field] = &[
    ("name", Text),
    ("sourceReaderUUID", Id),
    ("destinationUUID", Id),
    ("specificDestCfg", Object(SPECIFIC)),
    ("tables", List(TABLE)),
    ("advancedSettings", Object(SETTINGS)),
    ("columnHashingSaltUUID", Id),
    ("encryptionKeyUUID", Id),
    ("snowflakeEcoScheduleUUID", Id),
    ("dataPlaneName", Text),
];

/// The destination's part of a pipeline. `dataset` is not in the vendor's document, but its own client sends it.
pub(crate) const SPECIFIC: &[Field] = &[
    ("bucketName", Text),
    ("checkpointInterval", Whole),
    (
        "compaction",
        Object(&[
            ("enabled", Flag),
            ("everySeconds", Whole),
            ("quietWindow", Object(&[("start", Text), ("end", Text)])),
        ]),
    ),
    ("containerName", Text),
    ("database", Text),
    ("dataset", Text),
    ("dynamicallyCreateNamespaces", Flag),
    ("externalStageName", Text),
    ("externalStageS3Bucket", Text),
    ("externalStageS3Prefix", Text),
    ("folderName", Text),
    ("schema", Text),
    ("schemaNamePrefix", Text),
    ("tableNameSeparator", Text),
    ("useSameSchemaAsSource", Flag),
];

/// `DynamoDB`'s export settings.
pub(crate) const SNAPSHOT: &[Field] =
    &[("enabled", Flag), ("bucket", Text), ("exportArn", Text), ("optionalFolder", Text)];

/// A pipeline's advanced settings, those of responses included so that they survive being sent back.
pub(crate) const SETTINGS: &[Field] = &[
    ("appendOnly", Flag),
    ("autoEnableHistoryForNewTables", Flag),
    ("autoReplicateIgnoreRegex", Text),
    ("autoReplicateNewTables", Flag),
    ("bigQueryReservation", Text),
    ("bufferRows", Whole),
    ("castAllColumnsToString", Flag),
    ("defaultSourceSchema", Text),
    ("disableAlerts", Flag),
    ("dropDeletedColumns", Flag),
    ("dynamoDBBackfillConfig", Object(SNAPSHOT)),
    ("enableSoftDelete", Flag),
    ("flushIntervalSeconds", Whole),
    ("flushSizeKb", Whole),
    ("forceUTCTimezone", Flag),
    ("includeArtieOperationColumn", Flag),
    ("includeArtieUpdatedAtColumn", Flag),
    ("includeDatabaseUpdatedAtColumn", Flag),
    ("includeFullSourceTableNameColumn", Flag),
    ("includeFullSourceTableNameColumnAsPrimaryKey", Flag),
    ("includeSourceMetadataColumn", Flag),
    ("maxConcurrentSnapshots", Count),
    ("nullOutInvalidValues", Flag),
    ("reuseStagingTable", Flag),
    ("sessionDriverMemory", Text),
    ("sessionExecutorMemory", Text),
    ("snowpipeStreamingMaxChannels", Whole),
    ("splitEventsByType", Flag),
    ("stagingSchema", Text),
    ("staticColumns", List(&[("column", Text), ("value", Text)])),
    ("tablesPerTransferPod", Count),
    ("truncateExceededValues", Flag),
    ("turboLatencyThresholdMinutes", Whole),
    ("turboRowThreshold", Whole),
    ("turboWarehouse", Text),
    ("useBQBatchPriority", Flag),
    ("useBigNumericForVariableNumeric", Flag),
    ("useNewStringMethod", Flag),
    ("useSnowpipeStreaming", Flag),
    ("waitForTopics", Flag),
    ("writeRawBinaryValues", Flag),
];

/// A pipeline's table. `status` may be sent, but the vendor alone decides it.
pub(crate) const TABLE: &[Field] = &[
    ("uuid", Id),
    ("name", Text),
    ("schema", Text),
    ("enableHistoryMode", Flag),
    ("disableReplication", Flag),
    ("individualDeployment", Flag),
    ("status", Text),
    ("advancedSettings", Object(TABLE_SETTINGS)),
];

const PARTITION: &[Field] = &[("partitionBy", Text), ("partitionField", Text), ("partitionType", Text)];

const TABLE_SETTINGS: &[Field] = &[
    ("alias", Text),
    ("backfillFromDatabases", Names),
    ("backfillFromSchemas", Names),
    ("bigQueryPartitionSettings", Object(PARTITION)),
    ("bufferRows", Whole),
    ("columnsToCompress", Names),
    ("columnsToEncrypt", Names),
    ("columnsToHash", Names),
    ("ctidSettings", Object(&[("enabled", Flag), ("chunkSize", Count), ("maxParallelism", Count)])),
    ("encryptJSONBColumns", Flag),
    ("endingPrimaryKey", Text),
    ("excludeColumns", Names),
    ("flushIntervalSeconds", Whole),
    ("flushSizeKb", Whole),
    ("historyTableBackfillFromSchemas", Names),
    ("includeColumns", Names),
    ("k8sRequestCPU", Count),
    ("k8sRequestMemoryMB", Count),
    ("mergePredicates", List(PARTITION)),
    ("msmFlushCount", Count),
    ("primaryKeysOverride", Names),
    (
        "rangeSettings",
        Object(&[("enabled", Flag), ("batchSize", Count), ("chunksSize", Count), ("maxParallelism", Count)]),
    ),
    ("shouldBackfillHistoryTable", Flag),
    ("skipBackfill", Flag),
    ("skipDelete", Flag),
    ("skipNoOpUpdates", Flag),
    (
        "softPartitioning",
        Object(&[
            ("enabled", Flag),
            ("maxPartitions", Whole),
            ("partitionColumn", Text),
            ("partitionFrequency", Text),
            ("partitionSchema", Text),
        ]),
    ),
    ("startingPrimaryKey", Text),
    ("streamARN", Text),
    ("unifyAcrossDatabases", Flag),
    ("unifyAcrossSchemas", Flag),
];

/// A table of an Oracle source, as the shadow script wants it.
pub(crate) const SHADOW_TABLE: &[Field] = &[
    ("schema", Text),
    ("name", Text),
    (
        "columns",
        List(&[
            ("name", Text),
            (
                "metadata",
                Object(&[
                    ("dataType", Text),
                    ("notNull", Flag),
                    ("isPrimaryKey", Flag),
                    ("defaultValue", Any),
                ]),
            ),
        ]),
    ),
];
