//! `install` in a home of its own.

use crate::{finish, program};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Its token is whole, and opens nothing.
const URL: &str = "https://tools.example.com/mcp/tp_xKC8hbmKpWhfE9GKH8kHpCTYDjRUWBBqt0TldX57SFzcxhxtx";

pub(crate) fn all() {
    what_else_is_in_the_file_stays();
    twice_is_once();
    every_client_is_written_in_its_own_words();
    vendors_are_entered_without_credentials();
    files_that_would_be_damaged_are_left_alone();
    print_and_dry_run_touch_nothing();
    claude_code_is_told_by_its_own_command();
    wrong_words_exit_with_2();
}

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = program(&[&["install"], arguments].concat());
        // The folders of all systems, so that the test knows where to look.
        command.env("HOME", self.0.path()).env("XDG_CONFIG_HOME", self.0.path().join(".config"));
        command.env("AUTH", "Bearer secret").env("PATH", self.0.path().join("bin"));
        finish(command.current_dir(self.0.path()).output().expect("a process"))
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(&path, text).expect("written");
        path
    }

    fn json(&self, path: &str) -> Value {
        serde_json::from_str(&fs::read_to_string(self.path(path)).expect("a file")).expect("JSON")
    }
}

/// Name and text of each file in a folder.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), path))
        .map(|(name, path)| (name, fs::read_to_string(path).expect("a text")))
        .collect();
    files.sort();
    files
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

fn what_else_is_in_the_file_stays() {
    let home = Home::new();
    let before = "{\n\t\"theme\": \"dark\",\n\t\"mcpServers\": {\n\t\t\"other\": {\n\t\t\t\"url\": \"x\",\n\t\t\t\"n\": 1.10\n\t\t}\n\t},\n\t\"z\": null\n}";
    let path = home.write(".cursor/mcp.json", before);
    let (code, out, err) = home.run(&["cursor", "--url", URL, "--name", "sequin"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("mcp.json.bak") && out.contains("Restart Cursor"), "{out}");
    let added = format!("\t\t}},\n\t\t\"sequin\": {{\n\t\t\t\"url\": \"{URL}\"\n\t\t}}\n\t}},");
    let after = fs::read_to_string(&path).expect("a file");
    assert_eq!(after, before.replace("\t\t}\n\t},", &added));
    let kept = path.with_file_name("mcp.json.bak");
    assert_eq!(fs::read_to_string(&kept).expect("a copy"), before);
    #[cfg(unix)]
    assert_eq!((mode(&path), mode(&kept)), (0o600, 0o600));
    assert_eq!(files(&home.path(".cursor")).len(), 2, "nothing is left over");
}

fn twice_is_once() {
    let home = Home::new();
    let (_, _, err) = home.run(&["vscode", "--url", &URL[..URL.len() - 1], "--dry-run"]);
    assert!(err.contains("the token in the URL is not whole"), "{err}");
    for (url, said) in [
        (URL, "Added"),
        (URL, "already"),
        ("https://other.example/mcp", "Replaced"),
        ("https://other.example/mcp", "already"),
    ] {
        let (code, out, _) = home.run(&["vscode", "--url", url]);
        assert!(code == 0 && out.contains(said), "{out}");
    }
    let file = home.json(".config/Code/User/mcp.json");
    assert_eq!(
        file,
        json!({ "servers": { "toolpress": { "type": "http", "url": "https://other.example/mcp" } } })
    );
    // An empty file is as good as none.
    let path = home.write("empty.json", " \n");
    assert_eq!(home.run(&["cursor", "--url", URL, "--config", path.to_str().expect("a path")]).0, 0);
    assert_eq!(home.json("empty.json")["mcpServers"]["toolpress"]["url"], URL);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&path, home.path("link.json")).expect("a link");
        assert_eq!(home.run(&["cursor", "--url", URL, "--name", "b", "--config", "link.json"]).0, 0);
        assert!(fs::symlink_metadata(home.path("link.json")).expect("a link").is_symlink());
        assert_eq!(home.json("empty.json")["mcpServers"]["b"]["url"], URL);
    }
}

