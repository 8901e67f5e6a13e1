//! What a client accepts (RFC 9110, section 12.5.1).

use axum::http::{HeaderMap, header};

/// The header, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Accept {
    ranges: Vec<MediaRange>,
}

/// One media type or range of it.
#[derive(Clone, Debug, PartialEq)]
pub struct MediaRange {
    /// In lower case; `*` for any.
    pub main: String,
    /// In lower case; `*` for any.
    pub sub: String,
    /// Parameters but `q`, names in lower case.
    pub parameters: Vec<(String, String)>,
    /// In thousandths.
    pub quality: u16,
}

/// More ranges are not looked at.
const MOST: usize = 32;

impl Accept {
    /// That of a request; anything when there is none.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok());
        let ranges: Vec<MediaRange> = lines
            .flat_map(|line| split(line, ','))
            .filter_map(|text| MediaRange::read(&text))
            .take(MOST)
            .collect();
        if ranges.is_empty() {
            let any = MediaRange { main: "*".into(), sub: "*".into(), parameters: Vec::new(), quality: 1000 };
            return Self { ranges: vec![any] };
        }
        Self { ranges }
    }

    /// How much `essence` (`type/subtype`) is wanted: the most specific range that speaks of it counts.
    /// `None` when none does; parameters of ranges are not looked at.
    #[must_use]
    pub fn quality(&self, essence: &str) -> Option<u16> {
        let (main, sub) = essence.split_once('/').unwrap_or((essence, ""));
        let fits = |range: &&MediaRange| {
            (range.main == main || range.main == "*") && (range.sub == sub || range.sub == "*")
        };
        let best = self.ranges.iter().filter(fits).max_by_key(|range| {
            (usize::from(range.main != "*") + usize::from(range.sub != "*"), range.quality)
        })?;
        Some(best.quality)
    }

    /// The first of `offers` that is wanted most; `None` when none is wanted.
    #[must_use]
    pub fn choose<T: Copy>(&self, offers: &[(&str, T)]) -> Option<T> {
        let mut best: Option<(u16, T)> = None;
        for (essence, offer) in offers {
            let quality = self.quality(essence).unwrap_or(0);
            if quality > 0 && best.is_none_or(|(so_far, _)| quality > so_far) {
                best = Some((quality, *offer));
            }
        }
        best.map(|(_, offer)| offer)
    }

    /// The value of a parameter of the range that names `essence` itself.
    #[must_use]
    pub fn parameter(&self, essence: &str, name: &str) -> Option<&str> {
        let named = self.ranges.iter().filter(|range| format!("{}/{}", range.main, range.sub) == essence);
        let mut values = named.flat_map(|range| &range.parameters);
        values.find(|(parameter, _)| parameter == name).map(|(_, value)| value.as_str())
    }
}

impl MediaRange {
    fn read(text: &str) -> Option<Self> {
        let mut parts = split(text, ';').into_iter();
        let essence = parts.next()?.trim().to_ascii_lowercase();
        let (main, sub) = essence.split_once('/')?;
        let mut range = Self { main: main.into(), sub: sub.into(), parameters: Vec::new(), quality: 1000 };
        for part in parts {
            let (name, value) = part.split_once('=')?;
            let name = name.trim().to_ascii_lowercase();
            let value = unquote(value.trim());
            if name == "q" {
                range.quality = quality(&value)?;
            } else {
                range.parameters.push((name, value));
            }
        }
        Some(range)
    }
}

/// `0`, `0.5`, `1.000`: in thousandths.
fn quality(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

fn unquote(text: &str) -> String {
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(inner) => inner.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => text.to_owned(),
    }
}

/// At `at`, but not inside quotes.
fn split(text: &str, at: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for c in text.chars() {
        if c == at && !quoted {
            parts.push(String::new());
            continue;
        }
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && c == '\\' && !escaped;
        if let Some(last) = parts.last_mut() {
            last.push(c);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn accept(text: &str) -> Accept {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_str(text).unwrap());
        Accept::of(&headers)
    }

    const OFFERS: [(&str, u8); 3] = [("text/plain", 1), ("application/json", 2), ("application/eat-jwt", 3)];

    #[test]
    fn the_most_wanted_is_chosen() {
        for (text, chosen) in [
            ("*/*", Some(1)),
            ("application/json, text/plain, */*", Some(1)),
            ("application/json", Some(2)),
            ("application/json;q=0.9, text/plain;q=0.8", Some(2)),
            ("application/*", Some(2)),
            ("text/plain;q=0, */*;q=0.1", Some(2)),
            ("image/png", None),
            ("application/json;q=0", None),
            ("nonsense", Some(1)),
            ("application/eat-jwt; eat_profile=\"tag:a,b;c\"", Some(3)),
        ] {
            assert_eq!(accept(text).choose(&OFFERS), chosen, "{text}");
        }
        assert_eq!(Accept::of(&HeaderMap::new()).choose(&OFFERS), Some(1));
    }

    #[test]
    fn parameters_may_hold_separators() {
        let accept = accept("text/plain, application/eat-jwt; EAT_profile=\"tag:a,2026:b;\\\"c\"; q=1");
        assert_eq!(accept.parameter("application/eat-jwt", "eat_profile"), Some("tag:a,2026:b;\"c"));
        assert_eq!(accept.parameter("text/plain", "eat_profile"), None);
    }
}
