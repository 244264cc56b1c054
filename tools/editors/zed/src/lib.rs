//! Tells Zed how the language server of Seq is started: `seqvm lsp`, with the stack at the end of each line.

use zed_extension_api::{self as zed, serde_json, LanguageServerId, Result, Worktree};

struct Seq;

impl zed::Extension for Seq {
    fn new() -> Self {
        Seq
    }

    fn language_server_command(&mut self, _: &LanguageServerId, worktree: &Worktree) -> Result<zed::Command> {
        let command = worktree.which("seqvm").ok_or("seqvm is not in PATH")?;
        Ok(zed::Command { command, args: vec!["lsp".into()], env: worktree.shell_env() })
    }

    fn language_server_initialization_options(&mut self, _: &LanguageServerId, _: &Worktree) -> Result<Option<serde_json::Value>> {
        Ok(Some(serde_json::json!({ "inlay_hints": true })))
    }
}

zed::register_extension!(Seq);
