//! What a press has read, for those who want to look before anything is written.

use crate::diagnostic::Diagnostic;
use crate::model::{Catalog, Kind, Shape, Tool, TypeDef, Vendor};
use crate::source::Sources;
use crate::{Error, Lock, emit, name};

/// Documentation that was read, checked and lowered, and what there is to say about it.
#[derive(Debug)]
pub struct Loaded {
    /// The model.
    pub catalog: Catalog,
    /// What the documentation promises, whatever was filtered out.
    pub lock: Lock,
    /// Warnings, in order of their places.
    pub warnings: Vec<Diagnostic>,
    /// The files.
    pub sources: Sources,
}

impl Loaded {
    /// Every tool's entry in `tools/list`, as a model reads it when nothing is filtered out.
    pub fn entries(&self) -> Vec<String> {
        let tools =
            self.catalog.vendors.iter().flat_map(|vendor| vendor.tools.iter().map(move |t| (vendor, t)));
        let schema = |vendor, tool| emit::schema::input(vendor, tool).to_string();
        tools.map(|(vendor, tool)| emit::entry::whole(tool, &schema(vendor, tool))).collect()
    }

    /// Drops all tools but one, and the types it does not need.
    ///
    /// # Errors
    /// If no tool has this name; the message names the nearest.
    pub fn keep_tool(&mut self, tool: &str) -> Result<(), Error> {
        let names: Vec<_> =
            self.catalog.vendors.iter().flat_map(|v| &v.tools).map(|tool| tool.name.clone()).collect();
        if !names.iter().any(|name| name == tool) {
            let near = name::nearest(tool, names.iter().map(String::as_str));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(Error::Setting(format!("no tool is called `{tool}`{near}")));
        }
        self.catalog.vendors.iter_mut().for_each(|vendor| vendor.tools.retain(|t| t.name == tool));
        self.catalog.vendors.retain(|vendor| !vendor.tools.is_empty());
        self.catalog.vendors.iter_mut().for_each(drop_types);
        Ok(())
    }
}

/// Drops the types that no tool of the vendor leads to.
fn drop_types(vendor: &mut Vendor) {
    let mut needed = Vec::new();
    vendor
        .tools
        .iter()
        .flat_map(|tool: &Tool| &tool.params)
        .for_each(|param| named(&param.kind, &mut needed));
    let mut place = 0;
    while let Some(ty) = needed.get(place).and_then(|name| vendor.ty(name)) {
        inner(ty, &mut needed);
        place += 1;
    }
    vendor.types.retain(|ty| needed.contains(&ty.name));
}

fn inner(ty: &TypeDef, needed: &mut Vec<String>) {
    match &ty.shape {
        Shape::Enum(_) => {}
        Shape::Object(object) => object.fields.iter().for_each(|field| named(&field.kind, needed)),
        Shape::Union { variants, keys, .. } => {
            let fields = variants.iter().flat_map(|variant| &variant.object.fields);
            fields.chain(keys).for_each(|field| named(&field.kind, needed));
        }
    }
}

fn named(kind: &Kind, needed: &mut Vec<String>) {
    match kind {
        Kind::Enum { ty, .. } | Kind::Object { ty } | Kind::Union { ty } if !needed.contains(ty) => {
            needed.push(ty.clone());
        }
        Kind::List { items: inner, .. } | Kind::Map { values: inner } => named(inner, needed),
        _ => {}
    }
}
