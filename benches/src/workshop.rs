//! Where synthetic crates are made and built: a workspace of its own below the target folder.
//!
//! For each size there is a library pressed from documentation and a server that links it. Both are built
//! with the profiles and the locked dependencies of the product.

use crate::report::say;
use crate::{process, synthetic};
use anyhow::{Context as _, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Sizes that are served and pressed.
pub const SIZES: [usize; 4] = [36, 300, 1_000, 3_000];
/// The small and the large list.
pub const SERVED: [usize; 2] = [36, 1_000];

/// The package of the server of the bundled catalogue.
const BUNDLED: &str = "bundled-server";
/// Of the programs, as the product has it. Floors keep the system's, as programs do that say nothing.
const ALLOCATOR: &str = "#[global_allocator]\n\
    static ALLOCATOR: toolpress_runtime::Allocator = toolpress_runtime::Allocator;\n\n";

/// The workspace.
#[derive(Debug)]
pub struct Workshop {
    folder: PathBuf,
    target: PathBuf,
}

/// How something is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// For trying out.
    Dev,
    /// For use.
    Release,
}

/// What a build took.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// CPU seconds of all processes.
    pub cpu: f64,
    /// Seconds by the clock.
    pub wall: f64,
}

impl Workshop {
    /// Makes the crates in the target folder, unless they are there already.
    ///
    /// # Errors
    /// If files cannot be written.
    pub fn open() -> anyhow::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("no parent folder")?;
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        // The product's own target folder: what it needs is mostly built there already.
        let target = std::path::absolute(target)?;
        let workshop = Self { folder: target.join("benches"), target };
        let mut members = vec![format!("\"{BUNDLED}\"")];
        members.extend(
            SIZES
                .iter()
                .flat_map(|size| [format!("\"synth-tools-{size}\""), format!("\"synth-server-{size}\"")]),
        );
        let manifest = format!(
            "[workspace]\nresolver = \"3\"\nmembers = [{}]\n\n{}",
            members.join(", "),
            profiles(&fs::read_to_string(root.join("Cargo.toml"))?)
        );
        workshop.put("Cargo.toml", &manifest)?;
        let locked = fs::read_to_string(root.join("Cargo.lock"))?;
        // Cargo adds the packages of the workshop to its own copy, so what that was made of is kept beside it.
        if fs::read_to_string(workshop.folder.join("product.lock")).ok().as_ref() != Some(&locked) {
            workshop.put("Cargo.lock", &locked)?;
            workshop.put("product.lock", &locked)?;
        }
        for size in SIZES {
            workshop.tools(size, root)?;
            let tools = format!("synth-tools-{size}");
            let dependency = format!("{tools} = {{ path = \"../{tools}\" }}");
            let krate = tools.replace('-', "_");
            workshop.server(&format!("synth-server-{size}"), &dependency, &krate, root)?;
            // A program of its own, so that the small servers do not carry the control plane and its store.
            let product = format!(
                "{ALLOCATOR}fn main() -> std::process::ExitCode {{\n    \
                 toolpress_runtime::cli::run(&{krate}::CATALOG, Vec::new)\n}}\n"
            );
            workshop.put(&format!("synth-server-{size}/src/bin/synth-product-{size}.rs"), &product)?;
        }
        let bundled = format!("toolpress-generated = {{ path = \"{}/generated\" }}", root.display());
        workshop.server(BUNDLED, &bundled, "toolpress_generated", root)?;
        Ok(workshop)
    }

    /// Builds a server of this many synthetic tools in release and gives its path.
    ///
    /// # Errors
    /// If it cannot be built.
    pub fn server_program(&self, size: usize) -> anyhow::Result<PathBuf> {
        let name = format!("synth-server-{size}");
        self.program(&name, &name)
    }

    /// Builds the whole command for a synthetic vendor of this many tools in release and gives its path.
    ///
    /// # Errors
    /// If it cannot be built.
    pub fn product_program(&self, size: usize) -> anyhow::Result<PathBuf> {
        self.program(&format!("synth-server-{size}"), &format!("synth-product-{size}"))
    }

    /// Builds a server of the bundled catalogue's first vendor in release and gives its path.
    ///
    /// # Errors
    /// If it cannot be built.
    pub fn bundled_program(&self) -> anyhow::Result<PathBuf> {
        self.program(BUNDLED, BUNDLED)
    }

    fn program(&self, package: &str, program: &str) -> anyhow::Result<PathBuf> {
        say(&format!("building {program}"));
        self.cargo(Profile::Release, &["--package", package, "--bin", program])?;
        Ok(self.target.join("release").join(program))
    }

    /// Builds a package and what it needs.
    ///
    /// # Errors
    /// If it cannot be built.
    pub fn build(&self, package: &str, profile: Profile) -> anyhow::Result<Cost> {
        self.cargo(profile, &["--package", package])
    }

    fn cargo(&self, profile: Profile, what: &[&str]) -> anyhow::Result<Cost> {
        let mut command = Command::new("cargo");
        command.args(["build", "--quiet"]).args(what).arg("--target-dir").arg(&self.target);
        command.current_dir(&self.folder).env("CARGO_INCREMENTAL", "0");
        if profile == Profile::Release {
            command.arg("--release");
        }
        timed(command)
    }

    /// Compiles the pressed crate alone: everything it needs is built, its build script has run.
    ///
    /// # Errors
    /// If it cannot be built.
    pub fn compile(&self, size: usize, profile: Profile) -> anyhow::Result<Cost> {
        let package = format!("synth-tools-{size}");
        self.build(&package, profile)?;
        let source = self.folder.join(&package).join("src/lib.rs");
        fs::File::options().append(true).open(source)?.set_modified(std::time::SystemTime::now())?;
        self.build(&package, profile)
    }

    /// Runs the build script of a pressed crate, as cargo does.
    ///
    /// # Errors
    /// If it has not been built or fails.
    pub fn press(&self, size: usize, profile: Profile) -> anyhow::Result<Cost> {
        let package = format!("synth-tools-{size}");
        let name = if profile == Profile::Dev { "debug" } else { "release" };
        let script = newest_script(&self.target.join(name).join("build"), &package)?;
        let out = self.folder.join("out");
        let _ = fs::remove_dir_all(&out);
        fs::create_dir_all(&out)?;
        let mut command = Command::new(script);
        command.current_dir(self.folder.join(package)).env("OUT_DIR", out);
        timed(command)
    }

    /// Where the documentation of a size is.
    pub fn schemas(&self, size: usize) -> PathBuf {
        self.folder.join(format!("synth-tools-{size}/schemas"))
    }

    /// A file for whatever a benchmark wants to keep.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn tools(&self, size: usize, root: &Path) -> anyhow::Result<()> {
        let name = format!("synth-tools-{size}");
        let root = root.display();
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
             [dependencies]\ntoolpress-core = {{ path = \"{root}/runtime/core\" }}\n\n\
             [build-dependencies]\ntoolpress-codegen = {{ path = \"{root}/codegen\" }}\n"
        );
        self.put(&format!("{name}/Cargo.toml"), &manifest)?;
        for (file, text) in synthetic::files(size) {
            self.put(&format!("{name}/schemas/{file}"), &text)?;
        }
        let script = "fn main() -> Result<(), toolpress_codegen::Error> {\n    \
                      toolpress_codegen::Config::new(\"schemas\").compile()\n}\n";
        self.put(&format!("{name}/build.rs"), script)?;
        let library = "include!(concat!(env!(\"OUT_DIR\"), \"/catalog.rs\"));\n";
        self.put(&format!("{name}/src/lib.rs"), library)?;
        Ok(())
    }

    fn server(&self, name: &str, catalog: &str, krate: &str, root: &Path) -> anyhow::Result<()> {
        let root = root.display();
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
             [dependencies]\n{catalog}\n\
             toolpress-core = {{ path = \"{root}/runtime/core\" }}\n\
             toolpress-runtime = {{ path = \"{root}/runtime\", default-features = false }}\n\
             tokio = \"1\"\n"
        );
        self.put(&format!("{name}/Cargo.toml"), &manifest)?;
        self.put(&format!("{name}/src/server.rs"), include_str!("server.rs"))?;
        let program = format!(
            "mod server;\n\n{ALLOCATOR}fn main() -> std::process::ExitCode {{\n    server::main(&{krate}::CATALOG)\n}}\n"
        );
        self.put(&format!("{name}/src/main.rs"), &program)?;
        Ok(())
    }

    /// Writes a file unless it is there already, so that cargo builds no more than it must.
    fn put(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let path = self.folder.join(name);
        if fs::read(&path).is_ok_and(|there| there == text.as_bytes()) {
            return Ok(());
        }
        fs::create_dir_all(path.parent().context("no folder")?)?;
        Ok(fs::write(path, text)?)
    }
}

/// The profiles of the product's manifest, without those of single packages.
fn profiles(manifest: &str) -> String {
    let mut kept = String::new();
    let mut inside = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = matches!(line, "[profile.release]" | "[profile.dev]");
        }
        if inside {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

fn newest_script(folder: &Path, package: &str) -> anyhow::Result<PathBuf> {
    let scripts = fs::read_dir(folder)?.flatten().filter(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name.strip_prefix(package).is_some_and(|rest| rest.starts_with('-'))
    });
    let scripts = scripts.map(|entry| entry.path().join("build-script-build")).filter(|path| path.is_file());
    let newest = scripts.max_by_key(|path| path.metadata().and_then(|data| data.modified()).ok());
    newest.with_context(|| format!("no build script of {package} in {}", folder.display()))
}

fn timed(mut command: Command) -> anyhow::Result<Cost> {
    command.stdout(Stdio::null());
    let (cpu, start) = (process::children_cpu()?, Instant::now());
    let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
    ensure!(status.success(), "{command:?} failed");
    Ok(Cost { cpu: process::children_cpu()? - cpu, wall: start.elapsed().as_secs_f64() })
}
