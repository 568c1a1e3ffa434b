//! Writes `native/contract/` from the Rust types: TypeScript, JSON Schema and their door.
//!
//! `pitcrew-contract-generate [--check]`; with `--check` nothing is written, and exit code 1 with
//! the names of the stale files says that somebody forgot to generate.

mod modules;
mod typescript;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let check = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--check"] => true,
        _ => {
            eprintln!("usage: pitcrew-contract-generate [--check]");
            return ExitCode::from(2);
        }
    };
    // CARGO_MANIFEST_DIR of the running `cargo run`, so that a moved checkout still works.
    let crate_dir = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let crate_dir = crate_dir.unwrap_or_else(|| PathBuf::from("crates/contract"));
    let out = crate_dir.join("../../contract");
    let files = modules::files();
    match if check { stale(&out, &files) } else { write(&out, &files) } {
        Ok(stale) if stale.is_empty() => ExitCode::SUCCESS,
        Ok(stale) => {
            for name in stale {
                eprintln!("native/contract/{name} is stale: run `deno task generate`");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{}: {error}", out.display());
            ExitCode::FAILURE
        }
    }
}

fn write(out: &Path, files: &[(String, String)]) -> std::io::Result<Vec<String>> {
    std::fs::create_dir_all(out)?;
    for (name, text) in files {
        std::fs::write(out.join(name), text)?;
    }
    Ok(Vec::new())
}

/// Names of files that are missing, differ, or should not be there.
fn stale(out: &Path, files: &[(String, String)]) -> std::io::Result<Vec<String>> {
    let mut stale: Vec<String> = files
        .iter()
        .filter(|(name, text)| std::fs::read_to_string(out.join(name)).ok().as_ref() != Some(text))
        .map(|(name, _)| name.clone())
        .collect();
    for entry in std::fs::read_dir(out)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !files.iter().any(|(known, _)| *known == name) {
            stale.push(name);
        }
    }
    stale.sort();
    stale.dedup();
    Ok(stale)
}
