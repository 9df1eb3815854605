//! Any text as documentation: it is pressed, or every problem is shown with its place.
//!
//! A line `# file: name` begins a file, as in the fixtures of `codegen/tests/defects`; the files of a small
//! sound vendor stand in for those that are not given.
#![no_main]

use libfuzzer_sys::fuzz_target;
use toolpress_codegen::{Config, Error, SourceFile, diagnostic};

const SOUND: [(&str, &str); 3] = [
    (
        "vendor.yaml",
        "label: Acme\nauth: { bearer: token }\ncredentials: { token: { help: Console } }\ntags: { things: { description: Things. } }\nresources:\n  things: { tags: [things], path: /things, methods: { list: GET, get: \"GET /{id}\", create: POST } }\n",
    ),
    (
        "things.yaml",
        "list: { description: Lists the things. }\nget: { description: Gets one thing., path: { id: { type: string } } }\ncreate: { description: Makes a thing. }\n",
    ),
    ("types.yaml", "Name: { type: string, description: What it is called. }\n"),
];

fuzz_target!(|text: &str| {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("# file: ") {
            Some(name) => files.push((name.trim().to_owned(), line.to_owned())),
            None => match files.last_mut() {
                Some((_, text)) => text.push_str(line),
                None => files.push((SOUND[0].0.to_owned(), line.to_owned())),
            },
        }
    }
    for (name, text) in SOUND {
        if files.iter().all(|(given, _)| given != name) {
            files.push((name.to_owned(), text.to_owned()));
        }
    }
    let files = files.into_iter().map(|(name, text)| SourceFile { path: format!("schemas/acme/{name}"), text });
    let config = Config::new("schemas");
    match config.load_texts(files) {
        Ok(loaded) => {
            for warning in &loaded.warnings {
                let _ = diagnostic::render(warning, &loaded.sources);
            }
            let code = config.generate(&loaded.catalog).expect("sound documentation is pressed");
            assert!(!code.is_empty());
        }
        Err(error @ Error::Documentation { .. }) => assert!(!error.render().is_empty()),
        Err(Error::Setting(_)) => {}
        Err(Error::Io { .. }) => unreachable!("nothing is read"),
    }
});
