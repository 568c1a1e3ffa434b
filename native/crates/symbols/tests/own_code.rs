//! Names for code whose names we know: our own.

use pitcrew_procfs::Procfs;
use pitcrew_symbols::{AddressSpace, Symbols};
use std::time::SystemTime;

#[inline(never)]
fn a_function_of_ours() -> u32 {
    std::hint::black_box(7)
}

fn symbols() -> (Symbols, AddressSpace) {
    let mut symbols = Symbols::new(Procfs::system());
    let space = symbols.look_at(std::process::id() as i32).unwrap();
    (symbols, space)
}

#[test]
fn our_own_function_has_its_demangled_name_and_line() {
    a_function_of_ours();
    let (symbols, space) = symbols();
    let address = a_function_of_ours as fn() -> u32 as usize as u64;
    let frames = &symbols.user(&space, &[address + 1])[0];
    let frame = frames.last().unwrap();
    assert!(frame.function.ends_with("a_function_of_ours"), "{frame:?}");
    assert!(frame.is_named && !frame.is_kernel);
    assert!(frame.source.as_ref().is_some_and(|(file, _)| file.ends_with("own_code.rs")));
}

#[test]
fn the_vdso_has_names_though_it_has_no_file() {
    let _ = SystemTime::now();
    let (symbols, space) = symbols();
    // SAFETY: asks for the address that the kernel handed us at the start.
    let base = unsafe { libc::getauxval(libc::AT_SYSINFO_EHDR) };
    if base == 0 {
        return; // A machine without one has nothing to name.
    }
    let addresses: Vec<u64> = (0..4096).step_by(16).map(|offset| base + offset).collect();
    let found = symbols.user(&space, &addresses);
    let mut vdso = found.iter().flatten().filter(|frame| frame.module == "[vdso]");
    assert!(vdso.clone().count() > 0);
    assert!(vdso.clone().any(|frame| frame.is_named), "{:?}", vdso.next_back());
}

#[test]
fn an_address_outside_every_mapping_is_unknown_not_invented() {
    let (symbols, space) = symbols();
    let frames = &symbols.user(&space, &[1])[0];
    assert_eq!(frames[0].function, "[unknown]");
    assert!(!frames[0].is_named);
    assert!(!space.may_be_code(1));
}

#[test]
fn the_kernel_names_its_functions() {
    let kallsyms = std::fs::read_to_string("/proc/kallsyms").unwrap();
    let line = kallsyms.lines().find(|line| line.ends_with(" T schedule")).expect("schedule");
    let address = u64::from_str_radix(line.split(' ').next().unwrap(), 16).unwrap();
    assert_ne!(address, 0, "the test needs permission to see kernel symbols");
    let (symbols, _) = symbols();
    let frames = &symbols.kernel(&[address + 4, 7])[..];
    assert_eq!((frames[0][0].function.as_str(), frames[0][0].is_kernel), ("schedule", true));
    assert!(!frames[1][0].is_named);
}
