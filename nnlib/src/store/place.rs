//! A place in a JSON file: its value, and the path that errors name.

use std::path::Path;

use ndarray::{Array, ArrayD, Dimension, IxDyn};
use serde_json::Value;

use crate::error::Error;

/// Whole numbers are read up to here: JSON's numbers are exact so far.
const MOST: u64 = 1 << 53;

/// A value in a JSON file, and where it stands.
pub(super) struct Place<'a> {
    file: &'a Path,
    at: String,
    value: &'a Value,
}

/// The JSON value that the bytes of a file spell.
pub(super) fn parse(file: &Path, bytes: &[u8]) -> Result<Value, Error> {
    serde_json::from_slice(bytes).map_err(|error| {
        let at = format!("line {}, column {}", error.line(), error.column());
        let got = if error.is_eof() {
            "the end of the file".to_owned()
        } else {
            let line = bytes.split(|&b| b == b'\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
            let rest = line.get(error.column().saturating_sub(1)..).unwrap_or_default();
            format!("\"{}\" ({})", shorten(&String::from_utf8_lossy(&rest[..rest.len().min(80)])), reason(&error))
        };
        Error::format(file.display().to_string(), at, "JSON", got)
    })
}

/// What the parser says, without the place.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line").map_or(text.as_str(), |(reason, _)| reason).to_owned()
}

/// The beginning of a long text.
fn shorten(text: &str) -> String {
    let mut start: String = text.chars().take(20).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    start
}

impl<'a> Place<'a> {
    pub(super) fn root(file: &'a Path, value: &'a Value) -> Self {
        Self { file, at: String::new(), value }
    }

    /// That something else was expected here.
    pub(super) fn wrong(&self, expected: &str) -> Error {
        let got = match self.value {
            Value::Array(items) => format!("a list of {}", items.len()),
            Value::Object(_) => "an object".to_owned(),
            Value::String(text) => format!("\"{}\"", shorten(text)),
            other => other.to_string(),
        };
        self.error(expected, got)
    }

    fn error(&self, expected: &str, got: impl std::fmt::Display) -> Error {
        let at = if self.at.is_empty() { "top level" } else { &self.at };
        Error::format(self.file.display().to_string(), at, expected, got)
    }

    /// A result of the library's own check, its error moved to this place.
    pub(super) fn checked<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        result.map_err(|error| match error {
            Error::Shape { what, expected, got } => self.error(&format!("{what} of shape {expected}"), got),
            Error::Value { what, expected, got } => self.error(&format!("{what} to be {expected}"), got),
            Error::Empty { what } => self.error(&format!("at least one of the {what}"), "none"),
            other => other,
        })
    }

    /// The value of an object's key.
    pub(super) fn key(&self, key: &str) -> Result<Place<'a>, Error> {
        let Value::Object(map) = self.value else { return Err(self.wrong("an object")) };
        let value = map.get(key).ok_or_else(|| self.error(&format!("the key \"{key}\""), "none of that name"))?;
        let at = if self.at.is_empty() { key.to_owned() } else { format!("{}.{key}", self.at) };
        Ok(Place { file: self.file, at, value })
    }

    pub(super) fn is_list(&self) -> bool {
        self.value.is_array()
    }

    pub(super) fn is_number(&self) -> bool {
        self.value.is_number()
    }

    /// The places of a list.
    pub(super) fn items(&self) -> Result<Vec<Place<'a>>, Error> {
        let Value::Array(items) = self.value else { return Err(self.wrong("a list")) };
        Ok(items.iter().enumerate().map(|(i, value)| Place { file: self.file, at: format!("{}[{i}]", self.at), value }).collect())
    }

    pub(super) fn text(&self) -> Result<&'a str, Error> {
        self.value.as_str().ok_or_else(|| self.wrong("text"))
    }

    pub(super) fn flag(&self) -> Result<bool, Error> {
        self.value.as_bool().ok_or_else(|| self.wrong("true or false"))
    }

    pub(super) fn number(&self) -> Result<f64, Error> {
        self.value.as_f64().ok_or_else(|| self.wrong("a number"))
    }

    /// A whole number.
    pub(super) fn count(&self) -> Result<usize, Error> {
        let count = self.value.as_u64().filter(|&count| count <= MOST).and_then(|count| usize::try_from(count).ok());
        count.ok_or_else(|| self.wrong("a whole number of at least 0"))
    }

    /// What the text here is the name of.
    pub(super) fn one_of<T: Copy>(&self, names: &[(&str, T)]) -> Result<T, Error> {
        let text = self.text()?;
        let found = names.iter().find(|(name, _)| *name == text);
        found.map(|(_, value)| *value).ok_or_else(|| self.wrong(&names.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" or ")))
    }

    /// Nested lists of numbers, all of one length in each dimension.
    pub(super) fn array<D: Dimension>(&self) -> Result<Array<f64, D>, Error> {
        let mut lengths = vec![None; D::NDIM.expect("a fixed number")];
        let mut numbers = Vec::new();
        self.collect(&mut lengths, &mut numbers)?;
        let shape: Vec<usize> = lengths.iter().map(|length| length.unwrap_or(0)).collect();
        let array = ArrayD::from_shape_vec(IxDyn(&shape), numbers).expect("as many as were counted");
        Ok(array.into_dimensionality().expect("the dimension asked for"))
    }

    fn collect(&self, lengths: &mut [Option<usize>], numbers: &mut Vec<f64>) -> Result<(), Error> {
        let Value::Array(items) = self.value else { return Err(self.wrong("a list")) };
        let (length, inner) = lengths.split_first_mut().expect("at least one dimension");
        if *length.get_or_insert(items.len()) != items.len() {
            return Err(self.wrong(&format!("a list of {}, as long as those before it", length.unwrap_or(0))));
        }
        if inner.is_empty() {
            for (i, value) in items.iter().enumerate() {
                let at = || Place { file: self.file, at: format!("{}[{i}]", self.at), value };
                numbers.push(value.as_f64().ok_or_else(|| at().wrong("a number"))?);
            }
            return Ok(());
        }
        self.items()?.iter().try_for_each(|item| item.collect(inner, numbers))
    }
}
