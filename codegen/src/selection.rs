//! Words of a selection that stand for nothing in any vendor.

use crate::lower::Selection;
use crate::{Error, name, source};

impl Selection {
    /// Words that stand for nothing in any vendor.
    pub(crate) fn check(&self, vendors: &[source::records::Vendor]) -> Result<(), Error> {
        let slugs: Vec<_> = vendors.iter().map(|vendor| name::slug(vendor.label.as_str())).collect();
        // Words count for the vendors that are pressed.
        let vendors: Vec<_> =
            vendors.iter().filter(|vendor| self.vendor(&name::slug(vendor.label.as_str()))).collect();
        let tags = vendors.iter().flat_map(|vendor| &vendor.tags);
        let tags = tags.flat_map(|(name, tag)| [name].into_iter().chain(&tag.aliases));
        let methods = vendors.iter().flat_map(|vendor| &vendor.resources).flat_map(|(_, r)| &r.methods);
        let methods: Vec<_> = ["read", "write", "custom"]
            .into_iter()
            .map(str::to_owned)
            .chain(methods.map(|(name, _)| name.value.clone()))
            .collect();
        known("vendor", self.vendors.as_ref(), slugs)?;
        known("method", self.methods.as_ref(), methods)?;
        known("tag", self.tags.as_ref(), tags.map(|tag| tag.value.clone()).collect())?;
        let effects = ["read", "write", "destructive"].map(str::to_owned).to_vec();
        known("effect", self.effects.as_ref(), effects)
    }
}

fn known(what: &str, wanted: Option<&Vec<String>>, mut words: Vec<String>) -> Result<(), Error> {
    words.sort();
    words.dedup();
    for word in wanted.into_iter().flatten() {
        if !words.contains(word) {
            let near = name::nearest(word, words.iter().map(String::as_str));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let message = format!("no {what} is called `{word}`{near} There are: {}", words.join(", "));
            return Err(Error::Setting(message));
        }
    }
    match wanted {
        Some(wanted) if wanted.is_empty() => {
            Err(Error::Setting(format!("the list of {what}s to press is empty; leave it out to press all")))
        }
        _ => Ok(()),
    }
}
