//! Documented ways through several tools, served as prompts.

use crate::{Mask, Vendor};

/// A way through several tools.
#[derive(Debug)]
pub struct Workflow {
    /// Its name.
    pub name: &'static str,
    /// The name a person reads.
    pub title: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// What it is started with.
    pub arguments: &'static [WorkflowArgument],
    /// The text of the prompt.
    pub text: &'static [PromptPart],
    /// Places in [`Vendor::tools`] of the tools it calls.
    pub needs: &'static [u16],
}

/// What a workflow is started with: always text.
#[derive(Debug)]
pub struct WorkflowArgument {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub description: &'static str,
    /// Must be given.
    pub required: bool,
}

/// A part of a prompt's text.
#[derive(Debug)]
pub enum PromptPart {
    /// As it stands.
    Text(&'static str),
    /// The value of an argument.
    Argument(&'static str),
}

impl Workflow {
    /// The prompt, with the arguments filled in; what was not given stays as `<name>`, for a model to ask.
    pub fn render<'v>(&self, argument: impl Fn(&str) -> Option<&'v str>) -> String {
        let mut text = String::new();
        for part in self.text {
            match part {
                PromptPart::Text(part) => text.push_str(part),
                PromptPart::Argument(name) => match argument(name) {
                    Some(value) => text.push_str(value),
                    None => text.extend(["<", name, ">"]),
                },
            }
        }
        text
    }
}

impl Vendor {
    /// The workflows whose tools are all inside the mask, in order of their names.
    pub fn visible_workflows<'m>(&self, mask: &'m Mask) -> impl Iterator<Item = &'static Workflow> + use<'m> {
        let fits = |workflow: &&Workflow| workflow.needs.iter().all(|place| mask.has(usize::from(*place)));
        self.workflows.iter().filter(fits)
    }
}
