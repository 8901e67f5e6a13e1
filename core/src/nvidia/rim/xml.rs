//! The part of XML 1.0 and of Namespaces in XML 1.0 that reference integrity manifests are written in.
//!
//! Elements, attributes, namespaces, text, character references and the five predefined entities: whatever
//! else XML has is refused (document types, processing instructions, comments, CDATA sections, `xml:`
//! attributes, names beyond ASCII). A signed document is understood in one way by all who read it when there
//! is little to understand; that is why no general reader stands here.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;

/// A well-formed document: its root element, as events in their order.
#[derive(Debug)]
pub(super) struct Document<'a> {
    pub(super) events: Vec<Event<'a>>,
}

/// What stands in a document.
#[derive(Debug)]
pub(super) enum Event<'a> {
    Start(Element<'a>),
    /// Text between tags, references resolved and line ends normalised; never empty.
    Text(Cow<'a, str>),
    End,
}

/// A start tag.
#[derive(Debug)]
pub(super) struct Element<'a> {
    /// As written: the canonical form keeps prefixes.
    pub(super) prefix: &'a str,
    pub(super) local: &'a str,
    /// The namespace's name; empty when there is none.
    pub(super) namespace: Cow<'a, str>,
    /// Declarations of this tag, in the order of the document; the prefix of the default one is empty.
    pub(super) declarations: Vec<Declaration<'a>>,
    pub(super) attributes: Vec<Attribute<'a>>,
    /// Where the tag stands.
    pub(super) offset: usize,
    /// Where the event of the matching end tag stands among the events.
    pub(super) end: usize,
}

/// A namespace declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Declaration<'a> {
    pub(super) prefix: &'a str,
    pub(super) uri: Cow<'a, str>,
}

/// An attribute that declares no namespace.
#[derive(Debug)]
pub(super) struct Attribute<'a> {
    pub(super) prefix: &'a str,
    pub(super) local: &'a str,
    pub(super) namespace: Cow<'a, str>,
    pub(super) value: Cow<'a, str>,
    pub(super) offset: usize,
}

impl<'a> Element<'a> {
    /// Whether this is the element `local` of `namespace`.
    pub(super) fn is(&self, namespace: &str, local: &str) -> bool {
        self.local == local && self.namespace == namespace
    }

    /// The value of the attribute `local` of `namespace`, which is empty for attributes without a prefix.
    pub(super) fn attribute(&self, namespace: &str, local: &str) -> Option<&Attribute<'a>> {
        self.attributes.iter().find(|it| it.local == local && it.namespace == namespace)
    }
}

impl<'a> Document<'a> {
    /// Parses a whole document.
    ///
    /// # Errors
    /// `nvidia.rim.xml` for what is not well-formed, `nvidia.rim.profile` for XML beyond what is read here,
    /// `limit.depth`.
    pub(super) fn parse(text: &'a str) -> Result<Self, Error> {
        let mut parser = Parser { text, at: 0, scopes: Vec::new(), events: Vec::new(), open: Vec::new() };
        parser.white_space();
        parser.content()?;
        parser.white_space();
        match parser.rest() {
            "" => Ok(Self { events: parser.events }),
            _ => Err(parser.unexpected("one root element and white space around it")),
        }
    }

    /// The elements directly inside the one whose start tag is event `parent`, with the numbers of their events.
    pub(super) fn children(&self, parent: usize) -> impl Iterator<Item = (usize, &Element<'a>)> {
        let end = self.element(parent).map_or(0, |element| element.end);
        let mut next = parent.saturating_add(1);
        core::iter::from_fn(move || {
            while next < end {
                let index = next;
                match self.events.get(index)? {
                    Event::Start(element) => {
                        next = element.end.saturating_add(1);
                        return Some((index, element));
                    }
                    Event::Text(_) | Event::End => next = next.saturating_add(1),
                }
            }
            None
        })
    }

