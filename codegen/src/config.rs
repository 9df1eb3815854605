//! The public face: where documentation is, what of it is pressed, where the code goes.

use crate::diagnostic::{self, Diagnostics};
use crate::emit::{self, Style};
use crate::loaded::Loaded;
use crate::lower::{self, Selection};
use crate::model::Catalog;
use crate::source::{self, Documents, SourceFile, write_if_changed};
use crate::{Code, Error, Lock, lock, profile, validate};
use std::path::PathBuf;
use std::{env, io};

/// Presses a folder of documentation.
///
/// ```no_run
/// # fn main() -> Result<(), toolpress_codegen::Error> {
/// toolpress_codegen::Config::new("schemas").methods(["read"]).compile()
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Config {
    schemas: PathBuf,
    out_dir: Option<PathBuf>,
    file_name: String,
    core_path: String,
    example_path: Option<String>,
    selection: Selection,
    environment: Option<String>,
    lock: Option<PathBuf>,
    denied: Denied,
}

/// Set to `update`, it lets a build script write the lock.
const UPDATE: &str = "TOOLPRESS_LOCK";

/// The warnings that are errors, and those that are known and let be.
#[derive(Debug, Clone, Default)]
struct Denied {
    all: bool,
    codes: Vec<String>,
    allowed: Vec<String>,
}

impl Config {
    /// Documentation in this folder: one folder per vendor, each with a `vendor.yaml`.
    pub fn new(schemas: impl Into<PathBuf>) -> Self {
        Self {
            schemas: schemas.into(),
            out_dir: None,
            file_name: "catalog.rs".to_owned(),
            core_path: "::toolpress_core".to_owned(),
            example_path: None,
            selection: Selection::default(),
            environment: None,
            lock: None,
            denied: Denied::default(),
        }
    }

    /// Where the code goes; `OUT_DIR` if not set.
    ///
    /// ```
    /// toolpress_codegen::Config::new("schemas").out_dir("target/preview");
    /// ```
    pub fn out_dir(&mut self, folder: impl Into<PathBuf>) -> &mut Self {
        self.out_dir = Some(folder.into());
        self
    }

    /// Name of the file that is written; `catalog.rs` if not set.
    ///
    /// ```
    /// toolpress_codegen::Config::new("schemas").file_name("tools.rs");
    /// ```
    pub fn file_name(&mut self, name: impl Into<String>) -> &mut Self {
        self.file_name = name.into();
        self
    }

    /// The path at which pressed code finds the core crate, for crates that re-export it.
    ///
    /// ```
    /// toolpress_codegen::Config::new("schemas").core_path("::my_server::toolpress_core");
    /// ```
    pub fn core_path(&mut self, path: impl Into<String>) -> &mut Self {
        self.core_path = path.into();
        self
    }

    /// The path at which pressed code will be found. When set, the documentation of each tool shows an
    /// example, which is also a test.
    ///
    /// ```
    /// toolpress_codegen::Config::new("schemas").example_path("my_tools");
    /// ```
    pub fn example_path(&mut self, path: impl Into<String>) -> &mut Self {
        self.example_path = Some(path.into());
        self
    }

    /// Presses only these vendors, named in snake case.
    ///
    /// ```
    /// toolpress_codegen::Config::new("schemas").vendors(["acme"]);
    /// ```
    pub fn vendors<S: Into<String>>(&mut self, slugs: impl IntoIterator<Item = S>) -> &mut Self {
        self.selection.vendors = Some(slugs.into_iter().map(Into::into).collect());
        self
    }

    /// Presses only these methods: groups `read` (list, get), `write` (create, update, delete), `custom`
    /// (all others), or names.
    ///
    /// ```
    /// toolpress_codegen::Config::new("schemas").methods(["read", "cancel"]);
    /// ```
    pub fn methods<S: Into<String>>(&mut self, methods: impl IntoIterator<Item = S>) -> &mut Self {
        self.selection.methods = Some(methods.into_iter().map(Into::into).collect());
        self
    }

    /// Presses only tools with one of these tags.
    ///
    /// ```
    /// toolpress_codegen::Config::new("schemas").tags(["billing"]);
    /// ```
    pub fn tags<S: Into<String>>(&mut self, tags: impl IntoIterator<Item = S>) -> &mut Self {
        self.selection.tags = Some(tags.into_iter().map(Into::into).collect());
        self
    }

