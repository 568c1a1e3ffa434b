//! Patterns: plain text is a substring, `*` and `?` make a glob, slashes enclose a regex.

use regex_lite::{Regex, RegexBuilder};

/// Memory that one compiled regex may take.
const MAX_REGEX_BYTES: usize = 256 * 1024;

/// A compiled pattern.
#[derive(Debug, Clone)]
pub(crate) enum Pattern {
    Substring(String),
    Glob(Vec<char>),
    Regex(Regex),
}

impl Pattern {
    /// Compiles a pattern; the error says what is wrong in one sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("an empty pattern would match everything".to_owned());
        }
        // A path starts with a slash too; only one that also ends with a slash is a regex.
        if text.len() > 2 && text.starts_with('/') && text.ends_with('/') {
            let source = &text[1..text.len() - 1];
            return RegexBuilder::new(source)
                .size_limit(MAX_REGEX_BYTES)
                .build()
                .map(Pattern::Regex)
                .map_err(|error| format!("the regex does not compile: {error}"));
        }
        if text.contains(['*', '?']) {
            return Ok(Pattern::Glob(text.chars().collect()));
        }
        Ok(Pattern::Substring(text.to_owned()))
    }

    /// Whether it matches; globs must match the whole text, the others any part of it.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Pattern::Substring(part) => text.contains(part.as_str()),
            Pattern::Glob(glob) => glob_matches(glob, text),
            Pattern::Regex(regex) => regex.is_match(text),
        }
    }

    /// Whether it matches any text at all.
    pub fn matches_everything(&self) -> bool {
        match self {
            Pattern::Substring(_) => false,
            Pattern::Glob(glob) => glob.iter().all(|c| *c == '*'),
            Pattern::Regex(regex) => regex.is_match(""),
        }
    }
}

/// Linear in practice: on a mismatch only the last star is tried again, one character further.
fn glob_matches(glob: &[char], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut pos) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while pos < text.len() {
        match glob.get(at) {
            Some('*') => {
                star = Some((at, pos));
                at += 1;
            }
            Some(c) if *c == '?' || *c == text[pos] => {
                at += 1;
                pos += 1;
            }
            _ => match star {
                Some((star_at, star_pos)) => {
                    star = Some((star_at, star_pos + 1));
                    at = star_at + 1;
                    pos = star_pos + 1;
                }
                None => return false,
            },
        }
    }
    glob[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::parse(pattern).unwrap().matches(text)
    }

    #[test]
    fn plain_text_is_a_substring() {
        assert!(matches("python", "python3.11"));
        assert!(matches("/usr/bin", "/usr/bin/python"));
        assert!(!matches("python", "perl"));
        assert!(matches("a.b", "xa.bx") && !matches("a.b", "axb"));
    }

    #[test]
    fn a_glob_matches_the_whole_text() {
        assert!(matches("python3.*", "python3.11"));
        assert!(!matches("python", "x") && !matches("py?hon", "python3"));
        assert!(matches("*/*.service", "/system.slice/ssh.service"));
        assert!(matches("*aab", "aaaaab") && !matches("*aab", "aaaaaba"));
    }

    #[test]
    fn slashes_enclose_a_regex() {
        assert!(matches("/^py(thon)?[0-9.]+$/", "python3.11"));
        assert!(!matches("/^py$/", "python"));
        assert!(Pattern::parse("/(/").unwrap_err().contains("regex"));
        assert!(Pattern::parse("/a{1000}{1000}/").is_err());
    }

    #[test]
    fn knows_what_matches_everything() {
        for all in ["*", "**", "/.*/", "/a*/", "/^/"] {
            assert!(Pattern::parse(all).unwrap().matches_everything(), "{all}");
        }
        assert!(!Pattern::parse("a*").unwrap().matches_everything());
        assert!(Pattern::parse("").is_err());
    }

    proptest! {
        #[test]
        fn never_panics(pattern: String, near in "/?[a*?\\[(){},0-9|+.^$\\\\]{0,20}/?", text: String) {
            for pattern in [pattern, near] {
                let _ = Pattern::parse(&pattern).map(|p| p.matches(&text));
            }
        }

        #[test]
        fn a_star_is_any_text(head in "[a-c]{0,4}", middle in "[a-c]{0,6}", tail in "[a-c]{0,4}") {
            let text = format!("{}{}{}", head, middle, tail);
            let glob = format!("{}*{}", head, tail);
            prop_assert!(matches(&glob, &text), "{} {}", glob, text);
        }
    }
}