    /// The element whose start tag is this event.
    pub(super) fn element(&self, index: usize) -> Option<&Element<'a>> {
        match self.events.get(index) {
            Some(Event::Start(element)) => Some(element),
            _ => None,
        }
    }

    /// The text directly inside an element.
    pub(super) fn own_text(&self, parent: usize) -> String {
        let end = self.element(parent).map_or(0, |element| element.end);
        let mut text = String::new();
        let mut next = parent.saturating_add(1);
        while next < end {
            match self.events.get(next) {
                Some(Event::Start(element)) => next = element.end,
                Some(Event::Text(piece)) => text.push_str(piece),
                _ => {}
            }
            next = next.saturating_add(1);
        }
        text
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    /// Declarations in force, innermost last.
    scopes: Vec<Declaration<'a>>,
    events: Vec<Event<'a>>,
    open: Vec<Open<'a>>,
}

/// An element whose end tag has not come yet.
struct Open<'a> {
    name: &'a str,
    event: usize,
    /// How many declarations were in force before it.
    outer_scopes: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.skip(token.len());
        }
        found
    }

    fn expect(&mut self, token: &'static str) -> Result<(), Error> {
        if self.eat(token) { Ok(()) } else { Err(self.unexpected(token)) }
    }

    fn white_space(&mut self) -> bool {
        let rest = self.rest();
        let len = rest.len().saturating_sub(rest.trim_start_matches(WHITE_SPACE).len());
        self.skip(len);
        len > 0
    }

    /// The next bytes up to, and without, the first that `stop` holds for.
    fn until(&mut self, stop: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.rest();
        let len = crate::bytes::position(rest.as_bytes(), stop).unwrap_or(rest.len());
        self.skip(len);
        rest.get(..len).unwrap_or_default()
    }

    fn unexpected(&self, expected: &'static str) -> Error {
        Error::new(Code::NvidiaRimXml, "").at(self.at).with(Fact::text("expected", expected))
    }

    fn beyond(&self, problem: &'static str) -> Error {
        Error::new(Code::NvidiaRimProfile, "").at(self.at).with(Fact::text("problem", problem))
    }

    /// The root element with all that is inside.
    fn content(&mut self) -> Result<(), Error> {
        loop {
            if self.eat("</") {
                self.end_tag()?;
            } else if self.rest().starts_with("<!") {
                return Err(self.beyond("no comments, CDATA sections or document types"));
            } else if self.rest().starts_with("<?") {
                return Err(self.beyond("no processing instructions or declarations"));
            } else if self.rest().starts_with('<') {
                self.start_tag()?;
            } else {
                if self.open.is_empty() {
                    return Err(self.unexpected("an element"));
                }
                self.text_event()?;
            }
            if self.open.is_empty() {
                return Ok(());
            }
        }
    }

    fn text_event(&mut self) -> Result<(), Error> {
        let start = self.at;
        let raw = self.until(|byte| byte == b'<');
        if raw.is_empty() {
            return Err(self.unexpected("</"));
        }
        if let Some(at) = raw.find("]]>") {
            self.at = start.saturating_add(at);
            return Err(self.unexpected("text without ]]>"));
        }
        let text = resolve(raw, start, Place::Text)?;
        self.events.push(Event::Text(text));
        Ok(())
    }

    fn end_tag(&mut self) -> Result<(), Error> {
        let at = self.at;
        let name = self.qualified_name()?;
        let Some(open) = self.open.pop().filter(|open| open.name == name) else {
            self.at = at;
            return Err(self.unexpected("the end tag of the innermost element"));
        };
        self.white_space();
        self.expect(">")?;
        self.close(&open);
        Ok(())
    }

    fn close(&mut self, open: &Open<'a>) {
        let end = self.events.len();
        self.events.push(Event::End);
        if let Some(Event::Start(element)) = self.events.get_mut(open.event) {
            element.end = end;
        }
        self.scopes.truncate(open.outer_scopes);
    }

    fn start_tag(&mut self) -> Result<(), Error> {
        let offset = self.at;
        self.expect("<")?;
        let name = self.qualified_name()?;
        if self.open.len() >= limits::NVIDIA_RIM_DEPTH {
            return Err(Error::new(Code::LimitDepth, "").at(offset));
        }
        let outer_scopes = self.scopes.len();
        let mut declarations = Vec::new();
        let mut attributes: Vec<Attribute<'a>> = Vec::new();
        let empty = loop {
            let spaced = self.white_space();
            if self.eat("/>") {
                break true;
            }
            if self.eat(">") {
                break false;
            }
            if !spaced {
                return Err(self.unexpected("white space or the end of the tag"));
            }
            let at = self.at;
            let name = self.qualified_name()?;
            let value = self.attribute_value()?;
            if declarations.len().saturating_add(attributes.len()) >= ATTRIBUTES {
                return Err(Error::new(Code::LimitCount, "").at(at));
            }
            match split(name) {
                ("", "xmlns") => declare(&mut declarations, "", value, at)?,
                ("xmlns", prefix) => declare(&mut declarations, prefix, value, at)?,
                ("xml", _) => {
                    self.at = at;
                    return Err(self.beyond("no attributes of the xml namespace"));
                }
                (prefix, local) => {
                    let namespace = Cow::Borrowed("");
                    attributes.push(Attribute { prefix, local, namespace, value, offset: at });
                }
            }
        };
        self.scopes.extend_from_slice(&declarations);
        for attribute in attributes.iter_mut().filter(|attribute| !attribute.prefix.is_empty()) {
            attribute.namespace = self.bound(attribute.prefix, attribute.offset)?;
        }
        for (index, attribute) in attributes.iter().enumerate() {
            let earlier = attributes.get(..index).unwrap_or_default();
            if earlier.iter().any(|it| it.local == attribute.local && it.namespace == attribute.namespace) {
                return Err(twice(attribute.offset));
            }
        }
        let (prefix, local) = split(name);
        let namespace = if prefix.is_empty() {
            self.lookup("").unwrap_or(Cow::Borrowed(""))
        } else {
            self.bound(prefix, offset)?
        };
        let event = self.events.len();
        self.events.push(Event::Start(Element {
            prefix,
            local,
            namespace,
            declarations,
            attributes,
            offset,
            end: event,
        }));
        let open = Open { name, event, outer_scopes };
        if empty {
            self.close(&open)
        } else {
            self.open.push(open)
        }
        Ok(())
    }

    fn attribute_value(&mut self) -> Result<Cow<'a, str>, Error> {
        self.white_space();
        self.expect("=")?;
        self.white_space();
        let quote = match self.rest().as_bytes().first() {
            Some(quote @ (b'"' | b'\'')) => *quote,
            _ => return Err(self.unexpected("a quotation mark")),
        };
        self.skip(1);
        let start = self.at;
        let raw = self.until(|byte| byte == quote || byte == b'<');
        if self.rest().as_bytes().first() != Some(&quote) {
            return Err(self.unexpected("the closing quotation mark"));
        }
        self.skip(1);
        resolve(raw, start, Place::Attribute)
    }

    /// `name` or `prefix:name`, in ASCII.
    fn qualified_name(&mut self) -> Result<&'a str, Error> {
        let start = self.at;
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte);
        let name = self.until(|byte| !is_name(byte));
        let starts = |part: &str| part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        let good = match name.split_once(':') {
            None => starts(name),
            Some((prefix, local)) => starts(prefix) && starts(local) && !local.contains(':'),
        };
        if good {
            return Ok(name);
        }
        self.at = start;
        Err(self.unexpected("a name"))
    }

    fn lookup(&self, prefix: &str) -> Option<Cow<'a, str>> {
        self.scopes.iter().rev().find(|scope| scope.prefix == prefix).map(|scope| scope.uri.clone())
    }

    fn bound(&self, prefix: &str, offset: usize) -> Result<Cow<'a, str>, Error> {
        self.lookup(prefix).ok_or_else(|| {
            Error::new(Code::NvidiaRimXml, "")
                .at(offset)
                .with(Fact::text("problem", "a prefix is not declared"))
        })
    }
}

