//! Pressing documentation and compiling what was pressed, as catalogues grow.

use crate::pairs::median;
use crate::report::{Figure, Goal};
use crate::workshop::{Cost, Profile, SIZES, Workshop};

const REPEATS: usize = 3;

/// Measures all sizes; goals are for 1,000 tools.
///
/// # Errors
/// If something cannot be built.
pub fn measure(workshop: &Workshop) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for size in SIZES {
        let goal = |bound| if size == 1_000 { Goal::AtMost(bound) } else { Goal::None };
        for (profile, name, bound) in [(Profile::Dev, "dev", 5.0), (Profile::Release, "release", 10.0)] {
            let compiled = repeat(|| workshop.compile(size, profile))?;
            figures.push(Figure::alone(
                format!("compile {size} pressed tools, {name}"),
                "CPU s",
                compiled,
                goal(bound),
            ));
            let pressed = repeat(|| workshop.press(size, profile))?;
            let name = format!("press {size} tools, build script of {name}");
            figures.push(Figure::alone(name, "CPU s", pressed, goal(1.0)));
        }
    }
    Ok(figures)
}

fn repeat(mut run: impl FnMut() -> anyhow::Result<Cost>) -> anyhow::Result<f64> {
    let costs = (0..REPEATS).map(|_| run()).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(median(costs.iter().map(|cost| cost.cpu)))
}
