//! Compiles the eBPF programs with clang against libbpf's own headers.

use std::env;
use std::path::PathBuf;
use std::process::{exit, Command};

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("on_cpu.o");
    let sources =
        PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../../bpf");
    let headers = env::var_os("DEP_BPF_INCLUDE").expect("libbpf-sys exports its headers");
    let clang = env::var_os("CLANG").unwrap_or_else(|| "clang".into());
    println!("cargo:rerun-if-changed={}", sources.display());
    println!("cargo:rerun-if-env-changed=CLANG");

    let compiled = Command::new(&clang)
        .args(["-g", "-O2", "-Wall", "-Werror", "-target", "bpf", "-c"])
        .arg(sources.join("on_cpu.bpf.c"))
        .arg("-I")
        .arg(headers)
        .arg("-o")
        .arg(&out)
        .status();
    match compiled {
        Ok(status) if status.success() => {}
        Ok(status) => fail(&format!(
            "clang could not compile native/bpf/on_cpu.bpf.c ({status}); clang 14 or newer is needed"
        )),
        Err(error) => fail(&format!(
            "cannot run `{}` to compile the eBPF programs: {error}. Install it (Debian, Ubuntu: \
             apt-get install clang) or name one in the environment variable CLANG.",
            clang.to_string_lossy()
        )),
    }
}

/// A panic would bury the message under a backtrace.
fn fail(message: &str) -> ! {
    eprintln!("{message}");
    exit(1);
}
