//! JSON of requests, by the core's strict reader: no duplicate member, no comment, no byte order mark.

use std::fmt;

use veriquote::json::{Node, Strictness, Value, parse};
use veriquote_facade::Problem;

use crate::error::{ApiError, Result, ServiceCode};

/// A place in a text, counted from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

impl Position {
    /// Where `offset` is.
    #[must_use]
    pub fn of(text: &[u8], offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(before.get(start..).unwrap_or_default()).chars().count() + 1;
        Self { line, column }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Reads a body.
///
/// # Errors
/// `AS.REQUEST.INVALID_JSON` with the line and column.
pub fn read(text: &[u8]) -> Result<Node<'_>> {
    if text.starts_with(b"\xef\xbb\xbf") {
        let detail = "1:1: the body begins with a byte order mark; JSON has none (RFC 8259, section 8.1)";
        return Err(ApiError::new(ServiceCode::InvalidJson, detail));
    }
    parse(text, Strictness::DOCUMENT).map_err(|error| {
        let problem = Problem::from(&error);
        let offset = error.offset().unwrap_or(0);
        let rest = text.get(offset..).unwrap_or_default();
        let message = if rest.starts_with(b"//") || rest.starts_with(b"/*") {
            "comments are not JSON".to_owned()
        } else if text.trim_ascii().is_empty() {
            "the body is empty".to_owned()
        } else {
            problem.message.clone()
        };
        let mut refused = ApiError::of(ServiceCode::InvalidJson, problem);
        refused.set_detail(format!("{}: {message}", Position::of(text, offset)));
        refused
    })
}

/// The members of an object, of which none may be unknown.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'n, 'a> {
    node: &'n Node<'a>,
    path: &'n str,
}

impl<'n, 'a> Fields<'n, 'a> {
    /// Those of `node`, which stands at `path`; `known` are all that there may be.
    ///
    /// # Errors
    /// When it is no object, or has another member.
    pub fn of(node: &'n Node<'a>, path: &'n str, known: &[&str]) -> Result<Self> {
        let fields = Self { node, path };
        let Some(members) = node.members() else {
            return Err(fields.wrong("", "an object is expected"));
        };
        match members.iter().find(|member| !known.contains(&member.name.as_ref())) {
            None => Ok(fields),
            Some(other) => {
                Err(fields
                    .wrong(&other.name, &format!("this member is not known; known: {}", known.join(", "))))
            }
        }
    }

    /// A member that is there and not `null`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'n Node<'a>> {
        self.node.get(name).filter(|node| node.value != Value::Null)
    }

    /// A text.
    ///
    /// # Errors
    /// When it is something else.
    pub fn text(&self, name: &str) -> Result<Option<&'n str>> {
        self.typed(name, "a string is expected", Node::text)
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// When it is not.
    pub fn required_text(&self, name: &str) -> Result<&'n str> {
        self.text(name)?.ok_or_else(|| self.wrong(name, "this member is missing"))
    }

    /// A number without sign or fraction.
    ///
    /// # Errors
    /// When it is something else.
    pub fn number(&self, name: &str) -> Result<Option<u64>> {
        self.typed(name, "a whole number is expected", |node| node.unsigned())
    }

    /// Yes or no.
    ///
    /// # Errors
    /// When it is something else.
    pub fn flag(&self, name: &str) -> Result<Option<bool>> {
        self.typed(name, "true or false is expected", |node| match node.value {
            Value::Bool(flag) => Some(flag),
            _ => None,
        })
    }

    /// A list.
    ///
    /// # Errors
    /// When it is something else.
    pub fn items(&self, name: &str) -> Result<Option<&'n [Node<'a>]>> {
        self.typed(name, "a list is expected", Node::items)
    }

    /// A list of texts.
    ///
    /// # Errors
    /// When it is something else.
    pub fn texts(&self, name: &str) -> Result<Vec<String>> {
        let items = self.items(name)?.unwrap_or_default();
        let text = |item: &Node<'_>| {
            item.text().map(str::to_owned).ok_or_else(|| self.wrong(name, "a list of strings is expected"))
        };
        items.iter().map(text).collect()
    }

    /// The path of a member.
    #[must_use]
    pub fn path(&self, name: &str) -> String {
        match (self.path, name) {
            ("", name) => name.to_owned(),
            (path, "") => path.to_owned(),
            (path, name) => format!("{path}.{name}"),
        }
    }

    /// A refusal of a member.
    #[must_use]
    pub fn wrong(&self, name: &str, detail: &str) -> ApiError {
        ApiError::argument(self.path(name), detail)
    }

    fn typed<T>(
        &self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&'n Node<'a>) -> Option<T>,
    ) -> Result<Option<T>> {
        self.get(name).map(|node| read(node).ok_or_else(|| self.wrong(name, expected))).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_in_lines_and_characters() {
        let text = "{\n  \"é\": 1, // x\n}".as_bytes();
        let offset = text.windows(2).position(|two| two == b"//").unwrap();
        assert_eq!(Position::of(text, offset).to_string(), "2:11");
        assert_eq!(Position::of(b"", 7).to_string(), "1:1");
    }
}
