//! Requests, by the core's strict reader.
//!
//! Of what serde derives only the reading of sequences is used: the members of an object are given in the order
//! of the type's fields. It is a third of the code of the way by names, and there is no second reader of JSON.

use core::fmt::{self, Display};
use core::slice;
use std::borrow::Cow;

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, Expected, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor, value::StrDeserializer,
};
use veriquote::json::{self, Member, Node, Value};
use veriquote::{Code, Error};

use crate::document::Document;
use crate::one_of::EvidenceKind;
use crate::problem::Problem;
use crate::verification::Verification;

/// A request of type `R`. Unknown members are refused, and members that are there twice.
///
/// # Errors
/// `misuse.options`, with the member's path in its message.
pub fn read_request<R: DeserializeOwned>(request: &str) -> Result<R, Problem> {
    // Hollow as all that is inside: what an object has is read when it is known what it is to be.
    let whole = if request.trim_start().starts_with(['{', '[']) {
        Node { raw: request, offset: 0, value: Value::Object(Vec::new()) }
    } else {
        json::parse_outline(request).map_err(|error| Fault::from(&error).told())?
    };
    R::deserialize(Given(Some(&whole))).map_err(Fault::told)
}

/// The answer to a request for evidence of this kind: the result as JSON.
pub(crate) fn answer<R: DeserializeOwned>(
    evidence: EvidenceKind,
    request: &str,
    verify: impl FnOnce(&R) -> Verification,
) -> String {
    let result = match read_request(request) {
        Ok(request) => verify(&request),
        Err(problem) => Verification::failed(evidence, problem, Vec::new()),
    };
    serde_json::to_string(&result).unwrap_or_default()
}

/// A value that was given, whose own values are still to be read; or a member that was not given.
#[derive(Clone, Copy)]
struct Given<'a>(Option<&'a Node<'a>>);

impl<'a> Given<'a> {
    fn node(self) -> Result<&'a Node<'a>, Fault> {
        self.0.ok_or_else(Fault::absent)
    }

    /// What is directly inside.
    fn open(self) -> Result<Value<'a>, Fault> {
        let outline = json::parse_outline(self.node()?.raw);
        outline.map(|node| node.value).map_err(|error| Fault::from(&error))
    }

    fn items(self, expected: &dyn Expected) -> Result<Vec<Node<'a>>, Fault> {
        match self.open()? {
            Value::Array(items) => Ok(items),
            other => Err(wrong(&other, expected)),
        }
    }

    fn members(self, expected: &dyn Expected) -> Result<Vec<Member<'a>>, Fault> {
        match self.open()? {
            Value::Object(members) => Ok(members),
            other => Err(wrong(&other, expected)),
        }
    }

    /// The members of an object that has none but `fields`.
    fn known(
        self,
        fields: &'static [&'static str],
        expected: &dyn Expected,
    ) -> Result<Vec<Member<'a>>, Fault> {
        let members = self.members(expected)?;
        match members.iter().find(|member| !fields.contains(&&*member.name)) {
            Some(member) => Err(Fault::unknown_field(&member.name, fields)),
            None => Ok(members),
        }
    }

    fn text(self, expected: &dyn Expected) -> Result<&'a str, Fault> {
        match &self.node()?.value {
            Value::String(text) => Ok(text),
            other => Err(wrong(other, expected)),
        }
    }

    /// The name of a variant and its content.
    fn variant(self, expected: &dyn Expected) -> Result<(Cow<'a, str>, Option<Node<'a>>), Fault> {
        match self.open()? {
            Value::String(name) => Ok((name, None)),
            Value::Object(mut members) if members.len() == 1 => {
                members.pop().map(|Member { name, node }| (name, Some(node))).ok_or_else(Fault::absent)
            }
            other => Err(wrong(&other, expected)),
        }
    }
}

fn wrong(value: &Value<'_>, expected: &dyn Expected) -> Fault {
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    Fault::custom(format_args!("expected {expected}, found {found}"))
}

