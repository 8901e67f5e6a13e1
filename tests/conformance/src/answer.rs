//! What a verifier must answer to a case, for evidence whose answers are claims.

use serde_json::{Map, Value, json};
use veriquote::Code;

/// What a verifier must answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Authentic and accepted, with these members of the claims (JSON pointers) at these values.
    Verified(Vec<(&'static str, Value)>),
    /// Authentic, and not accepted for these rules of the policy.
    Rejected {
        /// The rules that are not met.
        rules: Vec<&'static str>,
        /// Members of the claims.
        claims: Vec<(&'static str, Value)>,
    },
    /// Not authentic, or a wrong call.
    Refused {
        /// Why.
        code: Code,
        /// Where.
        part: String,
    },
}

impl Expected {
    /// As the data of the case have it.
    #[must_use]
    pub fn json(&self) -> Value {
        match self {
            Self::Verified(claims) => json!({ "result": "accepted", "claims": object(claims) }),
            Self::Rejected { rules, claims } => {
                json!({ "result": "rejected", "rules": rules, "claims": object(claims) })
            }
            Self::Refused { code, part } => {
                json!({ "result": "refused", "code": code.as_str(), "part": part })
            }
        }
    }

    /// What is wrong with the facade's answer, if anything.
    #[must_use]
    pub fn wrong(&self, answer: &Value) -> Option<String> {
        let error = &answer["error"];
        let claims = match self {
            Self::Verified(_) if answer["accepted"] != true => return Some(format!("not accepted: {error}")),
            Self::Verified(claims) => claims,
            Self::Rejected { rules, claims } => {
                let findings = answer["appraisal"]["findings"].as_array().into_iter().flatten();
                let broken = findings.filter(|it| it["outcome"] == "violated").map(|it| it["rule"].clone());
                let is = json!([
                    answer["verified"],
                    answer["accepted"],
                    error["code"],
                    broken.collect::<Vec<_>>()
                ]);
                let must = json!([true, false, "policy.rejected", rules]);
                if is != must {
                    return Some(format!("is {is}, not {must}: {error}"));
                }
                claims
            }
            Self::Refused { code, part } => {
                let is = json!([answer["verified"], error["code"], error["part"], answer["claims"]]);
                let must = json!([false, code.as_str(), part, null]);
                return (is != must).then(|| format!("is {is}, not {must}: {}", error["facts"]));
            }
        };
        claims.iter().find_map(|(pointer, value)| {
            let actual = answer["claims"].pointer(pointer).cloned().unwrap_or_default();
            (actual != *value).then(|| format!("{pointer} is {actual}, not {value}"))
        })
    }
}

fn object(claims: &[(&str, Value)]) -> Map<String, Value> {
    claims.iter().map(|(pointer, value)| ((*pointer).to_owned(), value.clone())).collect()
}
