//! `explain`: what a code means.

use crate::{Failure, print};
use clap::Args;
use toolpress_codegen::Code;

/// Explains a code: what it means, why it matters, what is wrong and right
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo toolpress explain                all codes, a line each
  cargo toolpress explain key-alphabet")]
pub(crate) struct Explain {
    /// The code in the brackets of `error[…]` or `warning[…]`; without one all are listed
    code: Option<String>,
}

impl Explain {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let Some(code) = self.code else {
            let line = |code: &Code| {
                format!("{:7}  {:24}  {}\n", code.level().to_string(), code.as_str(), code.title())
            };
            print(&Code::ALL.iter().map(line).collect::<String>());
            return Ok(());
        };
        let code: Code = code.parse()?;
        print(&format!("{}[{code}]: {}\n\n{}\n", code.level(), code.title(), code.explanation()));
        Ok(())
    }
}