fn number<'de, V: Visitor<'de>>(given: Given<'_>, visitor: V) -> Result<V::Value, Fault> {
    match &given.node()?.value {
        Value::Number(text) => match (text.parse::<u64>(), text.parse::<i64>()) {
            (Ok(number), _) => visitor.visit_u64(number),
            (_, Ok(number)) => visitor.visit_i64(number),
            _ => Err(wrong(&Value::Number(text), &visitor)),
        },
        other => Err(wrong(other, &visitor)),
    }
}

fn text<'de, V: Visitor<'de>>(given: Given<'_>, visitor: V) -> Result<V::Value, Fault> {
    let text = given.text(&visitor)?;
    visitor.visit_str(text)
}

/// What a type asks for is what its visitor is told; no type is described by its value, but `any`.
macro_rules! by {
    ($way:ident: $($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            $way(self, visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Given<'_> {
    type Error = Fault;

    by! { number: deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 }
    by! { text: deserialize_char deserialize_str deserialize_string deserialize_identifier }
    by! { any: deserialize_any deserialize_f32 deserialize_f64 deserialize_bytes deserialize_byte_buf
    deserialize_unit deserialize_ignored_any }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.node()?.value {
            Value::Bool(flag) => visitor.visit_bool(flag),
            ref other => Err(wrong(other, &visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            None | Some(Node { value: Value::Null, .. }) => visitor.visit_none(),
            Some(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        any(self, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if name != Document::NAME {
            return visitor.visit_newtype_struct(self);
        }
        match self.node()? {
            Node { value: Value::String(text), .. } => visitor.visit_str(text),
            node => visitor.visit_str(node.raw),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let items = self.items(&visitor)?;
        visitor.visit_seq(Items { items: items.iter(), next: 0 })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let members = self.members(&visitor)?;
        visitor.visit_map(Members { members: members.iter(), value: Given(None) })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let members = self.known(fields, &visitor)?;
        let given = Fields { members: &members, rest: fields.iter(), field: "" };
        visitor.visit_seq(given).map_err(|fault| fault.naming(fields))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let (name, node) = self.variant(&visitor)?;
        let variant = Variant { name: &name, content: Given(node.as_ref()) };
        visitor.visit_enum(variant).map_err(|fault| fault.inside(&name))
    }
}

/// For values of any kind.
fn any<'de, V: Visitor<'de>>(given: Given<'_>, visitor: V) -> Result<V::Value, Fault> {
    match &given.node()?.value {
        Value::Null => visitor.visit_unit(),
        Value::Bool(flag) => visitor.visit_bool(*flag),
        Value::Number(text) => match (text.parse(), text.parse(), text.parse::<f64>()) {
            (Ok(number), _, _) => visitor.visit_u64(number),
            (_, Ok(number), _) => visitor.visit_i64(number),
            (_, _, Ok(number)) if number.is_finite() => visitor.visit_f64(number),
            _ => Err(wrong(&Value::Number(text), &visitor)),
        },
        Value::String(text) => visitor.visit_str(text),
        Value::Array(_) => given.deserialize_seq(visitor),
        Value::Object(_) => given.deserialize_map(visitor),
    }
}

/// The members of an object in the order of a type's fields.
struct Fields<'a> {
    members: &'a [Member<'a>],
    rest: slice::Iter<'static, &'static str>,
    field: &'static str,
}

impl<'a> Fields<'a> {
    fn advance(&mut self) -> Option<Given<'a>> {
        let field = *self.rest.next()?;
        self.field = field;
        Some(Given(self.members.iter().find(|member| member.name == field).map(|member| &member.node)))
    }

    /// What may be absent is by now; for anything else the type has a default, or says which one is missing.
    fn failed(&self, given: Given<'_>, fault: Fault) -> Result<(), Fault> {
        if given.0.is_some() { Err(fault.inside(self.field)) } else { Ok(()) }
    }
}

impl<'de> SeqAccess<'de> for Fields<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(given) = self.advance() else { return Ok(None) };
        match seed.deserialize(given) {
            Ok(value) => Ok(Some(value)),
            Err(fault) => self.failed(given, fault).map(|()| None),
        }
    }
}

struct Items<'a> {
    items: slice::Iter<'a, Node<'a>>,
    next: usize,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(node) = self.items.next() else { return Ok(None) };
        let number = self.next;
        self.next += 1;
        seed.deserialize(Given(Some(node))).map(Some).map_err(|fault| fault.inside(&number.to_string()))
    }
}

struct Members<'a> {
    members: slice::Iter<'a, Member<'a>>,
    value: Given<'a>,
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some(member) = self.members.next() else { return Ok(None) };
        self.value = Given(Some(&member.node));
        seed.deserialize(StrDeserializer::<Fault>::new(&member.name)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        seed.deserialize(self.value)
    }
}

