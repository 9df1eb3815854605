use super::{NEWEST, SqlStore, all, within};
use crate::store::{CallRow, Calls, Slice, StoreError};
use async_trait::async_trait;
use sqlx::any::AnyRow;
use sqlx::{Any, Row as _, Transaction, query};
use std::sync::LazyLock;

/// Calls that one statement adds. Each statement costs several times what a row does, but `SQLite` looks through all
/// parameters before it for each one that is bound, so that long statements are slow again.
const MANY: usize = 16;

/// In the order in which they are bound.
const COLUMNS: [(&str, &str); 11] = [
    ("id", "TEXT"),
    ("account_id", "TEXT"),
    ("server_id", "TEXT"),
    ("server_name", "TEXT"),
    ("at", "BIGINT"),
    ("tool", "TEXT"),
    ("outcome", "TEXT"),
    ("upstream_status", "BIGINT"),
    ("duration_ms", "BIGINT"),
    ("request_bytes", "BIGINT"),
    ("response_bytes", "BIGINT"),
];

static ADD_MANY: LazyLock<String> = LazyLock::new(|| adding(MANY));
static ADD_ONE: LazyLock<String> = LazyLock::new(|| adding(1));

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
            let (many, few) = calls.as_chunks::<MANY>();
            for calls in many {
                add(&mut transaction, ADD_MANY.as_str(), calls).await?;
            }
            for call in few {
                add(&mut transaction, ADD_ONE.as_str(), std::slice::from_ref(call)).await?;
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

/// A statement that adds so many calls, apart from those whose account has been deleted since.
fn adding(calls: usize) -> String {
    let row = |call: usize| {
        let kinds = COLUMNS.iter().enumerate().map(|(column, (_, kind))| {
            // PostgreSQL would not know what kind of NULL a NULL is.
            format!("CAST(${} AS {kind})", call * COLUMNS.len() + column + 1)
        });
        format!("({})", kinds.collect::<Vec<_>>().join(", "))
    };
    let rows = (0..calls).map(row).collect::<Vec<_>>().join(", ");
    let names = COLUMNS.map(|(name, _)| name).join(", ");
    let added = COLUMNS.map(|(name, _)| format!("added.{name}")).join(", ");
    format!(
        "WITH added ({names}) AS (VALUES {rows}) INSERT INTO call ({names}) \
         SELECT {added} FROM added JOIN account a ON a.id = added.account_id"
    )
}

/// Adds calls with a statement for as many.
async fn add(
    transaction: &mut Transaction<'static, Any>,
    sql: &'static str,
    calls: &[CallRow],
) -> Result<(), sqlx::Error> {
    let add = calls.iter().fold(query(sql), |query, call| {
        query
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
    });
    add.execute(&mut **transaction).await.map(|_| ())
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

#[cfg(test)]
mod tests {
    use super::MANY;
    use crate::store::{AccountRow, Accounts as _, Address, CallRow, Calls as _, Slice, SqlStore};

    fn call(number: usize, account: &str) -> CallRow {
        CallRow {
            id: format!("{number:05}"),
            account_id: account.to_owned(),
            server_id: number.is_multiple_of(2).then(|| "s".to_owned()),
            server_name: None,
            at: i64::try_from(number).unwrap(),
            tool: "tool".to_owned(),
            outcome: "ok".to_owned(),
            upstream_status: number.is_multiple_of(3).then_some(200),
            duration_ms: 7,
            request_bytes: 8,
            response_bytes: 9,
        }
    }

    #[tokio::test]
    async fn calls_are_added_many_at_a_time_and_the_oldest_are_forgotten() {
        let store = SqlStore::open(&Address::Memory).await.unwrap();
        let account = AccountRow {
            id: "a".to_owned(),
            integration: "acme".to_owned(),
            name: "an account".to_owned(),
            base_url: None,
            created_by: "a test".to_owned(),
            created_at: 1,
            updated_at: 1,
            revision: 1,
        };
        store.add_account(&account, &[]).await.unwrap();
        let count = MANY * 2 + 5;
        // Every tenth belongs to an account that is gone.
        let account = |number: usize| if number.is_multiple_of(10) { "gone" } else { "a" };
        let calls: Vec<_> = (0..count).map(|number| call(number, account(number))).collect();
        store.add_calls(&calls, &[], &[]).await.unwrap();
        let kept: Vec<_> = calls.into_iter().rev().filter(|call| call.account_id == "a").collect();
        let all = Slice { before: None, limit: 1_000 };
        assert_eq!(store.calls("a", all).await.unwrap(), kept);

        store.forget_calls(3, 1_000).await.unwrap();
        assert_eq!(store.calls("a", all).await.unwrap(), kept[..kept.len() - 2]);
        store.forget_calls(0, 20).await.unwrap();
        assert_eq!(store.calls("a", all).await.unwrap(), kept[..20]);
    }
}
