use super::{NEWEST, SqlStore, all, within};
use crate::store::{ApiTokenRow, ApiTokens, Change, Hash, Scope, Slice, StoreError};
use async_trait::async_trait;
use sqlx::any::AnyRow;
use sqlx::{Row as _, query};

#[async_trait]
impl ApiTokens for SqlStore {
    async fn add_api_token(&self, row: &ApiTokenRow, hash: &Hash) -> Result<(), StoreError> {
        within(
            query(
                "INSERT INTO api_token (id, name, scope, account_id, hash, last4, created_by, created_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(&row.id)
            .bind(&row.name)
            .bind(row.scope.as_str())
            .bind(&row.account_id)
            .bind(hash.as_slice())
            .bind(&row.last4)
            .bind(&row.created_by)
            .bind(row.created_at)
            .execute(&self.write),
        )
        .await
        .map(|_| ())
    }

    async fn api_token(&self, id: &str) -> Result<Option<ApiTokenRow>, StoreError> {
        within(async {
            let sql = "SELECT * FROM api_token WHERE id = $1";
            query(sql).bind(id).fetch_optional(&self.read).await?.as_ref().map(read).transpose()
        })
        .await
    }

    async fn api_token_by_hash(&self, hash: &Hash) -> Result<Option<ApiTokenRow>, StoreError> {
        within(async {
            let sql = "SELECT * FROM api_token WHERE hash = $1";
            let row = query(sql).bind(hash.as_slice()).fetch_optional(&self.read).await?;
            row.as_ref().map(read).transpose()
        })
        .await
    }

    async fn api_tokens(&self, slice: Slice<'_>) -> Result<Vec<ApiTokenRow>, StoreError> {
        within(async {
            let sql = "SELECT * FROM api_token WHERE id < $1 ORDER BY id DESC LIMIT $2";
            let rows = query(sql).bind(slice.before.unwrap_or(NEWEST)).bind(i64::from(slice.limit));
            all(rows.fetch_all(&self.read).await?, read)
        })
        .await
    }

    async fn delete_api_token(&self, id: &str) -> Result<bool, StoreError> {
        let done = within(query("DELETE FROM api_token WHERE id = $1").bind(id).execute(&self.write)).await?;
        self.tell(&Change::ApiToken(id.to_owned()));
        Ok(done.rows_affected() > 0)
    }
}

fn read(row: &AnyRow) -> Result<ApiTokenRow, sqlx::Error> {
    let scope: String = row.try_get("scope")?;
    Ok(ApiTokenRow {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        // The table admits no other word; if one came in all the same, it opens the least.
        scope: Scope::parse(&scope).unwrap_or(Scope::Mcp),
        account_id: row.try_get("account_id")?,
        last4: row.try_get("last4")?,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
        last_used_at: row.try_get("last_used_at")?,
    })
}
