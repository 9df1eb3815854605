//! Text → records: reads a folder of documentation and keeps the place of every value.
//!
//! Only this room touches the disk and knows YAML. It reports what is not YAML, unknown and missing
//! keys, and values of the wrong type; what the values mean is checked later.

mod fields;
mod files;
pub(crate) mod guidance;
mod record;
pub(crate) mod records;
pub(crate) mod resolve;
mod schema;
mod vendor;
mod yaml;

pub use files::{SourceFile, Sources, Span, Spanned};

use crate::diagnostic::Diagnostics;
use records::Vendor;
use std::io;
use std::path::Path;
use yaml::Node;

/// The name of the file that says what a vendor's API is made of.
const VENDOR_FILE: &str = "vendor.yaml";
/// The name of the file with shared schemas.
const TYPES_FILE: &str = "types.yaml";

/// Everything that was read.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    pub(crate) sources: Sources,
    pub(crate) vendors: Vec<Vendor>,
}

/// Reads a folder that holds one folder per vendor. Files and folders whose names begin with a dot, and
/// files that are not `.yaml`, are passed over.
pub(crate) fn load(folder: &Path, found: &mut Diagnostics) -> io::Result<Documents> {
    let mut documents = Documents::default();
    let folders = files::listed(folder, |path| path.is_dir() && !hidden(path))?;
    for vendor_folder in folders {
        if !vendor_folder.join(VENDOR_FILE).is_file() {
            continue;
        }
        load_vendor(folder, &vendor_folder, &mut documents, found)?;
    }
    Ok(documents)
}

fn load_vendor(
    root: &Path,
    folder: &Path,
    documents: &mut Documents,
    found: &mut Diagnostics,
) -> io::Result<()> {
    let shown_root = root.file_name().map_or(root, Path::new);
    let mut read = |name: &str, found: &mut Diagnostics| -> io::Result<(usize, Option<Node>)> {
        let path = folder.join(name);
        let shown = shown_root.join(path.strip_prefix(root).unwrap_or(&path));
        let file = documents.sources.read(&path, &shown)?;
        Ok((file, tree(&documents.sources, file, found)))
    };
    let (file, node) = read(VENDOR_FILE, found)?;
    let Some(mut vendor) = node.and_then(|node| vendor::vendor(&node, found)) else { return Ok(()) };
    vendor.files.push(file);
    if folder.join(TYPES_FILE).is_file() {
        let (file, node) = read(TYPES_FILE, found)?;
        vendor.files.push(file);
        vendor.types = node.map(|node| schema::named("shared types", &node, found)).unwrap_or_default();
    }
    let is_resource = |path: &Path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        path.is_file()
            && path.extension().is_some_and(|extension| extension == "yaml")
            && name != VENDOR_FILE
            && name != TYPES_FILE
            && !hidden(path)
    };
    for path in files::listed(folder, is_resource)? {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let resource = name.trim_end_matches(".yaml").to_owned();
        let (file, node) = read(name, found)?;
        vendor.files.push(file);
        if let Some(node) = node {
            vendor.records_of.push(record::resource_file(resource, file, &node, found));
        }
    }
    documents.vendors.push(vendor);
    Ok(())
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

fn hidden(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_none_or(|name| name.starts_with('.'))
}
