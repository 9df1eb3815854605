//! Connected accounts.

use super::auth::Actor;
use super::body::JsonObject;
use super::error::{ApiError, Detail};
use super::fields::{Fields, Patch, clip};
use super::integrations::vendor;
use super::list::{Listed, Part};
use super::moment::shown;
use super::path::Path;
use super::{Control, ID};
use crate::keyring::Binding;
use crate::store::{AccountRow, SealedCredential};
use crate::{Account, AccountError};
use axum::extract::{RawQuery, State};
use axum::{Extension, Json};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use toolpress_core::{Vendor, nearest};
use url::Url;
use utoipa::ToSchema;
use uuid::Uuid;

/// A connected account. What it is made of is never shown.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccountView {
    id: String,
    /// Slug of the vendor.
    integration: String,
    /// Name of the vendor; its slug if it is not compiled in.
    label: String,
    name: String,
    /// Where its requests go.
    base_url: Option<String>,
    credentials: Vec<CredentialState>,
    /// All credentials that requests need are there.
    ready: bool,
    created_by: String,
    created_at: String,
    updated_at: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct CredentialState {
    name: String,
    secret: bool,
    /// One is stored. It is never shown.
    set: bool,
}

/// An account to connect.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAccount {
    /// Slug of the vendor.
    integration: String,
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
    )]
    name: String,
    /// Where the API is, unless where the vendor documents it.
    base_url: Option<String>,
    /// Credentials by their documented names.
    #[serde(default)]
    credentials: BTreeMap<String, Option<String>>,
}

/// What to change of an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "describes the request; its members are read one by one")]
#[schema(example = json!({ "name": "production" }))]
pub(super) struct AccountChange {
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200, pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$")]
    name: Option<String>,
    /// `null` for where the vendor documents it. Another origin drops the credentials that are not sent again.
    base_url: Option<String>,
    /// Merged by name; `null` removes one.
    credentials: Option<BTreeMap<String, Option<String>>>,
}

/// Connects an account.
#[utoipa::path(post, path = "/integrated-account", tag = "account", request_body = NewAccount,
    responses((status = 201, body = AccountView)))]
pub(super) async fn create(
    State(control): State<Control>,
    Extension(actor): Extension<Actor>,
    JsonObject(mut fields): JsonObject,
) -> Result<(StatusCode, Json<AccountView>), ApiError> {
    let read = NewAccount::read(&mut fields);
    let known = read.as_ref().and_then(|new| control.catalog().vendor(&new.integration));
    if let (Some(new), None) = (&read, known) {
        let slugs = control.catalog().vendors.iter().map(|vendor| vendor.slug);
        fields.note(Detail {
            valid: slugs.clone().map(str::to_owned).collect(),
            did_you_mean: nearest(&new.integration, slugs).map(str::to_owned),
            ..Detail::new("integration", format!("has no value `{}`", clip(&new.integration)))
        });
    }
    let (Some(new), Some(vendor)) = (read, known) else {
        fields.finish()?;
        return Err(ApiError::internal(&"an account without a vendor was accepted"));
    };
    let mut credentials = Credentials::default();
    credentials.merge(vendor, &new.credentials, &mut fields);
    credentials.complete(vendor, &mut fields);
    fields.finish()?;
    let url = allowed(&control, vendor, new.base_url.as_deref())?;
    let now = control.now();
    let row = AccountRow {
        id: Uuid::now_v7().to_string(),
        integration: vendor.slug.to_owned(),
        name: new.name,
        base_url: new.base_url,
        created_by: actor.0.clone(),
        created_at: now,
        updated_at: now,
        revision: 1,
    };
    let sealed = credentials.seal(&control, &row.id, &url)?;
    control.store().add_account(&row, &sealed).await?;
    tracing::info!(target: "audit", action = "account.create", account = row.id, by = actor.0);
    Ok((StatusCode::CREATED, Json(view(&control, row, &sealed))))
}

/// The connected accounts, newest first.
#[utoipa::path(get, path = "/integrated-account", tag = "account", params(
    ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000), ("next_cursor" = Option<String>, Query)),
    responses((status = 200, body = Listed<AccountView>)))]
