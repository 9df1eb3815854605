//! What is pressed at all: filters at build time, with the meaning filters have at run time.

use crate::source::Span;
use crate::source::records::{Method, Record, Resource, Vendor};
use crate::{model::Effect, name};
use std::collections::HashMap;

/// The filters of one press. An absent one lets everything pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    pub(crate) vendors: Option<Vec<String>>,
    pub(crate) methods: Option<Vec<String>>,
    pub(crate) tags: Option<Vec<String>>,
    pub(crate) effects: Option<Vec<String>>,
}

/// A method that becomes a tool, with all that documents it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Documented<'d> {
    pub(crate) resource: &'d str,
    pub(crate) resource_record: &'d Resource,
    pub(crate) method: &'d str,
    pub(crate) method_record: &'d Method,
    pub(crate) record: &'d Record,
    /// Where `vendor.yaml` names the method.
    pub(crate) place: Span,
    /// Where its record begins.
    pub(crate) record_place: Span,
}

impl Documented<'_> {
    /// The singular of the resource's name.
    pub(crate) fn singular(&self) -> String {
        let documented = self.resource_record.singular.as_ref().map(|singular| singular.value.clone());
        documented.unwrap_or_else(|| name::singular(self.resource))
    }

    /// The tool's name.
    pub(crate) fn tool(&self, vendor: &str) -> String {
        name::tool(vendor, self.resource, &self.singular(), self.method)
    }

    /// Whether it answers records of a list.
    pub(crate) fn is_list(&self) -> bool {
        let own = self.method_record;
        self.method == "list" || own.records.is_some() || own.paging.is_some()
    }

    /// What calling it does, as documented or as its verb tells.
    pub(crate) fn effect(&self) -> Effect {
        match (
            self.method_record.effect.as_ref().map(|effect| effect.as_str()),
            self.method_record.verb.as_str(),
        ) {
            (Some("read"), _) | (None, "GET") => Effect::Read,
            (Some("destructive"), _) | (None, "DELETE") => Effect::Destructive,
            _ => Effect::Write,
        }
    }

    /// Tags of the resource and of the method, sorted, each once.
    pub(crate) fn tags(&self) -> Vec<String> {
        let tags = self.resource_record.tags.iter().chain(&self.method_record.tags);
        let mut tags: Vec<_> = tags.map(|tag| tag.value.clone()).collect();
        tags.sort();
        tags.dedup();
        tags
    }
}

/// All documented methods of a vendor, whatever any filter says.
pub(crate) fn documented(vendor: &Vendor) -> Vec<Documented<'_>> {
    let mut methods = Vec::new();
    let files: HashMap<_, _> = vendor.records_of.iter().map(|file| (file.resource.as_str(), file)).collect();
    for (resource, resource_record) in &vendor.resources {
        let file = files.get(resource.as_str());
        for (method, method_record) in &resource_record.methods {
            let record =
                file.and_then(|file| file.records.iter().find(|(name, _)| name.value == method.value));
            if let Some((name, record)) = record {
                methods.push(Documented {
                    resource: resource.as_str(),
                    resource_record,
                    method: method.as_str(),
                    method_record,
                    record,
                    place: method.span,
                    record_place: name.span,
                });
            }
        }
    }
    methods
}

impl Selection {
    /// Whether a vendor is pressed.
    pub(crate) fn vendor(&self, slug: &str) -> bool {
        self.vendors.as_ref().is_none_or(|vendors| vendors.iter().any(|vendor| vendor == slug))
    }

    /// The methods of a vendor that are pressed.
    pub(crate) fn methods<'d>(&self, vendor: &'d Vendor) -> Vec<Documented<'d>> {
        let mut methods = documented(vendor);
        methods.retain(|method| self.method(method) && self.tag(vendor, method) && self.effect(method));
        methods
    }

    fn method(&self, method: &Documented<'_>) -> bool {
        let read = matches!(method.method, "list" | "get");
        let write = matches!(method.method, "create" | "update" | "delete");
        self.methods.as_ref().is_none_or(|wanted| {
            wanted.iter().any(|wanted| match wanted.as_str() {
                "read" => read,
                "write" => write,
                "custom" => !read && !write,
                name => name == method.method,
            })
        })
    }

    fn tag(&self, vendor: &Vendor, method: &Documented<'_>) -> bool {
        let Some(wanted) = &self.tags else { return true };
        let tags = method.tags();
        let named = |word: &String| {
            vendor
                .tags
                .iter()
                .filter(|(name, tag)| {
                    name.value == *word || tag.aliases.iter().any(|alias| alias.value == *word)
                })
                .any(|(name, _)| tags.contains(&name.value))
        };
        wanted.iter().any(named)
    }

    fn effect(&self, method: &Documented<'_>) -> bool {
        let effect = method.effect().as_str();
        self.effects.as_ref().is_none_or(|wanted| wanted.iter().any(|wanted| wanted == effect))
    }
}