fn split(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or(("", name))
}

/// Adds a declaration; none may be taken back or speak of the two prefixes that are XML's own.
fn declare<'a>(
    declarations: &mut Vec<Declaration<'a>>,
    prefix: &'a str,
    uri: Cow<'a, str>,
    offset: usize,
) -> Result<(), Error> {
    if declarations.iter().any(|earlier| earlier.prefix == prefix) {
        return Err(twice(offset));
    }
    // A relative name has no canonical form (Canonical XML 1.1, section 1.3).
    let is_absolute = uri.split_once(':').is_some_and(|(scheme, _)| is_scheme(scheme));
    if !is_absolute || matches!(prefix, "xml" | "xmlns") || RESERVED.contains(&uri.as_ref()) {
        return Err(Error::new(Code::NvidiaRimProfile, "")
            .at(offset)
            .with(Fact::text("problem", "a namespace that may not be declared")));
    }
    if uri.len() > limits::NVIDIA_RIM_NAMESPACE_BYTES {
        return Err(Error::new(Code::LimitSize, "").at(offset).with(Fact::count("size", uri.len())));
    }
    declarations.push(Declaration { prefix, uri });
    Ok(())
}

/// RFC 3986, section 3.1.
fn is_scheme(scheme: &str) -> bool {
    let is_rest = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.bytes().all(is_rest)
}

