//! Text → records: reads a folder of documentation and keeps the place of every value.
//!
//! Only this room reads the disk and knows YAML. It reports what is not YAML, unknown and missing
//! keys, and values of the wrong type; what the values mean is checked later.

mod fields;
mod files;
pub(crate) mod guidance;
mod record;
pub(crate) mod records;
pub(crate) mod resolve;
mod schema;
mod vendor;
mod workflow;
mod yaml;

pub use files::{SourceFile, Sources, Span, Spanned};
pub(crate) use files::{read_folder, write_if_changed};

use crate::diagnostic::Diagnostics;
use records::Vendor;
use std::collections::BTreeMap;
use yaml::Node;

/// The name of the file that says what a vendor's API is made of.
const VENDOR_FILE: &str = "vendor.yaml";
/// The name of the file with shared schemas.
const TYPES_FILE: &str = "types.yaml";
/// The name of the file with ways through several tools.
const WORKFLOWS_FILE: &str = "workflows.yaml";

/// Everything that was read.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    pub(crate) sources: Sources,
    pub(crate) vendors: Vec<Vendor>,
}

/// Reads the files of all vendors; see [`files::read_folder`] for which those are.
pub(crate) fn load(texts: impl IntoIterator<Item = SourceFile>, found: &mut Diagnostics) -> Documents {
    let mut folders: BTreeMap<String, Vec<SourceFile>> = BTreeMap::new();
    for file in texts {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        folders.entry(folder.to_owned()).or_default().push(file);
    }
    let mut documents = Documents::default();
    for mut files in folders.into_values() {
        // The vendor file comes first, then the types, then the resources by name.
        files.sort_by_cached_key(|file| {
            (name(file) != VENDOR_FILE, name(file) != TYPES_FILE, file.path.clone())
        });
        if files.first().is_some_and(|first| name(first) == VENDOR_FILE) {
            load_vendor(files, &mut documents, found);
        }
    }
    documents
}

fn load_vendor(files: Vec<SourceFile>, documents: &mut Documents, found: &mut Diagnostics) {
    let mut read: Option<Vendor> = None;
    for file in files {
        let name = name(&file).to_owned();
        let place = documents.sources.add(file.path, file.text);
        let node = tree(&documents.sources, place, found);
        let Some(vendor) = &mut read else {
            // Without its vendor file the others mean nothing.
            let Some(mut vendor) = node.and_then(|node| vendor::vendor(&node, found)) else { return };
            vendor.files.push(place);
            read = Some(vendor);
            continue;
        };
        vendor.files.push(place);
        if name == TYPES_FILE {
            vendor.types = node.map(|node| schema::named("shared types", &node, found)).unwrap_or_default();
        } else if name == WORKFLOWS_FILE {
            vendor.workflows = node.map(|node| workflow::workflows(&node, found)).unwrap_or_default();
        } else if let Some(node) = node {
            let resource = name.trim_end_matches(".yaml").to_owned();
            vendor.records_of.push(record::resource_file(resource, place, &node, found));
        }
    }
    documents.vendors.extend(read);
}

fn name(file: &SourceFile) -> &str {
    file.path.rsplit('/').next().unwrap_or_default()
}

/// The tree of a file that was read; reports what is not YAML.
fn tree(sources: &Sources, file: usize, found: &mut Diagnostics) -> Option<Node> {
    let text = &sources.files()[file].text;
    match yaml::parse(text, file) {
        Ok(node) => Some(node),
        Err(diagnostic) => {
            found.add(*diagnostic);
            None
        }
    }
}