pub(super) async fn list(
    State(control): State<Control>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Listed<AccountView>>, ApiError> {
    let part = Part::read(raw.as_deref())?;
    let rows = control.store().accounts(part.slice()).await?;
    let mut with = Vec::with_capacity(rows.len());
    for row in rows {
        let credentials = control.store().credentials(&row.id).await?;
        with.push((row, credentials));
    }
    Ok(Json(part.of(with, |(row, _)| &row.id, |(row, credentials)| view(&control, row, &credentials))))
}

/// One account.
#[utoipa::path(get, path = "/integrated-account/{id}", tag = "account", params(ID),
    responses((status = 200, body = AccountView)))]
pub(super) async fn show(
    State(control): State<Control>,
    Path(id): Path<String>,
) -> Result<Json<AccountView>, ApiError> {
    let row = find(&control, &id).await?;
    let credentials = control.store().credentials(&id).await?;
    Ok(Json(view(&control, row, &credentials)))
}

/// Changes an account. Its servers use what is new from their next call on.
#[utoipa::path(patch, path = "/integrated-account/{id}", tag = "account", params(ID),
    request_body = AccountChange, responses((status = 200, body = AccountView)))]
pub(super) async fn update(
    State(control): State<Control>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    JsonObject(mut fields): JsonObject,
) -> Result<Json<AccountView>, ApiError> {
    let mut row = find(&control, &id).await?;
    let vendor = vendor(&control, &row.integration)?;
    let name = fields.name("name");
    if name == Patch::Clear {
        fields.wrong("name", "cannot be removed");
    }
    let base_url = fields.text("base_url");
    let given = fields.texts("credentials").given().unwrap_or_default();
    let before = Account::base_url_of(vendor, row.base_url.as_deref()).ok();
    row.base_url = base_url.apply(row.base_url.take());
    let after = Account::base_url_of(vendor, row.base_url.as_deref()).ok();
    let moved = before.map(|url| url.origin()) != after.map(|url| url.origin());
    let mut credentials = Credentials::default();
    if !moved {
        credentials.kept = control.store().credentials(&id).await?;
    }
    credentials.merge(vendor, &given.into_iter().collect(), &mut fields);
    fields.finish()?;
    let url = allowed(&control, vendor, row.base_url.as_deref())?;
    row.name = name.apply(Some(row.name)).unwrap_or_default();
    row.updated_at = control.now();
    row.revision += 1;
    let sealed = credentials.seal(&control, &row.id, &url)?;
    control.store().put_account(&row, &sealed).await?;
    tracing::info!(target: "audit", action = "account.update", account = row.id, by = actor.0);
    Ok(Json(view(&control, row, &sealed)))
}

/// Deletes an account with its servers. Their next call is refused.
#[utoipa::path(delete, path = "/integrated-account/{id}", tag = "account", params(ID),
    responses((status = 204)))]
pub(super) async fn delete(
    State(control): State<Control>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    if !control.store().delete_account(&id).await? {
        return Err(ApiError::not_found("account"));
    }
    tracing::info!(target: "audit", action = "account.delete", account = id, by = actor.0);
    Ok(StatusCode::NO_CONTENT)
}

/// An account that is not connected: its members are read and held to the same rules, nothing is stored.
pub(super) fn unsaved(
    control: &Control,
    vendor: &'static Vendor,
    mut fields: Fields,
) -> Result<Account, ApiError> {
    let base_url = fields.text("base_url").given();
    let given = fields.texts("credentials").given().unwrap_or_default();
    let mut credentials = Credentials::default();
    credentials.merge(vendor, &given.into_iter().collect(), &mut fields);
    credentials.complete(vendor, &mut fields);
    fields.finish()?;
    allowed(control, vendor, base_url.as_deref())?;
    let secrets = credentials.given;
    let account = Account::stored("unsaved", vendor, base_url.as_deref(), |name| secrets.get(name).cloned());
    account.map_err(|error| ApiError::internal(&error))
}

/// The account with this id.
pub(super) async fn find(control: &Control, id: &str) -> Result<AccountRow, ApiError> {
    control.store().account(id).await?.ok_or_else(|| ApiError::not_found("account"))
}

