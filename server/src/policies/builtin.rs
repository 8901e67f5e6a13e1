//! Policies that are always there.

/// The id of the core's strict policy.
pub const STRICT: &str = "strict";

/// The id of the policy that accepts whatever is authentic. Tokens say that no policy was asked.
pub const CRYPTO_ONLY: &str = "crypto-only";

/// The id by which the documented service calls the policy of requests that name none.
pub const DEFAULT: &str = "default";

/// A document that states the strict policy, so that tokens can name its hash.
pub const STRICT_TEXT: &str = r#"{"name":"strict","tcb":{"accept":["UpToDate"]}}"#;

#[cfg(test)]
mod tests {
    use super::*;
    use veriquote::Policy;

    #[test]
    fn the_text_says_what_the_core_means() {
        assert_eq!(Policy::from_json(STRICT_TEXT.as_bytes()).unwrap(), Policy::strict());
    }
}
