//! The facade's types as Python sees them: a structure becomes the class of its name in `veriquote._types`.

use core::fmt::{self, Display};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};
use pyo3::{IntoPyObjectExt, exceptions::PyTypeError};
use serde::ser::{self, Impossible, Serialize};

/// `value` as frozen records, tuples and read-only mappings.
pub(crate) fn of<'py>(py: Python<'py>, value: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    value.serialize(Records { py }).map_err(|NotMade(error)| error)
}

/// An exception on the way through serde.
#[derive(Debug)]
pub(crate) struct NotMade(PyErr);

impl Display for NotMade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for NotMade {}

impl ser::Error for NotMade {
    fn custom<T: Display>(message: T) -> Self {
        Self(PyTypeError::new_err(message.to_string()))
    }
}

impl From<PyErr> for NotMade {
    fn from(error: PyErr) -> Self {
        Self(error)
    }
}

type Made<'py> = Result<Bound<'py, PyAny>, NotMade>;

#[derive(Clone, Copy)]
struct Records<'py> {
    py: Python<'py>,
}

impl<'py> Records<'py> {
    fn plain<T: IntoPyObject<'py>>(self, value: T) -> Made<'py> {
        Ok(value.into_bound_py_any(self.py)?)
    }
}

macro_rules! plain {
    ($($method:ident: $type:ty,)*) => {
        $(fn $method(self, value: $type) -> Made<'py> {
            self.plain(value)
        })*
    };
}

/// serde's data model, as far as the facade uses it.
impl<'py> ser::Serializer for Records<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = NotMade;
    type SerializeSeq = Items<'py>;
    type SerializeTuple = Items<'py>;
    type SerializeTupleStruct = Impossible<Self::Ok, NotMade>;
    type SerializeTupleVariant = Impossible<Self::Ok, NotMade>;
    type SerializeMap = Entries<'py>;
    type SerializeStruct = Members<'py>;
    type SerializeStructVariant = Impossible<Self::Ok, NotMade>;

    plain! {
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_f32: f32,
        serialize_f64: f64,
        serialize_char: char,
        serialize_str: &str,
        serialize_bytes: &[u8],
    }

    fn serialize_none(self) -> Made<'py> {
        Ok(self.py.None().into_bound(self.py))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Made<'py> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Made<'py> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Made<'py> {
        self.serialize_none()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Made<'py> {
        self.plain(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Made<'py> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Made<'py> {
        let members = PyDict::new(self.py);
        members.set_item(variant, value.serialize(self)?)?;
        read_only(&members)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Items<'py>, NotMade> {
        Ok(Items { records: self, items: Vec::with_capacity(length.unwrap_or_default()) })
    }

    fn serialize_tuple(self, length: usize) -> Result<Items<'py>, NotMade> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, NotMade> {
        Err(unknown())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, NotMade> {
        Err(unknown())
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'py>, NotMade> {
        Ok(Entries { records: self, entries: PyDict::new(self.py), key: None })
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Members<'py>, NotMade> {
        Ok(Members { records: self, name, members: PyDict::new(self.py) })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, NotMade> {
        Err(unknown())
    }
}

fn unknown() -> NotMade {
    ser::Error::custom("the facade has no such type")
}

/// A list: a tuple.
struct Items<'py> {
    records: Records<'py>,
    items: Vec<Bound<'py, PyAny>>,
}

impl<'py> ser::SerializeSeq for Items<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = NotMade;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotMade> {
        self.items.push(value.serialize(self.records)?);
        Ok(())
    }

    fn end(self) -> Made<'py> {
        Ok(PyTuple::new(self.records.py, self.items)?.into_any())
    }
}

impl<'py> ser::SerializeTuple for Items<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = NotMade;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotMade> {
        ser::SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Made<'py> {
        ser::SerializeSeq::end(self)
    }
}

/// Members whose names are data: a read-only mapping.
struct Entries<'py> {
    records: Records<'py>,
    entries: Bound<'py, PyDict>,
    key: Option<Bound<'py, PyAny>>,
}

impl<'py> ser::SerializeMap for Entries<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = NotMade;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), NotMade> {
        // In JSON every name is text.
        self.key = Some(key.serialize(self.records)?.str()?.into_any());
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NotMade> {
        let key = self.key.take().ok_or_else(unknown)?;
        Ok(self.entries.set_item(key, value.serialize(self.records)?)?)
    }

    fn end(self) -> Made<'py> {
        read_only(&self.entries)
    }
}

/// Members whose names are known: the class of that name.
struct Members<'py> {
    records: Records<'py>,
    name: &'static str,
    members: Bound<'py, PyDict>,
}

impl<'py> ser::SerializeStruct for Members<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = NotMade;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), NotMade> {
        Ok(self.members.set_item(name, value.serialize(self.records)?)?)
    }

    fn end(self) -> Made<'py> {
        static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let make = MAKE.import(self.records.py, "veriquote._types", "record")?;
        Ok(make.call1((self.name, self.members))?)
    }
}

fn read_only<'py>(members: &Bound<'py, PyDict>) -> Made<'py> {
    static PROXY: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    Ok(PROXY.import(members.py(), "types", "MappingProxyType")?.call1((members,))?)
}
