//! Vendors by name, and accounts whose credentials come from the environment.

use super::Failure;
use crate::{Account, AccountError};
use std::env;
use std::ffi::OsString;
use toolpress_core::{Catalog, Vendor, nearest};

/// The vendor with this name.
pub(super) fn vendor(catalog: &'static Catalog, slug: &str) -> Result<&'static Vendor, Failure> {
    catalog.vendor(slug).ok_or_else(|| {
        let slugs: Vec<&str> = catalog.vendors.iter().map(|vendor| vendor.slug).collect();
        let meant = nearest(slug, slugs.iter().copied());
        let known = if slugs.is_empty() {
            "No vendor is compiled in.".to_owned()
        } else {
            format!("Compiled in: {}", slugs.join(", "))
        };
        Failure::Usage(format!("there is no vendor `{slug}`{} {known}", suggestion(meant)))
    })
}

/// `; did you mean …?` or a full stop.
pub(super) fn suggestion(meant: Option<&str>) -> String {
    meant.map_or_else(|| ".".to_owned(), |meant| format!("; did you mean `{meant}`?"))
}

/// The account of whoever started the process. `<VENDOR>_<CREDENTIAL>` holds each credential.
pub(super) fn account(vendor: &'static Vendor, base_url: Option<&str>) -> Result<Account, Failure> {
    account_from(vendor, base_url, |variable| env::var_os(variable))
}

fn account_from(
    vendor: &'static Vendor,
    base_url: Option<&str>,
    environment: impl Fn(&str) -> Option<OsString>,
) -> Result<Account, Failure> {
    let credential = |name: &str| environment(&variable(vendor, name))?.into_string().ok();
    Account::new("local", vendor, base_url, credential).map_err(|error| {
        Failure::Usage(match error {
            AccountError::NoCredential { name, help } => {
                format!("the environment variable {} is not set. {help}", variable(vendor, name))
            }
            AccountError::NoBaseUrl { label } => {
                format!("{label} has no common address; give the one of your instance with --base-url")
            }
            other @ AccountError::BadBaseUrl { .. } => other.to_string(),
        })
    })
}

/// The environment variable that holds a credential.
pub(super) fn variable(vendor: &Vendor, credential: &str) -> String {
    format!("{}_{credential}", vendor.slug).to_uppercase()
}
