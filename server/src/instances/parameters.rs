//! Parameters of a call: those of its address and of a form in its body, each once.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use veriquote_http::percent_decode;

use super::answer::Refusal;

/// Parameters by name.
#[derive(Clone, Debug, Default)]
pub struct Parameters(BTreeMap<String, String>);

/// More are not read.
const MOST: usize = 64;

impl Parameters {
    /// Reads the query of an address, and the form of a body.
    ///
    /// # Errors
    /// A parameter that stands there twice, too many, text that is not UTF-8.
    pub fn read(query: &str, form: &str) -> Result<Self, Refusal> {
        let refused = |message: String| Refusal::new(StatusCode::BAD_REQUEST, "InvalidParameter", message);
        let mut parameters = BTreeMap::new();
        for pair in query.split('&').chain(form.split('&')).filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded = |text: &str| {
                decode(text).ok_or_else(|| refused("a parameter is not percent-encoded UTF-8".to_owned()))
            };
            let (name, value) = (decoded(name)?, decoded(value)?);
            if parameters.len() == MOST {
                return Err(refused(format!("there are more than {MOST} parameters")));
            }
            if let Some(twice) = parameters.insert(name.clone(), value).map(|_| name) {
                return Err(refused(format!("the parameter `{twice}` is there twice")));
            }
        }
        Ok(Self(parameters))
    }

    /// A parameter that is there and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A parameter that must be there.
    ///
    /// # Errors
    /// When it is not.
    pub fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| {
            Refusal::new(StatusCode::BAD_REQUEST, format!("Missing{name}"), format!("{name} is missing"))
        })
    }

    /// A text of bounded length; empty where it is not there.
    ///
    /// # Errors
    /// When it is longer, or has control characters.
    pub fn text(&self, name: &str, longest: usize) -> Result<String, Refusal> {
        let text = self.get(name).unwrap_or_default();
        if text.len() > longest {
            return Err(Refusal::parameter(name, format_args!("it is longer than {longest} bytes")));
        }
        if text.chars().any(char::is_control) {
            return Err(Refusal::parameter(name, "it has control characters"));
        }
        Ok(text.to_owned())
    }

    /// A whole number, where one is given.
    ///
    /// # Errors
    /// When it is something else.
    pub fn number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let parse =
            |text: &str| text.parse().map_err(|_| Refusal::parameter(name, "a whole number is expected"));
        self.get(name).map(parse).transpose()
    }

    /// `PropertyUuid`, in the form of its kind.
    ///
    /// # Errors
    /// When it is none.
    pub fn uuid(&self) -> Result<&str, Refusal> {
        let uuid = self.required("PropertyUuid")?;
        let right = uuid.len() <= 64 && uuid.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if right { Ok(uuid) } else { Err(Refusal::parameter("PropertyUuid", "a UUID is expected")) }
    }

    /// Every name and value but `without`, in the order of the names' bytes.
    pub fn sorted_without<'p>(&'p self, without: &'p str) -> impl Iterator<Item = (&'p str, &'p str)> {
        let all = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        all.filter(move |(name, _)| *name != without)
    }
}

/// The form's encoding (WHATWG URL, section 5.1): `+` is a space.
fn decode(text: &str) -> Option<String> {
    percent_decode(text.replace('+', " ").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_parameter_is_there_once() {
        let read = |query, form| Parameters::read(query, form);
        let parameters = read("a=1&b=%2B+%e4%bd%A0", "c=").unwrap();
        assert_eq!(parameters.get("b"), Some("+ 你"));
        assert_eq!(parameters.get("c"), None);
        assert_eq!(parameters.sorted_without("a").count(), 2);
        for (query, form) in
            [("a=1&a=2", ""), ("a=1", "a=1"), ("a=%", ""), ("a=%zz", ""), ("a=%ff", ""), ("a=%+1", "")]
        {
            assert!(read(query, form).is_err(), "{query} {form}");
        }
        let many: Vec<String> = (0..65).map(|number| format!("a{number}=")).collect();
        assert!(read(&many.join("&"), "").is_err());
    }
}