    /// Presses only tools with these effects: `read`, `write`, `destructive`.
    ///
    /// ```
    /// toolpress_codegen::Config::new("schemas").effects(["read"]);
    /// ```
    pub fn effects<S: Into<String>>(&mut self, effects: impl IntoIterator<Item = S>) -> &mut Self {
        self.selection.effects = Some(effects.into_iter().map(Into::into).collect());
        self
    }

    /// Lets whoever builds narrow the press by `<PREFIX>_VENDORS`, `_METHODS`, `_TAGS` and `_EFFECTS`:
    /// words parted by commas. A variable that is set wins over the setting made here.
    ///
    /// ```
    /// toolpress_codegen::Config::new("schemas").environment("ACME_BUILD");
    /// ```
    pub fn environment(&mut self, prefix: impl Into<String>) -> &mut Self {
        self.environment = Some(prefix.into());
        self
    }

    /// Holds the documentation, whatever is filtered out, against a lock: the names and required parameters
    /// that are promised. What breaks a promise is an error, what is new a warning. `TOOLPRESS_LOCK=update`
    /// writes the lock anew; without that variable the press never writes it.
    ///
    /// ```
    /// toolpress_codegen::Config::new("schemas").lock("toolpress.lock");
    /// ```
    pub fn lock(&mut self, path: impl Into<PathBuf>) -> &mut Self {
        self.lock = Some(path.into());
        self
    }

    /// Makes errors of all warnings.
    ///
    /// ```
    /// toolpress_codegen::Config::new("schemas").deny_warnings(true);
    /// ```
    pub fn deny_warnings(&mut self, deny: bool) -> &mut Self {
        self.denied.all = deny;
        self
    }

    /// Makes errors of the warnings with these codes.
    ///
    /// ```
    /// toolpress_codegen::Config::new("schemas").deny(["undocumented", "no-example"]);
    /// ```
    pub fn deny<S: Into<String>>(&mut self, codes: impl IntoIterator<Item = S>) -> &mut Self {
        self.denied.codes.extend(codes.into_iter().map(Into::into));
        self
    }

    /// Says nothing of warnings with these codes, however they stand to [`Config::deny_warnings`].
    ///
    /// ```
    /// toolpress_codegen::Config::new("schemas").allow(["long-name"]);
    /// ```
    pub fn allow<S: Into<String>>(&mut self, codes: impl IntoIterator<Item = S>) -> &mut Self {
        self.denied.allowed.extend(codes.into_iter().map(Into::into));
        self
    }

    /// Reads, checks, lowers and writes: all a build script has to do.
    ///
    /// Tells cargo what to watch, and prints warnings through it.
    ///
    /// # Errors
    /// See [`Error`]. Returned from a build script's `main`, it shows every problem with its place.
    pub fn compile(&self) -> Result<(), Error> {
        let mut config = self.clone();
        announce(&format!("rerun-if-changed={}", self.schemas.display()));
        config.read_environment()?;
        let update = config.lock_to_update()?;
        let loaded = config.load()?;
        if let Some(path) = update {
            loaded.lock.write(&path)?;
        }
        for warning in &loaded.warnings {
            announce(&format!("warning={}", diagnostic::short(warning, &loaded.sources)));
        }
        config.write(&loaded.catalog)
    }

    /// Reads, checks and lowers, for those who want to look before anything is written.
    ///
    /// # Errors
    /// Errors in the documentation, files that cannot be read, settings that make no sense.
    pub fn load(&self) -> Result<Loaded, Error> {
        // A setting that cannot be meant is told before anything is read.
        self.denied_codes()?;
        let io_error = |source: io::Error| Error::Io { path: self.schemas.clone(), source };
        self.load_texts(source::read_folder(&self.schemas).map_err(io_error)?)
    }

