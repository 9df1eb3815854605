//! Documentation that means harm: it is refused with a report, quickly, and nothing outside its folder is
//! looked at.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use toolpress_codegen::Config;

const VENDOR: &str = "label: Acme
base_url: https://api.acme.example
auth: { bearer: token }
credentials: { token: { help: Console } }
tags: { things: { description: Things. } }
resources:
  things: { tags: [things], path: /things, methods: { list: GET } }
";
const THINGS: &str = r#"list: { description: "Lists the things, newest first.", returns: { type: object, properties: {} } }
"#;

/// What is said about a vendor with this `things.yaml`; `None` if it is taken.
fn refused(things: &str) -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let vendor = folder.path().join("acme");
    fs::create_dir_all(&vendor).expect("a folder for the vendor");
    fs::write(vendor.join("vendor.yaml"), VENDOR).expect("written");
    fs::write(vendor.join("things.yaml"), things).expect("written");
    load(folder.path())
}

fn load(folder: &Path) -> Option<String> {
    Config::new(folder).load().err().map(|error| error.render())
}

#[test]
fn the_vendor_is_sound_without_harm() {
    assert_eq!(refused(THINGS), None);
}

#[test]
fn security_b8_references_lead_nowhere_outside_the_documentation() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a listener that does not wait");
    let folder = tempfile::tempdir().expect("a folder");
    let secret = folder.path().join("secret.yaml");
    fs::write(&secret, "Thing: { type: object, description: canary-of-another-file }\n").expect("written");
    let address = listener.local_addr().expect("its address");
    for target in [
        format!("http://{address}/types.yaml#/Thing"),
        format!("//{address}/Thing"),
        format!("file://{}#/Thing", secret.display()),
        format!("{}#/Thing", secret.display()),
        "../../../../../../etc/passwd".to_owned(),
        "#/types/../../etc/passwd".to_owned(),
    ] {
        let things = format!(
            "list: {{ description: \"Lists the things, newest first.\", returns: {{ $ref: \"{target}\" }} }}\n"
        );
        let told = refused(&things).unwrap_or_else(|| panic!("{target} is taken"));
        assert!(!told.contains("canary") && !told.contains("root:"), "{told}");
    }
    assert!(listener.accept().is_err(), "nobody was asked");
}

#[test]
fn security_b8_tags_bombs_and_depths_are_refused() {
    let list =
        |rest: &str| format!("list: {{ description: \"Lists the things, newest first.\", x: {rest} }}\n");
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let below = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    bomb.push_str(&list("*a11"));
    let deep = list(&format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)));
    let deep_maps: String = (0..10_000).map(|level| format!("{}a:\n", " ".repeat(level % 900))).collect();
    let large = list(&format!("\"{}\"", "x".repeat(10 << 20)));
    for (what, things) in [
        ("a bomb of aliases", bomb),
        ("a list in lists", deep),
        ("maps in maps", deep_maps),
        ("ten megabytes", large),
        ("a tag of Python", list("!!python/object/apply:os.system [\"true\"]")),
        ("a tag of Ruby", list("!ruby/object:Gem::Installer {}")),
        ("an alias to itself", list("&x [*x]")),
    ] {
        let told = refused(&things).unwrap_or_else(|| panic!("{what} is taken"));
        assert!(told.contains("error["), "{what}: {}", &told[..told.len().min(300)]);
    }
}