fn every_client_is_written_in_its_own_words() {
    let headers = ["--header", "X-Team: a: b", "--header-env", "Authorization=AUTH"];
    for (client, scope, path, at, expected) in [
        (
            "claude-desktop",
            None,
            ".config/Claude/claude_desktop_config.json",
            "mcpServers",
            json!({ "command": "", "args": ["bridge"], "env": { "TOOLPRESS_URL": URL, "TOOLPRESS_HEADER": "X-Team: a: b\nAuthorization: Bearer secret" } }),
        ),
        (
            "cursor",
            Some("project"),
            ".cursor/mcp.json",
            "mcpServers",
            json!({ "url": URL, "headers": { "X-Team": "a: b", "Authorization": "${env:AUTH}" } }),
        ),
        (
            "vscode",
            Some("project"),
            ".vscode/mcp.json",
            "servers",
            json!({ "type": "http", "url": URL, "headers": { "X-Team": "a: b", "Authorization": "${env:AUTH}" } }),
        ),
        (
            "claude-code",
            Some("project"),
            ".mcp.json",
            "mcpServers",
            json!({ "type": "http", "url": URL, "headers": { "X-Team": "a: b", "Authorization": "${AUTH}" } }),
        ),
    ] {
        if cfg!(not(target_os = "linux")) && scope.is_none() {
            continue;
        }
        let home = Home::new();
        let scope: Vec<&str> = scope.into_iter().flat_map(|scope| ["--scope", scope]).collect();
        let (code, out, err) = home.run(&[&[client, "--url", URL], &headers[..], &scope].concat());
        assert_eq!(code, 0, "{client}: {err}");
        assert!(!out.contains("secret"), "{out}");
        let mut entry = home.json(path)[at]["toolpress"].take();
        if entry["command"].is_string() {
            assert!(Path::new(entry["command"].as_str().expect("a path")).is_absolute());
            entry["command"] = "".into();
        }
        assert_eq!(entry, expected, "{client}");
    }
}

fn vendors_are_entered_without_credentials() {
    let home = Home::new();
    let vendor = ["--vendor", "acme", "--methods", "get", "--base-url", "http://localhost:1"];
    let (code, out, err) = home.run(&[&["vscode"], &vendor[..]].concat());
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("VS Code will ask for ACME_API_TOKEN. Ask Acme."), "{out}");
    let file = home.json(".config/Code/User/mcp.json");
    let entry = &file["servers"]["acme"];
    assert_eq!(
        entry["args"],
        json!(["stdio", "acme", "--base-url", "http://localhost:1", "--methods", "get"])
    );
    assert_eq!(entry["env"], json!({ "ACME_API_TOKEN": "${input:acme_api_token}" }));
    assert_eq!(
        (&file["inputs"][0]["id"], &file["inputs"][0]["password"]),
        (&json!("acme_api_token"), &json!(true))
    );
    // Asked once, however often it is entered.
    assert_eq!(home.run(&["vscode", "--vendor", "acme", "--name", "again"]).0, 0);
    assert_eq!(home.json(".config/Code/User/mcp.json")["inputs"].as_array().map(Vec::len), Some(1));
    let (_, out, _) = home.run(&["claude-desktop", "--vendor", "acme", "--print"]);
    let snippet: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(snippet["mcpServers"]["acme"]["env"], json!({ "ACME_API_TOKEN": "<ACME_API_TOKEN>" }));
}