    /// Like [`Config::load`], with files that are in memory: an editor's, or a test's. Their paths are
    /// `vendor/file.yaml`, with whatever stands before that.
    ///
    /// # Errors
    /// Errors in the documentation, settings that make no sense.
    pub fn load_texts(&self, texts: impl IntoIterator<Item = SourceFile>) -> Result<Loaded, Error> {
        let (denied, allowed) = self.denied_codes()?;
        let mut found = Diagnostics::default();
        let Documents { sources, vendors } = source::load(texts, &mut found);
        validate::validate(&vendors, &mut found);
        let deny = |code| self.denied.all || denied.contains(&code);
        if found.has_errors() {
            found.allow(&allowed);
            found.deny(deny);
            return Err(Error::Documentation { diagnostics: found.into_sorted(), sources });
        }
        self.selection.check(&vendors)?;
        let catalog = lower::lower(&vendors, &sources, &self.selection);
        if catalog.vendors.is_empty() {
            let message = if vendors.is_empty() {
                format!("{}: no folder with a vendor.yaml in it", self.schemas.display())
            } else {
                "no tool is left: vendors, methods, tags and effects must all agree on one at least"
                    .to_owned()
            };
            return Err(Error::Setting(message));
        }
        profile::check(&catalog, &vendors, &mut found);
        let promised = if self.selection == Selection::default() {
            Lock::of(&catalog)
        } else {
            Lock::of(&lower::lower(&vendors, &sources, &Selection::default()))
        };
        if let Some(path) = &self.lock {
            lock::check(Lock::read(path)?.as_ref(), &promised, &vendors, &mut found);
        }
        found.allow(&allowed);
        found.deny(deny);
        if found.has_errors() {
            return Err(Error::Documentation { diagnostics: found.into_sorted(), sources });
        }
        Ok(Loaded { catalog, lock: promised, warnings: found.into_sorted(), sources })
    }

    /// The codes that are denied, and those that are allowed.
    fn denied_codes(&self) -> Result<(Vec<Code>, Vec<Code>), Error> {
        let parse = |names: &[String]| names.iter().map(|code| code.parse()).collect::<Result<_, Error>>();
        Ok((parse(&self.denied.codes)?, parse(&self.denied.allowed)?))
    }

    /// The code of a catalogue.
    ///
    /// # Errors
    /// If the path of the core crate is no path.
    pub fn generate(&self, catalog: &Catalog) -> Result<String, Error> {
        let core = self
            .core_path
            .parse()
            .map_err(|_| Error::Setting(format!("`{}` is not the path of a crate", self.core_path)))?;
        Ok(emit::catalog(catalog, &Style { core, example_path: self.example_path.clone() }))
    }

    /// Writes the code of a catalogue, unless it is there already.
    ///
    /// # Errors
    /// If there is no folder to write to, or it cannot be written.
    pub fn write(&self, catalog: &Catalog) -> Result<(), Error> {
        let folder = match (&self.out_dir, env::var_os("OUT_DIR")) {
            (Some(folder), _) => folder.clone(),
            (None, Some(folder)) => PathBuf::from(folder),
            (None, None) => {
                return Err(Error::Setting(
                    "OUT_DIR is not set; outside of a build script, set out_dir".to_owned(),
                ));
            }
        };
        let path = folder.join(&self.file_name);
        let text = self.generate(catalog)?;
        write_if_changed(&path, &text).map(|_| ()).map_err(|source| Error::Io { path, source })
    }

    /// The lock that is to be written anew, which is then not compared with.
    fn lock_to_update(&mut self) -> Result<Option<PathBuf>, Error> {
        let Some(path) = &self.lock else { return Ok(None) };
        announce(&format!("rerun-if-changed={}", path.display()));
        announce(&format!("rerun-if-env-changed={UPDATE}"));
        match env::var(UPDATE).unwrap_or_default().as_str() {
            "" => Ok(None),
            "update" => Ok(self.lock.take()),
            other => Err(Error::Setting(format!("{UPDATE} can only be `update`, not `{other}`"))),
        }
    }

    fn read_environment(&mut self) -> Result<(), Error> {
        let Some(prefix) = &self.environment else { return Ok(()) };
        let Selection { vendors, methods, tags, effects } = &mut self.selection;
        for (part, setting) in
            [("VENDORS", vendors), ("METHODS", methods), ("TAGS", tags), ("EFFECTS", effects)]
        {
            let variable = format!("{prefix}_{part}");
            announce(&format!("rerun-if-env-changed={variable}"));
            let Ok(value) = env::var(&variable) else { continue };
            let words: Vec<_> =
                value.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect();
            if words.is_empty() {
                let message =
                    format!("{variable} is empty; unset it to press everything, or name some words");
                return Err(Error::Setting(message));
            }
            *setting = Some(words);
        }
        Ok(())
    }
}

/// Speaks to cargo. Outside of a build script nobody listens.
fn announce(directive: &str) {
    #[expect(clippy::print_stdout, reason = "this is how a build script talks to cargo")]
    {
        println!("cargo::{directive}");
    }
}
