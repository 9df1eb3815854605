use super::{NEWEST, SqlStore, all, within};
use crate::store::{CallRow, Calls, Slice, StoreError};
use async_trait::async_trait;
use sqlx::any::AnyRow;
use sqlx::{Row as _, query};

#[async_trait]
impl Calls for SqlStore {
    async fn add_calls(
        &self,
        calls: &[CallRow],
        servers: &[(String, i64)],
        api_tokens: &[(String, i64)],
    ) -> Result<(), StoreError> {
        within(async {
            let mut transaction = self.begin().await?;
            for call in calls {
                // The account may have been deleted since.
                query(
                    "INSERT INTO call (id, account_id, server_id, server_name, at, tool, outcome, \
                     upstream_status, duration_ms, request_bytes, response_bytes) \
                     SELECT $1, a.id, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM account a WHERE a.id = $2",
                )
                .bind(&call.id)
                .bind(&call.account_id)
                .bind(&call.server_id)
                .bind(&call.server_name)
                .bind(call.at)
                .bind(&call.tool)
                .bind(&call.outcome)
                .bind(call.upstream_status)
                .bind(call.duration_ms)
                .bind(call.request_bytes)
                .bind(call.response_bytes)
                .execute(&mut *transaction)
                .await?;
            }
            let used = [
                (
                    servers,
                    "UPDATE server SET last_used_at = $1 \
                     WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < $1)",
                ),
                (
                    api_tokens,
                    "UPDATE api_token SET last_used_at = $1 \
                     WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < $1)",
                ),
            ];
            for (ids, sql) in used {
                for (id, at) in ids {
                    query(sql).bind(at).bind(id).execute(&mut *transaction).await?;
                }
            }
            transaction.commit().await
        })
        .await
    }

    async fn calls(&self, account: &str, slice: Slice<'_>) -> Result<Vec<CallRow>, StoreError> {
        within(async {
            let sql = "SELECT * FROM call WHERE account_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
            let rows = query(sql).bind(account).bind(slice.before.unwrap_or(NEWEST));
            all(rows.bind(i64::from(slice.limit)).fetch_all(&self.read).await?, read)
        })
        .await
    }

    async fn forget_calls(&self, before: i64, most: u32) -> Result<(), StoreError> {
        within(async {
            query("DELETE FROM call WHERE at < $1").bind(before).execute(&self.write).await?;
            let surplus = "DELETE FROM call \
                           WHERE id <= (SELECT id FROM call ORDER BY id DESC LIMIT 1 OFFSET $1)";
            query(surplus).bind(i64::from(most)).execute(&self.write).await.map(|_| ())
        })
        .await
    }
}

fn read(row: &AnyRow) -> Result<CallRow, sqlx::Error> {
    Ok(CallRow {
        id: row.try_get("id")?,
        account_id: row.try_get("account_id")?,
        server_id: row.try_get("server_id")?,
        server_name: row.try_get("server_name")?,
        at: row.try_get("at")?,
        tool: row.try_get("tool")?,
        outcome: row.try_get("outcome")?,
        upstream_status: row.try_get("upstream_status")?,
        duration_ms: row.try_get("duration_ms")?,
        request_bytes: row.try_get("request_bytes")?,
        response_bytes: row.try_get("response_bytes")?,
    })
}
