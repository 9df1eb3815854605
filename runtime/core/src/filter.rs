//! Which tools a server shows: filters by method, tag and effect, and the masks they become.

use crate::{Effect, Vendor, nearest};
use std::fmt;

/// A set of tools of one vendor: one bit for each place in [`Vendor::tools`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mask(Box<[u64]>);

impl Mask {
    /// All tools of a vendor.
    pub fn all(vendor: &Vendor) -> Self {
        let mut mask = Self::none(vendor);
        (0..vendor.tools.len()).for_each(|place| mask.insert(place));
        mask
    }

    fn none(vendor: &Vendor) -> Self {
        Self(vec![0; vendor.tools.len().div_ceil(64)].into())
    }

    fn insert(&mut self, place: usize) {
        self.0[place / 64] |= 1 << (place % 64);
    }

    fn unite(&mut self, words: &[u64]) {
        self.0.iter_mut().zip(words).for_each(|(word, more)| *word |= more);
    }

    fn intersect(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, kept)| *word &= kept);
    }

    /// Whether the tool at this place is in the set.
    pub fn has(&self, place: usize) -> bool {
        self.0.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    /// How many tools are in the set.
    pub fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }
}

/// What a server is limited to. An absent part limits nothing; the parts that are present must all agree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Groups `read` (list, get), `write` (create, update, delete), `custom` (all others), or method names.
    pub methods: Option<Vec<String>>,
    /// Tags or their aliases; a tool needs one of them.
    pub tags: Option<Vec<String>>,
    /// Allowed effects: `read`, `write`, `destructive`.
    pub effects: Option<Vec<String>>,
}

/// Why a filter cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError(pub Vec<FilterProblem>);

/// One thing wrong with a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilterProblem {
    /// A list is there but empty.
    Empty {
        /// `methods`, `tags` or `effects`.
        field: &'static str,
        /// What could stand in it.
        valid: Vec<&'static str>,
    },
    /// A value means nothing.
    Unknown {
        /// `methods`, `tags` or `effects`.
        field: &'static str,
        /// The value.
        value: String,
        /// The nearest valid value.
        nearest: Option<&'static str>,
        /// All valid values.
        valid: Vec<&'static str>,
    },
    /// Every value is known, yet no tool fits.
    NoTool,
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, problem) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for FilterError {}

impl fmt::Display for FilterProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty { field, valid } => {
                write!(
                    f,
                    "`{field}` is empty; leave it out to allow all, or name some of: {}",
                    valid.join(", ")
                )
            }
            Self::Unknown { field, value, nearest, valid } => {
                write!(f, "`{field}` has no value `{value}`")?;
                if let Some(nearest) = nearest {
                    write!(f, "; did you mean `{nearest}`?")?;
                }
                write!(f, " Valid: {}", valid.join(", "))
            }
            Self::NoTool => {
                f.write_str("no tool is left: methods, tags and effects must all agree on one at least")
            }
        }
    }
}

const READ: &[&str] = &["list", "get"];
const WRITE: &[&str] = &["create", "update", "delete"];
const GROUPS: &[&str] = &["read", "write", "custom"];

impl Vendor {
    /// The tools that a filter allows.
    ///
    /// # Errors
    /// Empty lists, unknown values (with the nearest and all valid ones), or a filter that leaves no tool.
    pub fn select(&self, filter: &Filter) -> Result<Mask, FilterError> {
        let mut problems = Vec::new();
        let mut mask = Mask::all(self);
        let mut narrow =
            |field, values: &Option<Vec<String>>, valid: Vec<&'static str>, words: &Lookup<'_>| {
                let Some(values) = values else { return };
                if values.is_empty() {
                    problems.push(FilterProblem::Empty { field, valid });
                    return;
                }
                let mut allowed = Mask::none(self);
                for value in values {
                    if !words(value, &mut allowed) {
                        let nearest = nearest(value, valid.iter().copied());
                        let valid = valid.clone();
                        problems.push(FilterProblem::Unknown { field, value: value.clone(), nearest, valid });
                    }
                }
                mask.intersect(&allowed);
            };
        let methods = GROUPS.iter().copied().chain(self.methods.iter().map(|(name, _)| *name)).collect();
        narrow("methods", &filter.methods, methods, &|value, allowed| self.add_methods(value, allowed));
        let tags = self.tags.iter().map(|tag| tag.name).collect();
        narrow("tags", &filter.tags, tags, &|value, allowed| self.add_tag(value, allowed));
        let effects = Effect::ALL.map(Effect::as_str).to_vec();
        narrow("effects", &filter.effects, effects, &|value, allowed| self.add_effect(value, allowed));
        if problems.is_empty() && mask.count() == 0 {
            problems.push(FilterProblem::NoTool);
        }
        if problems.is_empty() { Ok(mask) } else { Err(FilterError(problems)) }
    }

    /// The tools that a filter allows, where unknown words and empty lists allow none. For filters that
    /// were sound when they were stored, read by a catalogue that may have changed since.
    pub fn select_known(&self, filter: &Filter) -> Mask {
        let mut mask = Mask::all(self);
        let mut narrow = |values: &Option<Vec<String>>, words: &Lookup<'_>| {
            let Some(values) = values else { return };
            let mut allowed = Mask::none(self);
            for value in values {
                words(value, &mut allowed);
            }
            mask.intersect(&allowed);
        };
        narrow(&filter.methods, &|value, allowed| self.add_methods(value, allowed));
        narrow(&filter.tags, &|value, allowed| self.add_tag(value, allowed));
        narrow(&filter.effects, &|value, allowed| self.add_effect(value, allowed));
        mask
    }

    fn add_methods(&self, value: &str, allowed: &mut Mask) -> bool {
        let group = |name: &str| match value {
            "read" => READ.contains(&name),
            "write" => WRITE.contains(&name),
            "custom" => !READ.contains(&name) && !WRITE.contains(&name),
            _ => name == value,
        };
        let mut found = GROUPS.contains(&value);
        for (name, words) in self.methods.iter().filter(|(name, _)| group(name)) {
            debug_assert!(!name.is_empty());
            allowed.unite(words);
            found = true;
        }
        found
    }

    fn add_tag(&self, value: &str, allowed: &mut Mask) -> bool {
        let tag = self.tags.iter().find(|tag| tag.name == value || tag.aliases.contains(&value));
        tag.inspect(|tag| allowed.unite(tag.mask)).is_some()
    }

    fn add_effect(&self, value: &str, allowed: &mut Mask) -> bool {
        let Some(effect) = Effect::ALL.into_iter().find(|effect| effect.as_str() == value) else {
            return false;
        };
        for (place, _) in self.tools.iter().enumerate().filter(|(_, tool)| tool.effect == effect) {
            allowed.insert(place);
        }
        true
    }
}

type Lookup<'v> = dyn Fn(&str, &mut Mask) -> bool + 'v;
