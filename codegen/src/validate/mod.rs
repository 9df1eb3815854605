//! Records → diagnostics: everything that is wrong, found before anything is made of it.
//!
//! Each check is a small function that looks at one thing and adds what it finds; none stops the others.

mod coverage;
mod example;
mod guidance;
mod habits;
mod limits;
mod links;
mod names;
mod paths;
mod rules;
mod schema;
mod union;
mod value;
mod vendor;
mod words;
mod workflows;

use crate::diagnostic::Diagnostics;
use crate::source::records::Vendor;

/// Checks all vendors.
pub(crate) fn validate(vendors: &[Vendor], found: &mut Diagnostics) {
    for documented in vendors {
        vendor::check(documented, found);
        words::check(documented, found);
        coverage::check(documented, found);
        schema::check(documented, found);
        paths::check(documented, found);
        rules::check(documented, found);
        links::check(documented, found);
        if !found.has_errors() {
            // These follow references, which may be dead or without end.
            union::check(documented, found);
            guidance::check(documented, found);
            workflows::check(documented, found);
        }
        example::check(documented, found);
    }
    names::check(vendors, found);
    if !found.has_errors() {
        // What is wrong is to be mended first; until then these would only stand in the way.
        vendors.iter().for_each(|documented| habits::check(documented, found));
    }
}
