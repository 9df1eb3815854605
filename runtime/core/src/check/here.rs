//! Where a value stands: `tables[0].name`. Written out only when something is wrong with it.

use std::fmt;

/// The way from the arguments to a value inside them.
#[derive(Debug, Clone, Copy)]
pub(super) enum Here<'w> {
    /// The arguments as a whole.
    Arguments,
    /// A field of an object.
    Field(&'w Self, &'w str),
    /// An item of an array.
    Item(&'w Self, usize),
}

impl<'w> Here<'w> {
    pub(super) fn field(&'w self, name: &'w str) -> Self {
        Self::Field(self, name)
    }

    pub(super) fn item(&'w self, place: usize) -> Self {
        Self::Item(self, place)
    }
}

impl fmt::Display for Here<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arguments => Ok(()),
            Self::Field(Self::Arguments, name) => f.write_str(name),
            Self::Field(object, name) => write!(f, "{object}.{name}"),
            Self::Item(array, place) => write!(f, "{array}[{place}]"),
        }
    }
}
