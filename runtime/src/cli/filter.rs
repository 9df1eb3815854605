//! The flags that limit which tools there are.

use super::Failure;
use std::collections::BTreeMap;
use toolpress_core::{Catalog, Filter, FilterError, FilterProblem, Mask, Vendor, nearest};

/// Which tools; all parts that are given must agree.
#[derive(Debug, Default, clap::Args)]
pub(super) struct FilterArgs {
    /// Only these methods: read (list, get), write (create, update, delete), custom (all others), or names of methods
    #[arg(long, env = "TOOLPRESS_METHODS", value_delimiter = ',', value_name = "METHOD,…")]
    methods: Option<Vec<String>>,

    /// Only tools with one of these tags
    #[arg(long, env = "TOOLPRESS_TAGS", value_delimiter = ',', value_name = "TAG,…")]
    tags: Option<Vec<String>>,

    /// Only tools with one of these effects: read, write, destructive
    #[arg(long, env = "TOOLPRESS_EFFECTS", value_delimiter = ',', value_name = "EFFECT,…")]
    effects: Option<Vec<String>>,
}

impl FilterArgs {
    fn filter(&self) -> Filter {
        // `--tags ''` gives one empty text, which is meant as an empty list.
        let clean = |values: &Option<Vec<String>>| {
            let words = |values: &Vec<String>| {
                let words = values.iter().map(|value| value.trim().to_owned());
                words.filter(|word| !word.is_empty()).collect()
            };
            values.as_ref().map(words)
        };
        Filter { methods: clean(&self.methods), tags: clean(&self.tags), effects: clean(&self.effects) }
    }

    /// The same flags, for another process.
    pub(super) fn arguments(&self) -> Vec<String> {
        let Filter { methods, tags, effects } = self.filter();
        let flags = [("--methods", methods), ("--tags", tags), ("--effects", effects)];
        let given = flags.into_iter().filter_map(|(flag, words)| Some([flag.to_owned(), words?.join(",")]));
        given.flatten().collect()
    }

    /// The tools of one vendor.
    pub(super) fn select(&self, vendor: &Vendor) -> Result<Mask, Failure> {
        vendor.select(&self.filter()).map_err(|error| Failure::Usage(error.to_string()))
    }

    /// The tools of all vendors. A word need only mean something to one of them.
    pub(super) fn select_all(
        &self,
        catalog: &'static Catalog,
    ) -> Result<Vec<(&'static Vendor, Mask)>, Failure> {
        let filter = self.filter();
        let mut masks = Vec::new();
        // What means nothing to any vendor so far.
        let mut unknown: Option<Strangers> = None;
        for vendor in catalog.vendors.iter().copied() {
            let (known, strangers) = known_to(vendor, &filter)?;
            unknown = Some(match unknown {
                None => strangers,
                Some(before) => common(before, &strangers),
            });
            // Fails when a whole list means nothing here, or no tool fits.
            masks.extend(vendor.select(&known).ok().map(|mask| (vendor, mask)));
        }
        let unknown: Vec<FilterProblem> = unknown.unwrap_or_default().into_values().collect();
        if !unknown.is_empty() {
            return Err(usage(unknown));
        }
        if masks.is_empty() && filter != Filter::default() {
            return Err(usage(vec![FilterProblem::NoTool]));
        }
        Ok(masks)
    }
}

/// Words of a filter, by field and value, that mean nothing to a vendor.
type Strangers = BTreeMap<(&'static str, String), FilterProblem>;

/// What means nothing to either, with the valid words of both.
fn common(before: Strangers, strangers: &Strangers) -> Strangers {
    let both = |(word, problem): ((&'static str, String), FilterProblem)| {
        let other = strangers.get(&word)?;
        let (
            FilterProblem::Unknown { field, value, mut valid, .. },
            FilterProblem::Unknown { valid: more, .. },
        ) = (problem.clone(), other)
        else {
            return Some((word, problem));
        };
        valid.extend(more.iter().filter(|more| !valid.contains(more)).copied().collect::<Vec<_>>());
        let nearest = nearest(&value, valid.iter().copied());
        Some((word, FilterProblem::Unknown { field, value, nearest, valid }))
    };
    before.into_iter().filter_map(both).collect()
}

/// The part of a filter that means something to a vendor, and the words that do not.
fn known_to(vendor: &Vendor, filter: &Filter) -> Result<(Filter, Strangers), Failure> {
    let (mut known, mut strangers) = (filter.clone(), Strangers::new());
    let Err(FilterError(problems)) = vendor.select(filter) else { return Ok((known, strangers)) };
    for problem in problems {
        match &problem {
            FilterProblem::Empty { .. } => return Err(usage(vec![problem])),
            FilterProblem::NoTool => {}
            FilterProblem::Unknown { field, value, .. } => {
                forget(&mut known, field, value);
                strangers.insert((field, value.clone()), problem);
            }
        }
    }
    Ok((known, strangers))
}

fn usage(problems: Vec<FilterProblem>) -> Failure {
    Failure::Usage(FilterError(problems).to_string())
}

fn forget(filter: &mut Filter, field: &str, value: &str) {
    let values = match field {
        "methods" => &mut filter.methods,
        "tags" => &mut filter.tags,
        _ => &mut filter.effects,
    };
    if let Some(values) = values {
        values.retain(|known| known != value);
    }
}
