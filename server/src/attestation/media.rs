//! The media type of a token's answer.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use veriquote::appraisal::Profile;

use super::issue::Issued;
use crate::State;
use crate::error::{ApiError, Result, ServiceCode};
use crate::http::Accept;

/// How a token is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The token alone, as the documented service answers.
    Text,
    /// `{"token": …}`.
    Json,
    /// `application/jwt` (RFC 7519, section 10.3.1).
    Jwt,
    /// `application/eat-jwt` or `application/eat+jwt` (RFC 9711, section 9.2).
    Eat(&'static str),
}

const EAT_TYPES: [&str; 2] = ["application/eat-jwt", "application/eat+jwt"];

/// The form that the client wants most, `first` when it has no preference; and the profile that it names
/// with it.
///
/// # Errors
/// `AS.REQUEST.NOT_ACCEPTABLE`.
pub fn negotiate(state: &State, headers: &HeaderMap, first: Form) -> Result<(Form, Option<Profile>)> {
    let accept = Accept::of(headers);
    let (text, json) = (("text/plain", Form::Text), ("application/json", Form::Json));
    let [one, other] = if first == Form::Json { [json, text] } else { [text, json] };
    let offers = [
        one,
        other,
        ("application/jwt", Form::Jwt),
        (EAT_TYPES[0], Form::Eat(EAT_TYPES[0])),
        (EAT_TYPES[1], Form::Eat(EAT_TYPES[1])),
    ];
    let form = accept.choose(&offers).ok_or_else(|| {
        let names: Vec<&str> = offers.iter().map(|(name, _)| *name).collect();
        ApiError::new(ServiceCode::NotAcceptable, format!("given here: {}", names.join(", "))).field("Accept")
    })?;
    let Form::Eat(essence) = form else { return Ok((form, None)) };
    let profile = accept.parameter(essence, "eat_profile").map(|name| {
        let known = Profile::ALL.iter().copied().filter(|profile| *profile != Profile::Compact);
        let named = known.into_iter().find(|profile| state.eat_profile_of(*profile) == name);
        named.ok_or_else(|| {
            ApiError::new(ServiceCode::NotAcceptable, "tokens of this eat_profile are not given here")
                .field("Accept")
        })
    });
    Ok((form, profile.transpose()?))
}

#[derive(Serialize)]
struct Answer<'a> {
    token: &'a str,
    expires_at: i64,
    profile: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    omitted: &'a [&'static str],
}

/// The answer with a token.
pub fn answer(state: &State, form: Form, profile: Profile, issued: &Issued) -> Response {
    let (media_type, body) = match form {
        Form::Text => ("text/plain; charset=utf-8".to_owned(), issued.token.clone()),
        Form::Jwt => ("application/jwt".to_owned(), issued.token.clone()),
        Form::Eat(essence) => {
            (format!("{essence}; eat_profile=\"{}\"", state.eat_profile_of(profile)), issued.token.clone())
        }
        Form::Json => {
            let answer = Answer {
                token: &issued.token,
                expires_at: issued.expires_at.0,
                profile: profile.as_str(),
                omitted: &issued.omitted,
            };
            ("application/json".to_owned(), serde_json::to_string(&answer).unwrap_or_default())
        }
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&media_type) {
        headers.insert(header::CONTENT_TYPE, value);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    response
}
