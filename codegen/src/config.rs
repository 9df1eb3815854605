//! The public face: where documentation is, what of it is pressed, where the code goes.

use crate::diagnostic::{self, Diagnostics};
use crate::emit::{self, Style};
use crate::loaded::Loaded;
use crate::lower::{self, Selection};
use crate::model::Catalog;
use crate::source::{self, Documents, SourceFile};
use crate::{Code, Error, name, profile, validate};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

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
    denied: Denied,
}

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
        let loaded = config.load()?;
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
        found.allow(&allowed);
        found.deny(deny);
        if found.has_errors() {
            return Err(Error::Documentation { diagnostics: found.into_sorted(), sources });
        }
        Ok(Loaded { catalog, warnings: found.into_sorted(), sources })
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
        write_if_changed(&path, &text).map_err(|source| Error::Io { path, source })
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

impl Selection {
    /// Words that stand for nothing in any vendor.
    fn check(&self, vendors: &[source::records::Vendor]) -> Result<(), Error> {
        let slugs: Vec<_> = vendors.iter().map(|vendor| name::slug(vendor.label.as_str())).collect();
        // Words count for the vendors that are pressed.
        let vendors: Vec<_> =
            vendors.iter().filter(|vendor| self.vendor(&name::slug(vendor.label.as_str()))).collect();
        let tags = vendors.iter().flat_map(|vendor| &vendor.tags);
        let tags = tags.flat_map(|(name, tag)| [name].into_iter().chain(&tag.aliases));
        let methods = vendors.iter().flat_map(|vendor| &vendor.resources).flat_map(|(_, r)| &r.methods);
        let methods: Vec<_> = ["read", "write", "custom"]
            .into_iter()
            .map(str::to_owned)
            .chain(methods.map(|(name, _)| name.value.clone()))
            .collect();
        known("vendor", self.vendors.as_ref(), slugs)?;
        known("method", self.methods.as_ref(), methods)?;
        known("tag", self.tags.as_ref(), tags.map(|tag| tag.value.clone()).collect())?;
        let effects = ["read", "write", "destructive"].map(str::to_owned).to_vec();
        known("effect", self.effects.as_ref(), effects)
    }
}

fn known(what: &str, wanted: Option<&Vec<String>>, mut words: Vec<String>) -> Result<(), Error> {
    words.sort();
    words.dedup();
    for word in wanted.into_iter().flatten() {
        if !words.contains(word) {
            let near = name::nearest(word, words.iter().map(String::as_str));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let message = format!("no {what} is called `{word}`{near} There are: {}", words.join(", "));
            return Err(Error::Setting(message));
        }
    }
    match wanted {
        Some(wanted) if wanted.is_empty() => {
            Err(Error::Setting(format!("the list of {what}s to press is empty; leave it out to press all")))
        }
        _ => Ok(()),
    }
}

/// Speaks to cargo. Outside of a build script nobody listens.
fn announce(directive: &str) {
    #[expect(clippy::print_stdout, reason = "this is how a build script talks to cargo")]
    {
        println!("cargo::{directive}");
    }
}

fn write_if_changed(path: &Path, text: &str) -> io::Result<()> {
    if fs::read(path).is_ok_and(|there| there == text.as_bytes()) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}
