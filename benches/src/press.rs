//! Pressing documentation and compiling what was pressed, as catalogues grow.
//!
//! Pressing is measured twice: optimised, as the library works, and in a build script, which cargo does
//! not optimise unless it is told to.

use crate::pairs::median;
use crate::process;
use crate::report::{Figure, Goal, Report, say};
use crate::workshop::{Profile, SIZES, Workshop};

/// The largest takes minutes and varies little.
fn repeats(size: usize) -> usize {
    if size > 1_000 { 1 } else { 3 }
}

/// Measures all sizes; goals are for 1,000 tools.
///
/// # Errors
/// If something cannot be built.
pub fn measure(workshop: &Workshop, report: &mut Report) -> anyhow::Result<()> {
    for size in SIZES {
        let goal = |bound| if size == 1_000 { Goal::AtMost(bound) } else { Goal::None };
        say(&format!("pressing {size} tools"));
        let pressed = repeat(repeats(size), || optimised(workshop, size))?;
        report.add([Figure::alone(format!("press {size} tools, optimised"), "CPU s", pressed, goal(1.0))])?;
        for (profile, name, bound) in [(Profile::Dev, "dev", 5.0), (Profile::Release, "release", 10.0)] {
            say(&format!("compiling {size} pressed tools, {name}, and what they need"));
            let compiled = repeat(repeats(size), || Ok(workshop.compile(size, profile)?.cpu))?;
            let name = format!("compile {size} pressed tools, {name}");
            report.add([Figure::alone(name, "CPU s", compiled, goal(bound))])?;
            if profile == Profile::Dev {
                let pressed = repeat(repeats(size), || Ok(workshop.press(size, profile)?.cpu))?;
                let name = format!("press {size} tools, in a build script");
                report.add([Figure::alone(name, "CPU s", pressed, Goal::None)])?;
            }
        }
    }
    Ok(())
}

/// CPU seconds of the press in this very program.
fn optimised(workshop: &Workshop, size: usize) -> anyhow::Result<f64> {
    let config = toolpress_codegen::Config::new(workshop.schemas(size));
    let start = process::own_cpu()?;
    let loaded = config.load()?;
    let code = config.generate(&loaded.catalog)?;
    anyhow::ensure!(code.len() > size, "nothing was pressed");
    Ok(process::own_cpu()? - start)
}

fn repeat(times: usize, mut run: impl FnMut() -> anyhow::Result<f64>) -> anyhow::Result<f64> {
    let costs = (0..times).map(|_| run()).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(median(costs.into_iter()))
}
