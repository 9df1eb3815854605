use super::{NEWEST, SqlStore, all, within};
use crate::store::{AccountRow, Accounts, Change, SealedCredential, Slice, StoreError};
use async_trait::async_trait;
use sqlx::any::AnyRow;
use sqlx::{Any, Row as _, Transaction, query};

#[async_trait]
impl Accounts for SqlStore {
    async fn add_account(
        &self,
        row: &AccountRow,
        credentials: &[SealedCredential],
    ) -> Result<(), StoreError> {
        within(async {
            let mut transaction = self.begin().await?;
            query(
                "INSERT INTO account (id, integration, name, base_url, created_by, created_at, updated_at, \
                 revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(&row.id)
            .bind(&row.integration)
            .bind(&row.name)
            .bind(&row.base_url)
            .bind(&row.created_by)
            .bind(row.created_at)
            .bind(row.updated_at)
            .bind(row.revision)
            .execute(&mut *transaction)
            .await?;
            add_credentials(&mut transaction, &row.id, credentials).await?;
            transaction.commit().await
        })
        .await
    }

    async fn account(&self, id: &str) -> Result<Option<AccountRow>, StoreError> {
        within(async {
            let row =
                query("SELECT * FROM account WHERE id = $1").bind(id).fetch_optional(&self.read).await?;
            row.as_ref().map(read).transpose()
        })
        .await
    }

    async fn credentials(&self, account: &str) -> Result<Vec<SealedCredential>, StoreError> {
        within(async {
            let sql = "SELECT name, key_id, sealed FROM credential WHERE account_id = $1 ORDER BY name";
            all(query(sql).bind(account).fetch_all(&self.read).await?, read_credential)
        })
        .await
    }

    async fn accounts(&self, slice: Slice<'_>) -> Result<Vec<AccountRow>, StoreError> {
        within(async {
            let sql = "SELECT * FROM account WHERE id < $1 ORDER BY id DESC LIMIT $2";
            let rows = query(sql).bind(slice.before.unwrap_or(NEWEST)).bind(i64::from(slice.limit));
            all(rows.fetch_all(&self.read).await?, read)
        })
        .await
    }

    async fn put_account(
        &self,
        row: &AccountRow,
        credentials: &[SealedCredential],
    ) -> Result<(), StoreError> {
        within(async {
            let mut transaction = self.begin().await?;
            let done = query(
                "UPDATE account SET name = $1, base_url = $2, updated_at = $3, revision = $4 \
                 WHERE id = $5 AND revision = $6",
            )
            .bind(&row.name)
            .bind(&row.base_url)
            .bind(row.updated_at)
            .bind(row.revision)
            .bind(&row.id)
            .bind(row.revision - 1)
            .execute(&mut *transaction)
            .await?;
            if done.rows_affected() == 0 {
                return Err(sqlx::Error::RowNotFound);
            }
            query("DELETE FROM credential WHERE account_id = $1")
                .bind(&row.id)
                .execute(&mut *transaction)
                .await?;
            add_credentials(&mut transaction, &row.id, credentials).await?;
            transaction.commit().await
        })
        .await?;
        self.tell(&Change::Account(row.id.clone()));
        Ok(())
    }

    async fn delete_account(&self, id: &str) -> Result<bool, StoreError> {
        let done = within(query("DELETE FROM account WHERE id = $1").bind(id).execute(&self.write)).await?;
        self.tell(&Change::Account(id.to_owned()));
        Ok(done.rows_affected() > 0)
    }

    async fn count_credentials(&self) -> Result<i64, StoreError> {
        within(async { query("SELECT COUNT(*) FROM credential").fetch_one(&self.read).await?.try_get(0) })
            .await
    }

    async fn forget_credentials(&self) -> Result<u64, StoreError> {
        let done = within(async {
            let mut transaction = self.begin().await?;
            let done = query("DELETE FROM credential").execute(&mut *transaction).await?;
            // So that running nodes notice.
            query("UPDATE account SET revision = revision + 1").execute(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(done)
        })
        .await?;
        self.tell(&Change::Any);
        Ok(done.rows_affected())
    }
}

async fn add_credentials(
    transaction: &mut Transaction<'static, Any>,
    account: &str,
    credentials: &[SealedCredential],
) -> Result<(), sqlx::Error> {
    for credential in credentials {
        query("INSERT INTO credential (account_id, name, key_id, sealed) VALUES ($1, $2, $3, $4)")
            .bind(account)
            .bind(&credential.name)
            .bind(&credential.key_id)
            .bind(credential.sealed.as_slice())
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

pub(super) fn read(row: &AnyRow) -> Result<AccountRow, sqlx::Error> {
    Ok(AccountRow {
        id: row.try_get("id")?,
        integration: row.try_get("integration")?,
        name: row.try_get("name")?,
        base_url: row.try_get("base_url")?,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        revision: row.try_get("revision")?,
    })
}

pub(super) fn read_credential(row: &AnyRow) -> Result<SealedCredential, sqlx::Error> {
    Ok(SealedCredential {
        name: row.try_get("name")?,
        key_id: row.try_get("key_id")?,
        sealed: row.try_get("sealed")?,
    })
}
