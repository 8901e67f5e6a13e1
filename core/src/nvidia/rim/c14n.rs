//! Canonical XML 1.1 without comments, of a whole document or of one element in it
//! (W3C Recommendation, 2 May 2008).
//!
//! Documents without attributes of the `xml` namespace have the same canonical form in versions 1.0 and 1.1.

use alloc::vec::Vec;

use super::xml::{Attribute, Declaration, Document, Element, Event};

/// Which part of a document is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Selection {
    /// The event of the apex's start tag.
    pub(super) apex: usize,
    /// The event of the start tag of an element that is left out with all that is inside.
    pub(super) without: Option<usize>,
}

/// The canonical form in UTF-8.
pub(super) fn canonical(document: &Document<'_>, selection: Selection) -> Vec<u8> {
    let mut writer = Writer { out: Vec::with_capacity(32 * 1024), scopes: Vec::new(), open: Vec::new() };
    let end = document.element(selection.apex).map_or(0, |element| element.end);
    let outer = in_scope(document, selection.apex);
    let mut next = selection.apex;
    while next <= end {
        match document.events.get(next) {
            Some(Event::Start(element)) if selection.without == Some(next) => next = element.end,
            Some(Event::Start(element)) if next == selection.apex => writer.start(element, &outer),
            Some(Event::Start(element)) => writer.start(element, &[]),
            Some(Event::Text(text)) => writer.text(text),
            Some(Event::End) => writer.end(),
            None => break,
        }
        next = next.saturating_add(1);
    }
    writer.out
}

/// The declarations in force around the element whose start tag is `event`, the innermost of each prefix.
fn in_scope<'d, 'a>(document: &'d Document<'a>, event: usize) -> Vec<&'d Declaration<'a>> {
    let mut scope: Vec<&Declaration<'a>> = Vec::new();
    let ancestors = document.events.iter().take(event).filter_map(|before| match before {
        Event::Start(element) if element.end > event => Some(element),
        _ => None,
    });
    for declaration in ancestors.flat_map(|element| &element.declarations) {
        scope.retain(|outer| outer.prefix != declaration.prefix);
        scope.push(declaration);
    }
    scope
}

struct Writer<'d, 'a> {
    out: Vec<u8>,
    /// Declarations that were written and are in force, innermost last.
    scopes: Vec<&'d Declaration<'a>>,
    /// The open elements, with how many declarations were in force before each.
    open: Vec<(&'d Element<'a>, usize)>,
}

impl<'d, 'a> Writer<'d, 'a> {
    /// `outer` are declarations that an apex has from around it.
    fn start(&mut self, element: &'d Element<'a>, outer: &[&'d Declaration<'a>]) {
        let outer_scopes = self.scopes.len();
        let own = &element.declarations;
        let inherited = outer.iter().copied().filter(|it| own.iter().all(|own| own.prefix != it.prefix));
        let mut declared: Vec<&Declaration<'a>> = own.iter().chain(inherited).collect();
        declared.retain(|declaration| {
            let written = self.scopes.iter().rev().find(|it| it.prefix == declaration.prefix);
            written.is_none_or(|written| written.uri != declaration.uri)
        });
        declared.sort_by_key(|declaration| declaration.prefix);
        let mut attributes: Vec<&Attribute<'a>> = element.attributes.iter().collect();
        attributes.sort_by(|a, b| (&a.namespace, a.local).cmp(&(&b.namespace, b.local)));

        self.out.push(b'<');
        self.name(element.prefix, element.local);
        for declaration in &declared {
            self.out.extend_from_slice(b" xmlns");
            if !declaration.prefix.is_empty() {
                self.out.push(b':');
                self.out.extend_from_slice(declaration.prefix.as_bytes());
            }
            self.value(&declaration.uri);
        }
        for attribute in attributes {
            self.out.push(b' ');
            self.name(attribute.prefix, attribute.local);
            self.value(&attribute.value);
        }
        self.out.push(b'>');
        self.scopes.append(&mut declared);
        self.open.push((element, outer_scopes));
    }

    fn end(&mut self) {
        let Some((element, outer_scopes)) = self.open.pop() else { return };
        self.out.extend_from_slice(b"</");
        self.name(element.prefix, element.local);
        self.out.push(b'>');
        self.scopes.truncate(outer_scopes);
    }

