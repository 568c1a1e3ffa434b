//! Small text tools shared by the parsers, and the escaping of hostile names.

use std::fmt::Write;

/// Splits bytes into lines without their newline.
pub(crate) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty())
}

/// Splits at runs of spaces and tabs.
pub(crate) fn words(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|b| matches!(b, b' ' | b'\t')).filter(|word| !word.is_empty())
}

/// Parses a decimal number of any type.
pub(crate) fn number<T: std::str::FromStr>(bytes: &[u8]) -> Option<T> {
    std::str::from_utf8(bytes).ok()?.trim().parse().ok()
}

/// Parses `123 kB` to bytes.
pub(crate) fn kilobytes(bytes: &[u8]) -> Option<u64> {
    let mut parts = words(bytes);
    let value: u64 = number(parts.next()?)?;
    match parts.next() {
        Some(b"kB") => value.checked_mul(1024),
        _ => None,
    }
}

/// Splits `Key: value` at the first colon.
pub(crate) fn key_value(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|b| *b == b':')?;
    Some((&line[..colon], &line[colon + 1..]))
}

/// Makes bytes that a stranger chose safe to print on a terminal, in a log or on a page.
///
/// Control characters, line and paragraph separators, direction overrides and bytes that are not
/// UTF-8 become escapes (`\n`, `\x1b`, `\u{202e}`); a backslash is doubled so that the result is
/// unambiguous.
pub fn escape(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            push_escaped(&mut out, c);
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// As [`escape`], at most `limit` bytes long, ending in `…` when it was cut.
pub fn escape_limited(bytes: &[u8], limit: usize) -> String {
    // Escaping never shrinks, so no more than `limit` input bytes can matter.
    let mut out = escape(&bytes[..bytes.len().min(limit)]);
    if out.len() > limit || bytes.len() > limit {
        let mut end = limit.saturating_sub('…'.len_utf8()).min(out.len());
        while !out.is_char_boundary(end) {
            end -= 1;
        }
        out.truncate(end);
        out.push('…');
    }
    out
}

fn push_escaped(out: &mut String, c: char) {
    match c {
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if (c as u32) < 0x20 || c as u32 == 0x7f => {
            let _ = write!(out, "\\x{:02x}", c as u32);
        }
        c if is_deceptive(c) => {
            let _ = write!(out, "\\u{{{:x}}}", c as u32);
        }
        c => out.push(c),
    }
}

/// C1 controls, separators and the characters that reorder or hide text.
fn is_deceptive(c: char) -> bool {
    matches!(c as u32,
        0x80..=0x9f | 0xad | 0x61c | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff
        | 0xe0000..=0xe007f)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hostile_names_become_visible() {
        assert_eq!(escape(b"evil\x1b[2Jname"), "evil\\x1b[2Jname");
        assert_eq!(escape("a\u{202e}b\n".as_bytes()), "a\\u{202e}b\\n");
        assert_eq!(escape(b"\xff\\"), "\\xff\\\\");
        assert_eq!(escape("größe".as_bytes()), "größe");
    }

    #[test]
    fn limits_count_bytes_and_keep_characters_whole() {
        assert_eq!(escape_limited("öööö".as_bytes(), 6), "ö…");
        assert_eq!(escape_limited(b"short", 6), "short");
    }

    proptest! {
        #[test]
        fn never_lets_a_control_character_through(bytes: Vec<u8>, limit in 3usize..64) {
            let all = escape(&bytes);
            prop_assert!(!all.chars().any(|c| c.is_control() || is_deceptive(c)));
            prop_assert!(escape_limited(&bytes, limit).len() <= limit);
        }
    }
}
