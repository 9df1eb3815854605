use super::{NEWEST, SqlStore, all, within};
use crate::store::{
    AccountRow, Change, Grant, Hash, SealedCredential, ServerRow, Servers, Slice, StoreError,
};
use async_trait::async_trait;
use sqlx::any::AnyRow;
use sqlx::{Any, Row as _, Transaction, query};

#[async_trait]
impl Servers for SqlStore {
    async fn add_server(&self, row: &ServerRow, token: &Hash) -> Result<(), StoreError> {
        within(async {
            let mut transaction = self.begin().await?;
            query(
                "INSERT INTO server (id, account_id, name, config, expires_at, token_last4, created_by, \
                 created_at, updated_at, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            )
            .bind(&row.id)
            .bind(&row.account_id)
            .bind(&row.name)
            .bind(&row.config)
            .bind(row.expires_at)
            .bind(&row.token_last4)
            .bind(&row.created_by)
            .bind(row.created_at)
            .bind(row.updated_at)
            .bind(row.revision)
            .execute(&mut *transaction)
            .await?;
            add_token(&mut transaction, &row.id, token).await?;
            transaction.commit().await
        })
        .await
    }

    async fn server(&self, account: &str, id: &str) -> Result<Option<ServerRow>, StoreError> {
        within(async {
            let sql = "SELECT * FROM server WHERE account_id = $1 AND id = $2";
            let row = query(sql).bind(account).bind(id).fetch_optional(&self.read).await?;
            row.as_ref().map(read).transpose()
        })
        .await
    }

    async fn servers(&self, account: &str, now: i64, slice: Slice<'_>) -> Result<Vec<ServerRow>, StoreError> {
        within(async {
            let sql = "SELECT * FROM server WHERE account_id = $1 AND id < $2 \
                       AND (expires_at IS NULL OR expires_at > $3) ORDER BY id DESC LIMIT $4";
            let rows = query(sql).bind(account).bind(slice.before.unwrap_or(NEWEST));
            all(rows.bind(now).bind(i64::from(slice.limit)).fetch_all(&self.read).await?, read)
        })
        .await
    }

    async fn put_server(&self, row: &ServerRow) -> Result<(), StoreError> {
        within(async {
            let mut transaction = self.begin().await?;
            update(&mut transaction, row).await?;
            transaction.commit().await
        })
        .await?;
        self.tell(&Change::Server(row.id.clone()));
        Ok(())
    }

    async fn rotate_server(&self, row: &ServerRow, token: &Hash, old_until: i64) -> Result<(), StoreError> {
        within(async {
            let mut transaction = self.begin().await?;
            update(&mut transaction, row).await?;
            // One that was rotated away before keeps its own end if that is earlier.
            query(
                "UPDATE server_token SET valid_until = $1 \
                 WHERE server_id = $2 AND (valid_until IS NULL OR valid_until > $1)",
            )
            .bind(old_until)
            .bind(&row.id)
            .execute(&mut *transaction)
            .await?;
            add_token(&mut transaction, &row.id, token).await?;
            transaction.commit().await
        })
        .await?;
        self.tell(&Change::Server(row.id.clone()));
        Ok(())
    }

    async fn delete_server(&self, account: &str, id: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM server WHERE account_id = $1 AND id = $2";
        let done = within(query(sql).bind(account).bind(id).execute(&self.write)).await?;
        self.tell(&Change::Server(id.to_owned()));
        Ok(done.rows_affected() > 0)
    }

    async fn grant(&self, token: &Hash) -> Result<Option<Grant>, StoreError> {
        within(async {
            let rows = query(
                "SELECT s.*, t.valid_until, a.integration, a.name AS account_name, a.base_url, \
                 a.created_by AS account_created_by, a.created_at AS account_created_at, \
                 a.updated_at AS account_updated_at, a.revision AS account_revision, \
                 c.name AS credential_name, c.key_id, c.sealed \
                 FROM server_token t JOIN server s ON s.id = t.server_id \
                 JOIN account a ON a.id = s.account_id LEFT JOIN credential c ON c.account_id = a.id \
                 WHERE t.hash = $1",
            )
            .bind(token.as_slice())
            .fetch_all(&self.read)
            .await?;
            let Some(first) = rows.first() else { return Ok(None) };
            let mut credentials = Vec::new();
            for row in &rows {
                if let Some(name) = row.try_get::<Option<String>, _>("credential_name")? {
                    let (key_id, sealed) = (row.try_get("key_id")?, row.try_get("sealed")?);
                    credentials.push(SealedCredential { name, key_id, sealed });
                }
            }
            let server = read(first)?;
            let account = AccountRow {
                id: server.account_id.clone(),
                integration: first.try_get("integration")?,
                name: first.try_get("account_name")?,
                base_url: first.try_get("base_url")?,
                created_by: first.try_get("account_created_by")?,
                created_at: first.try_get("account_created_at")?,
                updated_at: first.try_get("account_updated_at")?,
                revision: first.try_get("account_revision")?,
            };
            Ok(Some(Grant { server, account, credentials, valid_until: first.try_get("valid_until")? }))
        })
        .await
    }

    async fn sweep(&self, now: i64) -> Result<Vec<String>, StoreError> {
        let ended = within(async {
            let mut transaction = self.begin().await?;
            let ended = query("DELETE FROM server WHERE expires_at <= $1 RETURNING id")
                .bind(now)
                .fetch_all(&mut *transaction)
                .await?;
            for sql in [
                "DELETE FROM server_token WHERE valid_until <= $1",
                "DELETE FROM session WHERE expires_at <= $1",
            ] {
                query(sql).bind(now).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            all(ended, |row| row.try_get(0))
        })
        .await?;
        ended.iter().for_each(|id: &String| self.tell(&Change::Server(id.clone())));
        Ok(ended)
    }
}

async fn update(transaction: &mut Transaction<'static, Any>, row: &ServerRow) -> Result<(), sqlx::Error> {
    let done = query(
        "UPDATE server SET name = $1, config = $2, expires_at = $3, token_last4 = $4, updated_at = $5, \
         revision = $6 WHERE id = $7 AND revision = $8",
    )
    .bind(&row.name)
    .bind(&row.config)
    .bind(row.expires_at)
    .bind(&row.token_last4)
    .bind(row.updated_at)
    .bind(row.revision)
    .bind(&row.id)
    .bind(row.revision - 1)
    .execute(&mut **transaction)
    .await?;
    if done.rows_affected() == 0 { Err(sqlx::Error::RowNotFound) } else { Ok(()) }
}

async fn add_token(
    transaction: &mut Transaction<'static, Any>,
    server: &str,
    token: &Hash,
) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO server_token (hash, server_id) VALUES ($1, $2)";
    query(sql).bind(token.as_slice()).bind(server).execute(&mut **transaction).await.map(|_| ())
}

fn read(row: &AnyRow) -> Result<ServerRow, sqlx::Error> {
    Ok(ServerRow {
        id: row.try_get("id")?,
        account_id: row.try_get("account_id")?,
        name: row.try_get("name")?,
        config: row.try_get("config")?,
        expires_at: row.try_get("expires_at")?,
        token_last4: row.try_get("token_last4")?,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        last_used_at: row.try_get("last_used_at")?,
        revision: row.try_get("revision")?,
    })
}
