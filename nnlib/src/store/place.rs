//! A place in a JSON file: its text, and the path that errors name.
//!
//! A value is read when it is asked for, right into what it is to become: a file takes no more memory than a few times its own size.

use std::cell::{Cell, OnceCell};
use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::path::Path;

use ndarray::{Array, ArrayD, Dimension, IxDyn};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::Error;
use crate::file::mistaken_for;

/// The name that stands for `value` in the file.
pub(super) fn name<T: PartialEq>(names: &[(&'static str, T)], value: &T) -> &'static str {
    names.iter().find(|(_, named)| named == value).expect("every one has a name").0
}

/// More keys than any object has, and more objects within each other.
const MOST_KEYS: usize = 32;

/// A value in a JSON file, and where it stands.
pub(super) struct Place<'a> {
    file: &'a Path,
    at: String,
    text: &'a str,
    /// The keys of an object, once one was asked for.
    fields: OnceCell<Vec<Field<'a>>>,
}

struct Field<'a> {
    key: String,
    text: &'a str,
    read: Cell<bool>,
}

/// The JSON text in the bytes of a file.
pub(super) fn parse<'a>(file: &Path, bytes: &'a [u8]) -> Result<&'a str, Error> {
    let wrong = |at: String, got: String| Error::format(file.display().to_string(), at, "JSON", got);
    let start = || "line 1, column 1".to_owned();
    if let Some(kind) = mistaken_for(bytes) {
        return Err(wrong(start(), kind.to_owned()));
    }
    if bytes.starts_with("\u{feff}".as_bytes()) {
        return Err(wrong(start(), "a byte order mark (save the file as UTF-8 without one)".to_owned()));
    }
    let raw: &RawValue = serde_json::from_slice(bytes).map_err(|error| {
        let at = format!("line {}, column {}", error.line(), error.column());
        if error.is_eof() {
            return wrong(at, "the end of the file".to_owned());
        }
        let line = bytes.split(|&b| b == b'\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
        let rest = line.get(error.column().saturating_sub(1)..).unwrap_or_default();
        wrong(at, format!("\"{}\" ({})", shorten(&String::from_utf8_lossy(&rest[..rest.len().min(80)])), reason(&error)))
    })?;
    Ok(raw.get())
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
    pub(super) fn root(file: &'a Path, text: &'a str) -> Self {
        Self { file, at: String::new(), text, fields: OnceCell::new() }
    }

    fn inner(&self, at: String, text: &'a str) -> Self {
        Self { file: self.file, at, text, fields: OnceCell::new() }
    }

    /// That something else was expected here.
    pub(super) fn wrong(&self, expected: &str) -> Error {
        let got = match self.text.as_bytes().first() {
            Some(b'[') => format!("a list of {}", self.each(|_| Ok(())).unwrap_or(0)),
            Some(b'{') => "an object".to_owned(),
            Some(b'"') => format!("\"{}\"", shorten(self.text.trim_matches('"'))),
            _ => shorten(self.text),
        };
        self.error(expected, got)
    }

    pub(super) fn error(&self, expected: &str, got: impl Display) -> Error {
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
        let field = self.fields()?.iter().find(|field| field.key == key);
        let field = field.ok_or_else(|| self.error(&format!("the key \"{key}\""), "none of that name"))?;
        field.read.set(true);
        Ok(self.inner(if self.at.is_empty() { key.to_owned() } else { format!("{}.{key}", self.at) }, field.text))
    }

    /// Fails for a key that was not asked for: it was meant to say something.
    pub(super) fn no_more_keys(&self) -> Result<(), Error> {
        let fields = self.fields()?;
        let Some(unknown) = fields.iter().find(|field| !field.read.get()) else { return Ok(()) };
        let known: Vec<String> = fields.iter().filter(|field| field.read.get()).map(|field| format!("\"{}\"", field.key)).collect();
        Err(self.error(&format!("no key but {}", known.join(", ")), format!("\"{}\"", shorten(&unknown.key))))
    }

    fn fields(&self) -> Result<&[Field<'a>], Error> {
        if let Some(fields) = self.fields.get() {
            return Ok(fields);
        }
        if !self.text.starts_with('{') {
            return Err(self.wrong("an object"));
        }
        if self.at.matches('.').count() > MOST_KEYS {
            return Err(self.error(&format!("at most {MOST_KEYS} objects within each other"), "more"));
        }
        let mut json = serde_json::Deserializer::from_str(self.text);
        let fields = json.deserialize_map(Fields).map_err(|error| self.error("an object", reason(&error)))?;
        if let Some((_, twice)) = fields.iter().enumerate().find(|(i, field)| fields[..*i].iter().any(|other| other.key == field.key)) {
            return Err(self.error(&format!("the key \"{}\" once", shorten(&twice.key)), "it twice"));
        }
        Ok(self.fields.get_or_init(|| fields))
    }

    pub(super) fn is_list(&self) -> bool {
        self.text.starts_with('[')
    }

    pub(super) fn is_number(&self) -> bool {
        self.text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
    }

    /// Does something with the place of each item of a list; how many there are.
    pub(super) fn each(&self, mut action: impl FnMut(Place<'a>) -> Result<(), Error>) -> Result<usize, Error> {
        if !self.is_list() {
            return Err(self.wrong("a list"));
        }
        let mut failed = None;
        let mut items = 0;
        let item = |item: &'a RawValue| {
            let place = self.inner(format!("{}[{items}]", self.at), item.get());
            items += 1;
            failed = action(place).err();
            failed.is_none()
        };
        let read = serde_json::Deserializer::from_str(self.text).deserialize_seq(Items(item, PhantomData));
        match failed {
            Some(error) => Err(error),
            None => read.map(|()| items).map_err(|error| self.error("a list", reason(&error))),
        }
    }

    pub(super) fn text(&self) -> Result<&'a str, Error> {
        serde_json::from_str(self.text).map_err(|_| self.wrong("text"))
    }

    pub(super) fn flag(&self) -> Result<bool, Error> {
        serde_json::from_str(self.text).map_err(|_| self.wrong("true or false"))
    }

    pub(super) fn number(&self) -> Result<f64, Error> {
        serde_json::from_str(self.text).map_err(|_| self.wrong("a number"))
    }

    /// A whole number.
    pub(super) fn count(&self) -> Result<usize, Error> {
        serde_json::from_str(self.text).map_err(|_| self.wrong("a whole number of at least 0"))
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
        // A comma ends every number but the last; a number takes two bytes with it.
        let most = self.text.bytes().filter(|&byte| byte == b',').count().min(self.text.len() / 2) + 1;
        let mut numbers = Vec::with_capacity(most);
        self.collect(&mut lengths, &mut numbers)?;
        let shape: Vec<usize> = lengths.iter().map(|length| length.unwrap_or(0)).collect();
        let array = ArrayD::from_shape_vec(IxDyn(&shape), numbers).expect("as many as were counted");
        Ok(array.into_dimensionality().expect("the dimension asked for"))
    }

    fn collect(&self, lengths: &mut [Option<usize>], numbers: &mut Vec<f64>) -> Result<(), Error> {
        let (length, inner) = lengths.split_first_mut().expect("at least one dimension");
        let before = numbers.len();
        let items = if !inner.is_empty() || !self.is_list() {
            self.each(|item| item.collect(inner, numbers))?
        } else {
            let push = |number: f64| {
                numbers.push(number);
                true
            };
            let read = serde_json::Deserializer::from_str(self.text).deserialize_seq(Items(push, PhantomData));
            // After a failure once more, for the place of what is no number.
            if read.is_ok() { numbers.len() - before } else { self.each(|item| item.number().map(|_| ()))? }
        };
        if *length.get_or_insert(items) != items {
            return Err(self.wrong(&format!("a list of {}, as long as those before it", length.unwrap_or(0))));
        }
        Ok(())
    }
}

/// Reads the keys of an object.
struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Vec<Field<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
            if fields.len() == MOST_KEYS {
                return Err(A::Error::custom(format!("more than {MOST_KEYS} keys")));
            }
            fields.push(Field { key, text: value.get(), read: Cell::new(false) });
        }
        Ok(fields)
    }
}

/// Gives each item of a list to a function, until that says no.
struct Items<T, F>(F, PhantomData<T>);

impl<'de, T: Deserialize<'de>, F: FnMut(T) -> bool> Visitor<'de> for Items<T, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element()? {
            if !(self.0)(item) {
                return Err(A::Error::custom("enough"));
            }
        }
        Ok(())
    }
}
