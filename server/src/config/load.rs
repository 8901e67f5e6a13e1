//! Reading the configuration: the file first, then the environment.

use std::fmt;
use std::path::Path;

use toml::{Table, Value};

use super::Config;

/// The environment's variables that replace values of the file: `VERIQUOTE_SERVER_ISSUER`,
/// `VERIQUOTE_SERVER_TOKEN__ALGORITHM`.
const PREFIX: &str = "VERIQUOTE_SERVER_";

/// Where the configuration comes from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Source<'a> {
    /// The file, if there is one.
    pub file: Option<&'a Path>,
}

/// A configuration that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(pub Vec<String>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads the file and the environment; `variables` are all of the environment's.
    ///
    /// # Errors
    /// What cannot be read. [`Config::check`] says what is wrong with the values.
    pub fn load(
        source: Source<'_>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let one = |message: String| ConfigError(vec![message]);
        let mut table = match source.file {
            None => Table::new(),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| one(format!("{}: {error}", path.display())))?;
                text.parse::<Table>().map_err(|error| one(format!("{}: {error}", path.display())))?
            }
        };
        let mut variables: Vec<_> = variables
            .into_iter()
            .filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?.to_ascii_lowercase(), value)))
            .collect();
        variables.sort();
        for (name, value) in variables {
            let path: Vec<&str> = name.split("__").collect();
            set(&mut table, &path, value)
                .map_err(|message| one(format!("{PREFIX}{}: {message}", name.to_ascii_uppercase())))?;
        }
        Value::Table(table).try_into().map_err(|error: toml::de::Error| one(error.message().to_owned()))
    }
}

/// A value that reads as TOML is that; anything else is a string.
fn set(table: &mut Table, path: &[&str], value: String) -> Result<(), String> {
    match path {
        [] => Err("it names nothing".to_owned()),
        [name] => {
            let parsed = format!("v = {value}").parse::<Table>().ok().and_then(|mut table| table.remove("v"));
            table.insert((*name).to_owned(), parsed.unwrap_or(Value::String(value)));
            Ok(())
        }
        [section, rest @ ..] => {
            let section = table.entry((*section).to_owned()).or_insert_with(|| Value::Table(Table::new()));
            match section {
                Value::Table(inner) => set(inner, rest, value),
                _ => Err("it names a part of a value that has none".to_owned()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load(Source::default(), variables)
    }

    #[test]
    fn the_environment_replaces_values() {
        let config = load(&[
            ("VERIQUOTE_SERVER_ISSUER", "https://attest.example"),
            ("VERIQUOTE_SERVER_TOKEN__ALGORITHM", "ES384"),
            ("VERIQUOTE_SERVER_LIMITS__BODY_BYTES", "4096"),
            ("VERIQUOTE_SERVER_TOKEN__AUDIENCES", "[\"a\", \"b\"]"),
            ("VERIQUOTE_VECTORS", "elsewhere"),
        ])
        .unwrap();
        assert_eq!(config.issuer.as_str(), "https://attest.example");
        assert_eq!(config.token.algorithm.as_str(), "ES384");
        assert_eq!(config.limits.body_bytes, 4096);
        assert_eq!(config.token.audiences, ["a", "b"]);
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for variable in [
            ("VERIQUOTE_SERVER_ISSUR", "https://attest.example"),
            ("VERIQUOTE_SERVER_TOKEN__ALGORITM", "ES384"),
            ("VERIQUOTE_SERVER_TOKEN__ALGORITHM", "HS256"),
            ("VERIQUOTE_SERVER_TOKEN__ALGORITHM", "none"),
            ("VERIQUOTE_SERVER_ISSUER__HOST", "a"),
            ("VERIQUOTE_SERVER_LIMITS__BODY_BYTES", "-1"),
        ] {
            assert!(load(&[variable]).is_err(), "{variable:?}");
        }
    }
}