fn files_that_would_be_damaged_are_left_alone() {
    for (text, said, snippet) in [
        ("{\n  // mine\n  \"servers\": {},\n}", "comments or trailing commas", true),
        ("{\n  \"servers\": {\n", "line 3", false),
        ("{\"servers\": {}, \"servers\": {}}", "stands twice", false),
        ("{\"servers\": []}", "`servers` in it is no object", false),
        ("[]", "no valid JSON", false),
    ] {
        let home = Home::new();
        let path = home.write(".config/Code/User/mcp.json", text);
        let (code, out, err) =
            home.run(&["vscode", "--url", URL, "--config", path.to_str().expect("a path")]);
        assert_eq!(code, 1, "{err}");
        assert!(err.contains(said) && err.contains("nothing was written"), "{err}");
        assert_eq!(out.contains(URL), snippet, "{out}");
        assert_eq!(files(path.parent().expect("a folder")), [("mcp.json".to_owned(), text.to_owned())]);
    }
}

fn print_and_dry_run_touch_nothing() {
    let home = Home::new();
    let (code, out, _) = home.run(&["cursor", "--url", URL, "--print"]);
    assert_eq!(code, 0);
    assert_eq!(
        serde_json::from_str::<Value>(&out).expect("JSON"),
        json!({ "mcpServers": { "toolpress": { "url": URL } } })
    );
    let (code, out, _) = home.run(&["cursor", "--url", URL, "--dry-run"]);
    assert!(code == 0 && out.starts_with("Would add `toolpress` in ") && !out.contains("tp_"), "{out}");
    assert!(files(home.0.path()).is_empty());
}

fn claude_code_is_told_by_its_own_command() {
    let home = Home::new();
    let add = ["claude-code", "--url", URL, "--scope", "user"];
    let expected = format!("claude mcp add --transport http --scope user toolpress {URL}");
    let (code, out, err) = home.run(&add);
    assert_eq!((code, out.trim_end()), (1, expected.as_str()));
    assert!(err.contains("not on the PATH"), "{err}");
    let (code, out, _) = home.run(&[&add[..], &["--print"]].concat());
    assert_eq!((code, out.trim_end()), (0, expected.as_str()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let script =
            home.write("bin/claude", "#!/bin/sh\nfor word; do echo \"$word\"; done > \"$HOME/told\"\n");
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("a program");
        let (code, _, err) = home.run(&[&add[..], &["--header", "A: b c"]].concat());
        assert_eq!(code, 0, "{err}");
        let told = fs::read_to_string(home.path("told")).expect("what it was told");
        let expected =
            format!("mcp\nadd\n--transport\nhttp\n--scope\nuser\ntoolpress\n{URL}\n--header\nA: b c\n");
        assert_eq!(told, expected);
        fs::write(&script, "#!/bin/sh\nexit 3\n").expect("written");
        let (code, _, err) = home.run(&add);
        assert!(code == 1 && err.contains("claude mcp remove toolpress"), "{err}");
    }
}

fn wrong_words_exit_with_2() {
    let home = Home::new();
    for (arguments, said) in [
        (&["emacs", "--url", URL][..], "claude-desktop"),
        (&["cursor"], "--url"),
        (&["cursor", "--url", "ftp://x"], "http:// or https://"),
        (&["cursor", "--url", URL, "--name", "two words"], "letters, digits"),
        (&["cursor", "--url", URL, "--header", "Host: x"], "set by the bridge itself"),
        (&["cursor", "--url", URL, "--header-env", "A=B C"], "Name=VARIABLE"),
        (&["claude-desktop", "--url", URL, "--header-env", "A=NOWHERE"], "NOWHERE is not set"),
        (&["claude-desktop", "--url", URL, "--scope", "project"], "one file for each user"),
        (&["cursor", "--url", URL, "--scope", "local"], "only Claude Code"),
        (&["cursor", "--vendor", "acmee"], "did you mean `acme`?"),
        (&["cursor", "--vendor", "acme", "--methods", "gett"], "did you mean `get`?"),
    ] {
        let (code, out, err) = home.run(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(err.contains(said), "{arguments:?}: {err}");
    }
}