    fn name(&mut self, prefix: &str, local: &str) {
        if !prefix.is_empty() {
            self.out.extend_from_slice(prefix.as_bytes());
            self.out.push(b':');
        }
        self.out.extend_from_slice(local.as_bytes());
    }

    fn value(&mut self, value: &str) {
        self.out.extend_from_slice(b"=\"");
        self.escaped(value, |byte| match byte {
            b'&' => Some(b"&amp;"),
            b'<' => Some(b"&lt;"),
            b'"' => Some(b"&quot;"),
            b'\t' => Some(b"&#x9;"),
            b'\n' => Some(b"&#xA;"),
            b'\r' => Some(b"&#xD;"),
            _ => None,
        });
        self.out.push(b'"');
    }

    fn text(&mut self, text: &str) {
        self.escaped(text, |byte| match byte {
            b'&' => Some(b"&amp;"),
            b'<' => Some(b"&lt;"),
            b'>' => Some(b"&gt;"),
            b'\r' => Some(b"&#xD;"),
            _ => None,
        });
    }

    fn escaped(&mut self, text: &str, escape: fn(u8) -> Option<&'static [u8]>) {
        for byte in text.bytes() {
            match escape(byte) {
                None => self.out.push(byte),
                Some(escaped) => self.out.extend_from_slice(escaped),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    fn whole(text: &str) -> String {
        let document = Document::parse(text).unwrap();
        String::from_utf8(canonical(&document, Selection { apex: 0, without: None })).unwrap()
    }

    fn part(text: &str, apex: usize, without: Option<usize>) -> String {
        let document = Document::parse(text).unwrap();
        String::from_utf8(canonical(&document, Selection { apex, without })).unwrap()
    }

    #[test]
    fn tags_attributes_and_namespaces_have_one_form() {
        for (text, expected) in [
            ("<a/>", "<a></a>"),
            ("\r\n <a  b = '1'   a=\"2\" ></a >\n", "<a a=\"2\" b=\"1\"></a>"),
            ("<a><b>x</b>\r\ny\rz</a>", "<a><b>x</b>\ny\nz</a>"),
            // Unprefixed attributes first, the others by the name of their namespace.
            (
                "<a xmlns:z='u:1' xmlns:b='u:2' b:x='1' z:y='2' z:x='3' k='4'/>",
                "<a xmlns:b=\"u:2\" xmlns:z=\"u:1\" k=\"4\" z:x=\"3\" z:y=\"2\" b:x=\"1\"></a>",
            ),
            // The default namespace before the others; a declaration that changes nothing is not written.
            (
                "<a xmlns:p='u:p' xmlns='u:d'><p:b xmlns:p='u:p' xmlns='u:d'/><c xmlns='u:e'><d xmlns='u:d'/></c></a>",
                "<a xmlns=\"u:d\" xmlns:p=\"u:p\"><p:b></p:b><c xmlns=\"u:e\"><d xmlns=\"u:d\"></d></c></a>",
            ),
            // What is escaped where.
            (
                "<a b='&lt;&gt;&amp;&quot;&apos;&#9;&#10;&#13;\t\n'>&lt;&gt;&amp;&quot;'&#13;&#x41;\t</a>",
                "<a b=\"&lt;>&amp;&quot;'&#x9;&#xA;&#xD;  \">&lt;&gt;&amp;\"'&#xD;A\t</a>",
            ),
            ("<a>\u{e9}&#xe9;</a>", "<a>\u{e9}\u{e9}</a>"),
        ] {
            assert_eq!(whole(text), expected, "{text}");
        }
    }

    #[test]
    fn an_element_alone_carries_the_namespaces_around_it() {
        let text =
            "<a xmlns='u:d' xmlns:p='u:p' xmlns:q='u:q'><b xmlns:q='u:r'> <p:c x='1'><d/></p:c></b></a>";
        // Events: a, b, text, p:c.
        let expected = "<p:c xmlns=\"u:d\" xmlns:p=\"u:p\" xmlns:q=\"u:r\" x=\"1\"><d></d></p:c>";
        assert_eq!(part(text, 3, None), expected);
    }

    #[test]
    fn what_is_left_out_leaves_the_text_around_it() {
        assert_eq!(part("<a> <b/>\n<c>x</c>\t</a>", 0, Some(5)), "<a> <b></b>\n\t</a>");
    }
}
