//! Sizes, shares and durations as people write them.

use std::time::Duration;

/// So much memory: bytes, or a share of a total.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// Bytes.
    Bytes(u64),
    /// Per cent of the scope's total.
    Percent(f64),
}

impl Amount {
    /// Reads `10%`, `512MiB`, `1.5 GB` or plain bytes.
    ///
    /// # Errors
    /// One sentence saying what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if let Some(number) = text.strip_suffix('%') {
            let percent = decimal(number.trim_end()).filter(|p| *p <= 100.0);
            let problem = || format!("`{text}` is no share: expected 0% to 100%");
            return percent.map(Amount::Percent).ok_or_else(problem);
        }
        let (number, unit) = split_unit(text);
        let factor = match unit.to_ascii_lowercase().as_str() {
            "" | "b" => 1u64,
            "k" | "ki" | "kib" => 1 << 10,
            "m" | "mi" | "mib" => 1 << 20,
            "g" | "gi" | "gib" => 1 << 30,
            "t" | "ti" | "tib" => 1 << 40,
            "kb" => 1_000,
            "mb" => 1_000_000,
            "gb" => 1_000_000_000,
            "tb" => 1_000_000_000_000,
            _ => return Err(format!("`{text}` has an unknown unit `{unit}`: use KiB, MiB or GiB")),
        };
        let problem = || format!("`{text}` is no size: expected e.g. 512MiB, 10% or plain bytes");
        if let Ok(whole) = number.parse::<u64>() {
            return whole.checked_mul(factor).map(Amount::Bytes).ok_or_else(problem);
        }
        let bytes = decimal(number).map(|n| n * factor as f64).filter(|n| *n < u64::MAX as f64);
        bytes.map(|n| Amount::Bytes(n as u64)).ok_or_else(problem)
    }

    /// In bytes, of a scope that may use `total` bytes.
    pub fn of(self, total: u64) -> u64 {
        match self {
            Amount::Bytes(bytes) => bytes,
            Amount::Percent(percent) => (total as f64 * percent / 100.0) as u64,
        }
    }
}

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Amount::Bytes(bytes) => f.write_str(&size_text(*bytes)),
            Amount::Percent(percent) => write!(f, "{percent} %"),
        }
    }
}

/// A size for people: `512 bytes`, `1.5 MiB`, `412 MiB`; cut, so that nothing looks larger than it
/// is.
pub fn size_text(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..0x400 => return format!("{bytes} bytes"),
        0x400..0x10_0000 => (1u128 << 10, "KiB"),
        0x10_0000..0x4000_0000 => (1 << 20, "MiB"),
        0x4000_0000..0x100_0000_0000 => (1 << 30, "GiB"),
        _ => (1 << 40, "TiB"),
    };
    let tenths = u128::from(bytes) * 10 / unit;
    match (tenths / 10, tenths % 10) {
        (whole, 0) | (whole @ 100.., _) => format!("{whole} {name}"),
        (whole, tenth) => format!("{whole}.{tenth} {name}"),
    }
}

/// Reads `500ms`, `2s` or `1m`, at most ten minutes; `0` needs no unit.
///
/// # Errors
/// One sentence saying what is wrong.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let (number, unit) = split_unit(text);
    let factor = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" | "min" => 60.0,
        "" if decimal(number) == Some(0.0) => 0.0,
        "" => return Err(format!("`{text}` has no unit: write e.g. {text}s or {text}ms")),
        _ => return Err(format!("`{text}` has an unknown unit `{unit}`: use ms, s or m")),
    };
    decimal(number)
        .map(|n| n * factor)
        .filter(|seconds| *seconds <= 600.0)
        .map(Duration::from_secs_f64)
        .ok_or_else(|| format!("`{text}` is no duration: expected 0 to 10m, e.g. 2s"))
}

fn split_unit(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    (text[..end].trim_end(), text[end..].trim())
}

/// A number of digits with at most one point: no sign, exponent or infinity.
fn decimal(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_sizes_and_shares() {
        assert_eq!(Amount::parse("512MiB"), Ok(Amount::Bytes(512 << 20)));
        assert_eq!(Amount::parse("1.5 GB"), Ok(Amount::Bytes(1_500_000_000)));
        assert_eq!(Amount::parse("1000000"), Ok(Amount::Bytes(1_000_000)));
        assert_eq!(Amount::parse(" 12.5 % ").unwrap().of(800), 100);
        for bad in ["", "%", "101%", "-1%", "1e9", "12 parsec", "1.2.3", "99999999999T", "inf%"] {
            assert!(Amount::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sizes_are_told_in_the_largest_unit_that_fits() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1023, "1023 bytes"),
            (1536, "1.5 KiB"),
            (412 << 20, "412 MiB"),
            ((100 << 20) + (900 << 10), "100 MiB"),
            ((1 << 30) - 1, "1023 MiB"),
            (23_500 << 20, "22.9 GiB"),
            (u64::MAX, "16777215 TiB"),
        ] {
            assert_eq!(size_text(bytes), text);
        }
    }

    #[test]
    fn durations_need_a_unit() {
        assert_eq!(parse_duration("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(parse_duration("0"), Ok(Duration::ZERO));
        assert!(parse_duration("2").unwrap_err().contains("2s"));
        assert!(parse_duration("11m").is_err());
        assert!(parse_duration("-1s").is_err());
    }

    proptest! {
        #[test]
        fn never_panics(text: String, near in "[0-9.]{0,30} ?[a-zA-Z%]{0,3}", total: u64) {
            for text in [text, near] {
                let _ = Amount::parse(&text).map(|amount| amount.of(total));
                let _ = parse_duration(&text);
            }
        }
    }
}