impl NewAccount {
    /// What can be read; a name that is wrong is noted, and the rest is looked at all the same.
    fn read(fields: &mut Fields) -> Option<Self> {
        let (integration, name) = (fields.text("integration"), fields.name("name"));
        let integration = fields.required("integration", integration);
        let name = fields.required("name", name);
        let base_url = fields.text("base_url").given();
        let credentials = fields.texts("credentials").given().unwrap_or_default().into_iter().collect();
        Some(Self { integration: integration?, name: name.unwrap_or_default(), base_url, credentials })
    }
}

/// The credentials of an account in the making.
#[derive(Debug, Default)]
struct Credentials {
    kept: Vec<SealedCredential>,
    given: BTreeMap<&'static str, String>,
}

impl Credentials {
    fn merge(
        &mut self,
        vendor: &'static Vendor,
        given: &BTreeMap<String, Option<String>>,
        fields: &mut Fields,
    ) {
        for (name, value) in given {
            let field = format!("credentials.{}", clip(name));
            let Some(documented) = vendor.credentials.iter().find(|known| known.name == *name) else {
                let names = vendor.credentials.iter().map(|known| known.name);
                fields.note(Detail {
                    valid: names.clone().map(str::to_owned).collect(),
                    did_you_mean: nearest(name, names).map(str::to_owned),
                    ..Detail::new(field, "is no credential of this vendor")
                });
                continue;
            };
            self.kept.retain(|kept| kept.name != *name);
            match value.as_deref().map(str::trim) {
                None => {}
                // It goes into a header, and what cannot stand there would fail every call.
                Some(value) if value.is_empty() || value.chars().any(char::is_control) => {
                    fields.note(Detail::new(field, "must be a text without control characters"));
                }
                Some(value) => drop(self.given.insert(documented.name, value.to_owned())),
            }
        }
    }

    fn complete(&self, vendor: &'static Vendor, fields: &mut Fields) {
        for documented in vendor.credentials {
            if Account::needs(vendor, documented.name) && !self.given.contains_key(documented.name) {
                let field = format!("credentials.{}", documented.name);
                fields.note(Detail::new(field, format!("is missing. {}", documented.help)));
            }
        }
    }

    fn seal(self, control: &Control, account: &str, url: &Url) -> Result<Vec<SealedCredential>, ApiError> {
        let (ring, origin) = (control.keys().ring()?, url.origin().ascii_serialization());
        let mut sealed = self.kept;
        for (name, secret) in self.given {
            sealed.push(ring.seal(Binding { account, origin: &origin, name }, &secret)?);
        }
        Ok(sealed)
    }
}

/// The address of an account, if requests may go there.
fn allowed(control: &Control, vendor: &'static Vendor, base_url: Option<&str>) -> Result<Url, ApiError> {
    let refused =
        |problem: String| ApiError::refused("base_url_not_allowed", vec![Detail::new("base_url", problem)]);
    let url = Account::base_url_of(vendor, base_url).map_err(|error| match error {
        AccountError::NoBaseUrl { label } => {
            refused(format!("is missing: {label} has no common address; give the one of your instance"))
        }
        error => refused(format!("cannot be used: {error}")),
    })?;
    control.policy().check(&url).map_err(|error| refused(format!("is refused: {error}")))?;
    Ok(url)
}

fn view(control: &Control, row: AccountRow, credentials: &[SealedCredential]) -> AccountView {
    let vendor = control.catalog().vendor(&row.integration);
    let set = |name: &str| credentials.iter().any(|credential| credential.name == name);
    let documented = vendor.map_or(&[][..], |vendor| vendor.credentials);
    let url = vendor.and_then(|vendor| Account::base_url_of(vendor, row.base_url.as_deref()).ok());
    AccountView {
        label: vendor.map_or_else(|| row.integration.clone(), |vendor| vendor.label.to_owned()),
        base_url: url.map(|url| url.as_str().trim_end_matches('/').to_owned()).or(row.base_url),
        ready: vendor.is_some_and(|vendor| {
            documented.iter().all(|known| set(known.name) || !Account::needs(vendor, known.name))
        }),
        credentials: documented
            .iter()
            .map(|known| CredentialState {
                name: known.name.to_owned(),
                secret: known.secret,
                set: set(known.name),
            })
            .collect(),
        id: row.id,
        integration: row.integration,
        name: row.name,
        created_by: row.created_by,
        created_at: shown(row.created_at),
        updated_at: shown(row.updated_at),
    }
}
