//! Checked arguments.

use crate::{Argument, wire};
use serde_json::{Map, Value};

/// Arguments that obey their tool's parameter table.
///
/// Only [`crate::Tool::check`] makes them, so taking a value out cannot fail.
#[derive(Debug)]
pub struct Args(Map<String, Value>);

impl Args {
    pub(crate) fn checked(arguments: Map<String, Value>) -> Self {
        Self(arguments)
    }

    pub(crate) fn into_map(self) -> Map<String, Value> {
        self.0
    }

    /// Takes the value of a parameter out. The type is the one its table entry stands for.
    pub fn take<T: Argument>(&mut self, name: &str) -> T {
        T::from_value(wire::take(&mut self.0, name))
    }

    /// Looks at the value of a parameter.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}
