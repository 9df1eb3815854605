//! The clients: where each keeps its servers, and what it wants done afterwards.
//!
//! Places and keys as the clients' own manuals have them: modelcontextprotocol.io (Claude Desktop),
//! code.claude.com/docs/en/mcp, cursor.com/docs/context/mcp, code.visualstudio.com/docs (MCP configuration
//! reference); read in November 2026.

use super::Failure;
use clap::ValueEnum;
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// A client whose configuration is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Client {
    /// Claude Desktop, which starts commands only: it is given `toolpress bridge`
    ClaudeDesktop,
    /// Claude Code
    ClaudeCode,
    /// Cursor
    Cursor,
    /// Visual Studio Code
    Vscode,
}

/// A family of operating systems, by where programs keep their settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Os {
    Mac,
    Windows,
    Unix,
}

/// What of the process decides where files are.
pub(super) struct Surroundings {
    os: Os,
    variable: fn(&str) -> Option<OsString>,
}

impl Surroundings {
    pub(super) fn of_process() -> Self {
        let os = match env::consts::OS {
            "macos" => Os::Mac,
            "windows" => Os::Windows,
            _ => Os::Unix,
        };
        Self { os, variable: |name| env::var_os(name) }
    }

    fn folder(&self, variable: &str) -> Option<PathBuf> {
        let folder = PathBuf::from((self.variable)(variable)?);
        // Empty and relative ones are to be ignored, says the XDG specification.
        folder.is_absolute().then_some(folder)
    }

    fn home(&self) -> Result<PathBuf, Failure> {
        let variable = if self.os == Os::Windows { "USERPROFILE" } else { "HOME" };
        self.folder(variable).ok_or_else(|| {
            Failure::Failed(format!("{variable} names no folder; name the client's file with --config"))
        })
    }

    /// Where desktop programs keep their settings.
    fn settings(&self) -> Result<PathBuf, Failure> {
        match self.os {
            Os::Mac => Ok(self.home()?.join("Library").join("Application Support")),
            Os::Windows => match self.folder("APPDATA") {
                Some(folder) => Ok(folder),
                None => Ok(self.home()?.join("AppData").join("Roaming")),
            },
            Os::Unix => match self.folder("XDG_CONFIG_HOME") {
                Some(folder) => Ok(folder),
                None => Ok(self.home()?.join(".config")),
            },
        }
    }
}

impl Client {
    /// The client's file, of the user or of the present folder.
    pub(super) fn path(self, project: bool, around: &Surroundings) -> Result<PathBuf, Failure> {
        let here = PathBuf::new();
        Ok(match self {
            Self::ClaudeDesktop => around.settings()?.join("Claude").join("claude_desktop_config.json"),
            Self::ClaudeCode => here.join(".mcp.json"),
            Self::Cursor if project => here.join(".cursor").join("mcp.json"),
            Self::Cursor => around.home()?.join(".cursor").join("mcp.json"),
            Self::Vscode if project => here.join(".vscode").join("mcp.json"),
            Self::Vscode => around.settings()?.join("Code").join("User").join("mcp.json"),
        })
    }

    /// The key under which the file keeps its servers.
    pub(super) fn section(self) -> &'static str {
        match self {
            Self::Vscode => "servers",
            Self::ClaudeDesktop | Self::ClaudeCode | Self::Cursor => "mcpServers",
        }
    }

    /// How the file refers to an environment variable, if it can.
    pub(super) fn reference(self, variable: &str) -> Option<String> {
        match self {
            Self::ClaudeDesktop => None,
            Self::ClaudeCode => Some(format!("${{{variable}}}")),
            Self::Cursor | Self::Vscode => Some(format!("${{env:{variable}}}")),
        }
    }

    /// What to do once the file is written.
    pub(super) fn next(self) -> &'static str {
        match self {
            Self::ClaudeDesktop => "Quit Claude Desktop altogether and start it again.",
            Self::ClaudeCode => "Start Claude Code in this folder and approve the server; `/mcp` shows it.",
            Self::Cursor => "Restart Cursor; Settings, Tools & MCP shows the server.",
            Self::Vscode => "Start the server in VS Code with the command `MCP: List Servers`.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Client, Os, Surroundings};
    use std::ffi::OsString;

    fn variable(name: &str) -> Option<OsString> {
        matches!(name, "HOME" | "USERPROFILE").then(|| "/u".into())
    }

    #[test]
    fn every_client_has_its_place_on_every_system() {
        for (client, mac, windows, unix) in [
            (
                Client::ClaudeDesktop,
                "/u/Library/Application Support/Claude/claude_desktop_config.json",
                "/u/AppData/Roaming/Claude/claude_desktop_config.json",
                "/u/.config/Claude/claude_desktop_config.json",
            ),
            (Client::Cursor, "/u/.cursor/mcp.json", "/u/.cursor/mcp.json", "/u/.cursor/mcp.json"),
            (
                Client::Vscode,
                "/u/Library/Application Support/Code/User/mcp.json",
                "/u/AppData/Roaming/Code/User/mcp.json",
                "/u/.config/Code/User/mcp.json",
            ),
        ] {
            for (os, path) in [(Os::Mac, mac), (Os::Windows, windows), (Os::Unix, unix)] {
                let around = Surroundings { os, variable };
                assert_eq!(client.path(false, &around).expect("a path").to_str(), Some(path));
            }
        }
    }

    #[test]
    fn settings_folders_of_the_environment_count_if_they_are_absolute() {
        let around = Surroundings {
            os: Os::Unix,
            variable: |name| match name {
                "XDG_CONFIG_HOME" => Some("relative".into()),
                other => variable(other),
            },
        };
        assert_eq!(around.settings().expect("a folder").to_str(), Some("/u/.config"));
        let around =
            Surroundings { os: Os::Windows, variable: |name| (name == "APPDATA").then(|| "/roaming".into()) };
        assert_eq!(around.settings().expect("a folder").to_str(), Some("/roaming"));
        let nowhere = Surroundings { os: Os::Unix, variable: |_| None };
        assert!(Client::Cursor.path(false, &nowhere).is_err());
    }
}
