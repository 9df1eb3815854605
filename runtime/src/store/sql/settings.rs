use super::{SqlStore, within};
use crate::store::{Settings, StoreError};
use async_trait::async_trait;
use sqlx::{Row as _, query};

#[async_trait]
impl Settings for SqlStore {
    async fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        within(async {
            let row = query("SELECT value FROM setting WHERE name = $1").bind(name);
            row.fetch_optional(&self.read).await?.map(|row| row.try_get(0)).transpose()
        })
        .await
    }

    async fn put_setting(&self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        let sql = "INSERT INTO setting (name, value) VALUES ($1, $2) \
                   ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        within(query(sql).bind(name).bind(value).execute(&self.write)).await.map(|_| ())
    }

    async fn swap_setting(
        &self,
        name: &str,
        before: Option<&[u8]>,
        value: &[u8],
    ) -> Result<bool, StoreError> {
        let done = within(async {
            match before {
                None => {
                    let sql =
                        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
                    query(sql).bind(name).bind(value).execute(&self.write).await
                }
                Some(before) => {
                    let sql = "UPDATE setting SET value = $1 WHERE name = $2 AND value = $3";
                    query(sql).bind(value).bind(name).bind(before).execute(&self.write).await
                }
            }
        });
        Ok(done.await?.rows_affected() > 0)
    }
}
