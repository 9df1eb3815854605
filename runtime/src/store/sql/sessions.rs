use super::{SqlStore, within};
use crate::store::{Hash, Sessions, StoreError};
use async_trait::async_trait;
use sqlx::{Row as _, query};

#[async_trait]
impl Sessions for SqlStore {
    async fn add_session(&self, hash: &Hash, now: i64, expires_at: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO session (hash, created_at, expires_at) VALUES ($1, $2, $3)";
        let insert = query(sql).bind(hash.as_slice()).bind(now).bind(expires_at);
        within(insert.execute(&self.write)).await.map(|_| ())
    }

    async fn session(&self, hash: &Hash) -> Result<Option<i64>, StoreError> {
        within(async {
            let sql = "SELECT expires_at FROM session WHERE hash = $1";
            let row = query(sql).bind(hash.as_slice()).fetch_optional(&self.read).await?;
            row.map(|row| row.try_get(0)).transpose()
        })
        .await
    }

    async fn delete_session(&self, hash: &Hash) -> Result<(), StoreError> {
        let sql = "DELETE FROM session WHERE hash = $1";
        within(query(sql).bind(hash.as_slice()).execute(&self.write)).await.map(|_| ())
    }

    async fn delete_sessions(&self) -> Result<(), StoreError> {
        within(query("DELETE FROM session").execute(&self.write)).await.map(|_| ())
    }
}
