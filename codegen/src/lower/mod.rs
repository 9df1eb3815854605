//! Records → model: names, defaults, injected parameters, and what a filter leaves.
//!
//! Runs on documentation that `validate` found free of errors, so nothing here reports.

mod filter;
mod guidance;
mod output;
mod prose;
mod schema;
mod tool;
mod union;
mod workflow;

pub(crate) use filter::{Documented, Selection, documented};
pub(crate) use prose::{Part, parts};

use crate::model::{Advice, Auth, Catalog, Credential, Prose, RateLimit, Tag, Vendor};
use crate::name;
use crate::source::records::{self, Named};
use crate::source::{Sources, Spanned};
use prose::Links;

/// Lowers all vendors and keeps what the selection allows.
pub(crate) fn lower(vendors: &[records::Vendor], sources: &Sources, selection: &Selection) -> Catalog {
    let mut vendors: Vec<_> = vendors
        .iter()
        .filter(|documented| selection.vendor(&name::slug(documented.label.as_str())))
        .map(|documented| vendor(documented, sources, selection))
        .collect();
    vendors.retain(|vendor| !vendor.tools.is_empty());
    vendors.sort_by(|a, b| a.slug.cmp(&b.slug));
    Catalog { vendors }
}

fn vendor(documented: &records::Vendor, sources: &Sources, selection: &Selection) -> Vendor {
    let slug = name::slug(documented.label.as_str());
    let mut types = schema::Types::new(&documented.types);
    let methods = selection.methods(documented);
    let links = Links::new(&slug, &methods);
    let mut tools: Vec<_> =
        methods.iter().map(|method| tool::tool(&slug, documented, method, &links, &mut types)).collect();
    tools.sort_by(|a, b| a.name.cmp(&b.name));
    let tags =
        documented.tags.iter().filter(|(tag, _)| tools.iter().any(|tool| tool.tags.contains(&tag.value)));
    Vendor {
        label: documented.label.value.clone(),
        docs: text(&documented.docs),
        base_url: documented.base_url.as_ref().map(|url| url.value.trim_end_matches('/').to_owned()),
        auth: auth(&documented.auth),
        credentials: credentials(&documented.credentials),
        error_message: documented.error_message.iter().map(|path| keys(path.as_str())).collect(),
        rate_limit: documented.rate_limit.as_ref().map(rate_limit),
        errors: advice(&documented.errors, &links),
        instructions: instructions(documented, &methods, &links),
        tags: tags
            .map(|(name, tag)| Tag {
                name: name.value.clone(),
                aliases: tag.aliases.iter().map(|alias| alias.value.clone()).collect(),
                description: text(&tag.description).unwrap_or_default(),
            })
            .collect(),
        types: types.into_sorted(),
        files: documented.files.iter().map(|file| sources.files()[*file].path.clone()).collect(),
        workflows: workflow::workflows(&documented.workflows, &links),
        slug,
        tools,
    }
}

/// What the documentation says first, then the order of calls that its links require.
fn instructions(documented: &records::Vendor, methods: &[Documented<'_>], links: &Links) -> Vec<Prose> {
    let mut texts = links.all(&documented.instructions);
    texts.extend(guidance::order(methods, links));
    texts
}

fn auth(documented: &records::Auth) -> Auth {
    match documented {
        records::Auth::None => Auth::None,
        records::Auth::Bearer(credential) => Auth::Bearer { credential: credential.value.clone() },
        records::Auth::Header { name, credential } => {
            Auth::Header { name: name.value.to_ascii_lowercase(), credential: credential.value.clone() }
        }
        records::Auth::Basic { username, password } => {
            Auth::Basic { username: username.value.clone(), password: text(password) }
        }
    }
}

fn credentials(documented: &Named<records::Credential>) -> Vec<Credential> {
    documented
        .iter()
        .map(|(name, credential)| Credential {
            name: name.value.clone(),
            help: text(&credential.help).unwrap_or_default(),
            secret: credential.secret,
        })
        .collect()
}

/// The words for units and the variants of the core's `ResetUnit`.
pub(crate) const RESET_UNITS: &[(&str, &str)] = &[
    ("delta_s", "DeltaSeconds"),
    ("delta_ms", "DeltaMilliseconds"),
    ("epoch_s", "EpochSeconds"),
    ("epoch_ms", "EpochMilliseconds"),
    ("http_date", "HttpDate"),
    ("rfc3339", "Rfc3339"),
    ("duration", "Duration"),
];

fn rate_limit(documented: &records::RateLimit) -> RateLimit {
    let lower = |name: &Option<Spanned<String>>| name.as_ref().map(|name| name.value.to_ascii_lowercase());
    let unit =
        documented.unit.as_ref().and_then(|unit| RESET_UNITS.iter().find(|(word, _)| *word == unit.value));
    RateLimit {
        limit: lower(&documented.limit),
        remaining: lower(&documented.remaining),
        reset: lower(&documented.reset),
        unit: unit.map(|(_, variant)| *variant),
        used_slash_size: documented.used_slash_size,
    }
}

/// Advice whose links are all inside the selection.
fn advice(documented: &[records::Advice], links: &Links) -> Vec<Advice> {
    let one = |documented: &records::Advice| {
        Some(Advice {
            status: documented.status.as_ref().and_then(|status| u16::try_from(status.value).ok()),
            contains: text(&documented.contains).unwrap_or_default(),
            say: links.one(&documented.say)?,
        })
    };
    documented.iter().filter_map(one).collect()
}

fn text(spanned: &Option<Spanned<String>>) -> Option<String> {
    spanned.as_ref().map(|text| text.value.clone())
}

/// `meta.next` → its keys; an empty text is the root.
fn keys(path: &str) -> Vec<String> {
    path.split('.').filter(|key| !key.is_empty()).map(str::to_owned).collect()
}
