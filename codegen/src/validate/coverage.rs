//! Methods and records: each needs the other.

use crate::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Sources;
use crate::source::records::Vendor;

pub(super) fn check(vendor: &Vendor, found: &mut Diagnostics) {
    for (resource, record) in &vendor.resources {
        let file = vendor.records_of.iter().find(|file| file.resource == resource.value);
        for (method, _) in &record.methods {
            let documented =
                file.is_some_and(|file| file.records.iter().any(|(name, _)| name.value == method.value));
            if !documented {
                let message =
                    format!("`{}.{}` is not documented, so it becomes no tool", resource.value, method.value);
                let help = format!("add a record `{}:` to {}.yaml", method.value, resource.value);
                found.add(Diagnostic::new(Code::Undocumented, method.span, message).help(help));
            }
        }
    }
    for file in &vendor.records_of {
        let Some((_, resource)) = vendor.resources.iter().find(|(name, _)| name.value == file.resource)
        else {
            let span = file.records.first().map_or(Sources::start_of(file.file), |(name, _)| name.span);
            let message = format!("no resource is called `{}`", file.resource);
            let names = vendor.resources.iter().map(|(name, _)| name.as_str());
            let diagnostic = Diagnostic::new(Code::UnknownResource, span, message)
                .label("this file documents a resource that `vendor.yaml` does not name")
                .did_you_mean(&file.resource, names);
            found.add(diagnostic);
            continue;
        };
        for (method, _) in &file.records {
            if !resource.methods.iter().any(|(name, _)| name.value == method.value) {
                let message = format!("`{}` has no method `{}`", file.resource, method.value);
                let names = resource.methods.iter().map(|(name, _)| name.as_str());
                let mut diagnostic = Diagnostic::new(Code::UnknownMethod, method.span, message)
                    .label("documented, but not a method of the resource")
                    .did_you_mean(&method.value, names);
                if diagnostic.help.is_none() {
                    diagnostic = diagnostic.help(format!("add it to `{}` in vendor.yaml", file.resource));
                }
                found.add(diagnostic);
            }
        }
    }
}