/// A variant by its name, with its content if it has one.
struct Variant<'a> {
    name: &'a str,
    content: Given<'a>,
}

impl<'a, 'de> EnumAccess<'de> for Variant<'a> {
    type Error = Fault;
    type Variant = Given<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Given<'a>), Fault> {
        Ok((seed.deserialize(StrDeserializer::<Fault>::new(self.name))?, self.content))
    }
}

impl<'de> VariantAccess<'de> for Given<'_> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        match self.0 {
            None | Some(Node { value: Value::Null, .. }) => Ok(()),
            Some(_) => Err(Fault::custom("expected nothing but the name")),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_struct("", fields, visitor)
    }
}

/// Why a request was not understood.
#[derive(Debug)]
struct Fault(Box<Reason>);

#[derive(Debug, Default)]
struct Reason {
    message: String,
    /// Members from the outermost one.
    path: String,
    /// The field of a type, by number, that was not given.
    missing: Option<usize>,
}

impl Fault {
    fn new(message: String) -> Self {
        Self(Box::new(Reason { message, ..Reason::default() }))
    }

    fn absent() -> Self {
        Self::new("a value is missing".to_owned())
    }

    fn naming(mut self, fields: &[&str]) -> Self {
        if let Some(field) = self.0.missing.take().and_then(|field| fields.get(field)) {
            self.0.message = format!("missing field `{field}`");
        }
        self
    }

    fn inside(mut self, outer: &str) -> Self {
        self.0.path =
            if self.0.path.is_empty() { outer.to_owned() } else { format!("{outer}.{}", self.0.path) };
        self
    }

    fn told(self) -> Problem {
        let Reason { message, path, .. } = *self.0;
        let message = if path.is_empty() { message } else { format!("{message}, in `{path}`") };
        Problem::misuse("options", message, Code::MisuseOptions.help())
    }
}

impl From<&Error> for Fault {
    fn from(error: &Error) -> Self {
        let mut message = error.code().meaning().to_owned();
        if let Some(offset) = error.offset() {
            message = format!("{message}, at byte {offset}");
        }
        for (name, value) in crate::check::facts(error.facts()) {
            message = format!("{message}; {name}: {value}");
        }
        Self::new(message)
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl core::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        let message = format!("expected {expected}");
        Self(Box::new(Reason { message, missing: Some(length), ..Reason::default() }))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_value(found, expected)
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        // Floating-point numbers are not printed, for that takes 20 KB.
        match found {
            Unexpected::Float(_) => Self::custom(format_args!("expected {expected}, found a fraction")),
            Unexpected::Unsigned(number) => Self::custom(format_args!("expected {expected}, found {number}")),
            Unexpected::Signed(number) => Self::custom(format_args!("expected {expected}, found {number}")),
            Unexpected::Str(text) => Self::custom(format_args!("expected {expected}, found `{text}`")),
            _ => Self::custom(format_args!("expected {expected}")),
        }
    }
}
