"""Canonical forms by lxml (libxml2): see ../conformance/tests/c14n.rs.

A document as a JSON string on each line; for each, SHA-384 of the root without its last child and of the
SignedInfo in that child, or why there are none.
"""

import hashlib
import json
import re
import sys

from lxml import etree

SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
SIGNED_INFO = "{http://www.w3.org/2000/09/xmldsig#}SignedInfo"
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
START = re.compile(r'<([^ >]+)((?: [^=]+="[^"]*")*)>')
DECLARATION = re.compile(r' xmlns(?::([^=]+))?="([^"]*)"')


def canonical(root):
    return etree.tostring(root, method="c14n", exclusive=False, with_comments=False, with_tail=False)


def escaped(uri):
    text = uri.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return text.replace("\t", "&#x9;").replace("\n", "&#xA;").replace("\r", "&#xD;")


def content(text):
    root = etree.fromstring(text, PARSER)
    signature = root[-1]
    if signature.tag != SIGNATURE:
        raise ValueError("the last child is no Signature")
    before = signature.getprevious()
    if before is None:
        root.text = (root.text or "") + (signature.tail or "")
    else:
        before.tail = (before.tail or "") + (signature.tail or "")
    signature.tail = None
    root.remove(signature)
    return canonical(root)


def signed_info(text):
    """The element as apex: the declarations around it come to its own."""
    root = etree.fromstring(text, PARSER)
    apex = root[-1].find(SIGNED_INFO)
    scope = dict(apex.nsmap)
    element = apex
    while element.getparent() is not None:
        parent = element.getparent()
        parent.text = None
        element.tail = None
        for sibling in list(parent):
            if sibling is not element:
                parent.remove(sibling)
        element = parent
    whole = canonical(root).decode()
    start = START.match(whole)
    inner = whole[start.end() : whole.rindex("</")]
    start = START.match(inner)
    inner = inner[start.end() : inner.rindex("</")]
    name, members = START.match(inner).groups()
    rest = inner[START.match(inner).end() :]
    attributes = DECLARATION.sub("", members)
    order = sorted(scope.items(), key=lambda it: it[0] or "")
    declared = "".join(f' xmlns{":" + prefix if prefix else ""}="{escaped(uri)}"' for prefix, uri in order)
    return f"<{name}{declared}{attributes}>{rest}".encode()


def answer(text):
    try:
        forms = content(text), signed_info(text)
    except (etree.LxmlError, ValueError, IndexError, AttributeError):
        return "refused"
    return " ".join(hashlib.sha384(form).hexdigest() for form in forms)


for line in sys.stdin:
    print(answer(json.loads(line).encode("utf-8", "surrogatepass")))