fn twice(offset: usize) -> Error {
    Error::new(Code::NvidiaRimXml, "").at(offset).with(Fact::text("problem", "an attribute is there twice"))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Text,
    Attribute,
}

/// Normalises line ends (XML 1.0, section 2.11), in attributes white space too (section 3.3.3), and resolves
/// references (section 4.1). `start` is where `raw` stands.
fn resolve(raw: &str, start: usize, place: Place) -> Result<Cow<'_, str>, Error> {
    let broken = |at: usize, problem: &'static str| {
        Error::new(Code::NvidiaRimXml, "").at(start.saturating_add(at)).with(Fact::text("problem", problem))
    };
    if let Some((at, _)) = raw.char_indices().find(|(_, char)| !is_char(*char)) {
        return Err(broken(at, "a character that XML does not allow"));
    }
    let special = |byte: u8| match byte {
        b'&' | b'\r' => true,
        b'\t' | b'\n' => place == Place::Attribute,
        _ => false,
    };
    if crate::bytes::position(raw.as_bytes(), special).is_none() {
        return Ok(Cow::Borrowed(raw));
    }
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        match char {
            '&' => {
                let reference = raw.get(at.saturating_add(1)..).unwrap_or_default();
                let name = reference.split(';').next().unwrap_or_default();
                let is_closed = name.len() < reference.len() && name.len() <= REFERENCE_LEN;
                let resolved = if is_closed { referenced(name) } else { None };
                text.push(resolved.ok_or_else(|| broken(at, "no reference that is known"))?);
                let end = at.saturating_add(name.len()).saturating_add(1);
                while chars.next_if(|(next, _)| *next <= end).is_some() {}
            }
            '\r' => {
                chars.next_if(|(_, next)| *next == '\n');
                text.push(if place == Place::Attribute { ' ' } else { '\n' });
            }
            '\n' | '\t' if place == Place::Attribute => text.push(' '),
            other => text.push(other),
        }
    }
    Ok(Cow::Owned(text))
}

fn referenced(name: &str) -> Option<char> {
    let number = match name {
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        _ => name.strip_prefix('#')?,
    };
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    char::from_u32(u32::from_str_radix(digits, radix).ok()?).filter(|char| is_char(*char))
}

/// `Char` (XML 1.0, section 2.2).
const fn is_char(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

const WHITE_SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// Attributes and declarations of one tag: the longest real one has 13.
const ATTRIBUTES: usize = 64;

/// `#x10ffff` with room for zeros in front.
const REFERENCE_LEN: usize = 16;

/// Names of namespaces that are XML's own.
const RESERVED: [&str; 2] = ["http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/"];
