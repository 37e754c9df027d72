//! Tables of comma-separated values.

use std::cmp::Ordering;
use std::ops::Range;
use std::path::Path;

use ndarray::{Array1, Array2};

use super::Dataset;
use crate::error::Error;
use crate::file;

/// A table read from a CSV file: a name for every column, a text in every cell.
///
/// Cells are turned into numbers when they are asked for, so that an error can name line and column. Blanks around a cell do not count. A
/// cell is missing when it is empty, `?`, `NA` or `NaN`, in any case. A quoted cell may hold commas, line ends and doubled quotes (RFC 4180).
///
/// ```
/// use nnlib::data::Table;
/// let table = Table::parse("length,width,species\n5.1,3.5,setosa\n6.4,?,virginica\n7.0,3.2,versicolor")?;
/// assert_eq!(table.columns(), ["length", "width", "species"]);
/// assert!(table.numbers(&["width"])?[[1, 0]].is_nan());
/// let data = table.complete().dataset("species")?; // without the line that lacks a width
/// assert_eq!((data.x.dim(), data.y.to_vec()), ((2, 2), vec![0, 1]));
/// # Ok::<(), nnlib::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Table {
    source: String,
    /// Whether the first row holds the names.
    header: bool,
    /// The number of columns.
    width: usize,
    cells: Cells,
}

/// The cells of a text, row after row: what stands in them, where each ends in it, and the line in which each row begins.
#[derive(Clone, Debug, Default)]
struct Cells {
    text: String,
    ends: Vec<usize>,
    lines: Vec<usize>,
}

impl Table {
    /// Reads a file whose first line names the columns.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be read, with the full path that was tried; [`Error::Format`] for a first line that holds data, a name
    /// that occurs twice, another separator than the comma, a line with more or fewer cells than the first, a quote that is not closed, or
    /// text that is not UTF-8; [`Error::Empty`] without rows.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open(path.as_ref(), true)
    }

    /// Reads a file that starts with data; the columns are named "0", "1", and so on.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_without_header(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::open(path.as_ref(), false)
    }

    /// As [`read`](Self::read), from a text instead of a file.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::from_bytes("CSV text".to_owned(), text.as_bytes(), true)
    }

    fn open(path: &Path, header: bool) -> Result<Self, Error> {
        Self::from_bytes(file::name(path), &file::read(path)?, header)
    }

    fn from_bytes(source: String, bytes: &[u8], header: bool) -> Result<Self, Error> {
        let text = decode(&source, bytes)?;
        check_separator(&source, text)?;
        let (width, cells) = Cells::split(&source, text)?;
        let table = Self { source, header, width, cells };
        if table.is_empty() {
            return Err(Error::empty(format!("rows of {}", table.source)));
        }
        if header {
            table.check_names()?;
        }
        Ok(table)
    }

    /// Refuses a first line that names no columns: its data would be lost without a word.
    fn check_names(&self) -> Result<(), Error> {
        const WAY_OUT: &str = "(Table::read_without_header reads files that start with data)";
        let at = |column: usize| format!("line {}, column {}", self.cells.lines[0], column + 1);
        let wrong = |column, got| Err(Error::format(&self.source, at(column), "the name of a column", format!("{got} {WAY_OUT}")));
        if let Some(column) = (0..self.width).find(|&column| self.cells[column].parse::<f64>().is_ok_and(f64::is_finite)) {
            return wrong(column, format!("the number {}", &self.cells[column]));
        }
        let mut sorted: Vec<usize> = (0..self.width).collect();
        sorted.sort_by_key(|&column| &self.cells[column]);
        if let Some(pair) = sorted.windows(2).find(|pair| self.cells[pair[0]] == self.cells[pair[1]]) {
            return wrong(pair[1], format!("{:?} once more", &self.cells[pair[1]]));
        }
        // A table of words: most words of a line of data come again below themselves.
        let again = |column: &usize| (0..self.len()).any(|row| self.cell(row, *column) == &self.cells[*column]);
        let mut repeated = (0..self.width).filter(again);
        match repeated.next() {
            Some(first) if 2 * (1 + repeated.count()) > self.width => {
                wrong(first, format!("{:?}, which is a value too", &self.cells[first]))
            }
            _ => Ok(()),
        }
    }

    /// The names of the columns.
    pub fn columns(&self) -> Vec<String> {
        (0..self.width).map(|column| self.name(column)).collect()
    }

    fn name(&self, column: usize) -> String {
        if self.header { self.cells[column].to_owned() } else { column.to_string() }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.cells.lines.len() - usize::from(self.header && !self.cells.lines.is_empty())
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn cell(&self, row: usize, column: usize) -> &str {
        &self.cells[(row + usize::from(self.header)) * self.width + column]
    }

    /// The rows in which no cell is missing.
    #[must_use]
    pub fn complete(&self) -> Self {
        let mut cells = Cells::default();
        for (i, &line) in self.cells.lines.iter().enumerate() {
            let row = i * self.width..(i + 1) * self.width;
            if (self.header && i == 0) || !row.clone().any(|cell| is_missing(&self.cells[cell])) {
                row.for_each(|cell| cells.push(&self.cells[cell]));
                cells.lines.push(line);
            }
        }
        Self { source: self.source.clone(), cells, ..*self }
    }

    /// The numbers of these columns, shape (rows, columns); NaN where one is missing.
    ///
    /// # Errors
    /// [`Error::Value`] for a column that is not there, [`Error::Format`] for a cell that is not a finite number.
    pub fn numbers(&self, columns: &[&str]) -> Result<Array2<f64>, Error> {
        self.numbers_of(&columns.iter().map(|name| self.find(name)).collect::<Result<Vec<_>, _>>()?)
    }

    fn numbers_of(&self, columns: &[usize]) -> Result<Array2<f64>, Error> {
        let mut x = Array2::zeros((self.len(), columns.len()));
        for ((row, j), x) in x.indexed_iter_mut() {
            let cell = self.cell(row, columns[j]);
            *x = match cell.parse::<f64>() {
                _ if is_missing(cell) => f64::NAN,
                Ok(number) if number.is_finite() => number,
                _ => return Err(self.cell_error(row, columns[j], "a finite number")),
            };
        }
        Ok(x)
    }

    /// The class of each row by the text in this column, shape (rows,), and the text of each class.
    ///
    /// Classes are counted from 0 in the order of their texts, or as numbers where all of them are: there `1` and `1.0` are one class.
    ///
    /// ```
    /// let table = nnlib::data::Table::parse("size,kind\n1,round\n2,flat\n3,round")?;
    /// let (y, names) = table.classes("kind")?;
    /// assert_eq!((y.to_vec(), names), (vec![1, 0, 1], vec!["flat".to_owned(), "round".to_owned()]));
    /// # Ok::<(), nnlib::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Value`] for a column that is not there, [`Error::Format`] for a class that is missing.
    pub fn classes(&self, column: &str) -> Result<(Array1<usize>, Vec<String>), Error> {
        let column = self.find(column)?;
        let texts: Vec<&str> = (0..self.len()).map(|row| self.cell(row, column)).collect();
        if let Some(row) = texts.iter().position(|text| is_missing(text)) {
            return Err(self.cell_error(row, column, "a class"));
        }
        let order = if texts.iter().all(|text| number(text).is_some()) { by_number } else { by_text };
        let mut names = texts.clone();
        // Of one number's texts the shortest is its name.
        names.sort_by(|a, b| order(a, b).then(a.len().cmp(&b.len())).then(a.cmp(b)));
        names.dedup_by(|a, b| order(a, b).is_eq());
        let class = |text: &&str| names.binary_search_by(|name| order(name, text)).expect("each text is a name's equal");
        Ok((texts.iter().map(class).collect(), names.iter().map(|&name| name.to_owned()).collect()))
    }

    /// A data set: the class from the column `label`, the features from all others.
    ///
    /// # Errors
    /// As [`numbers`](Self::numbers) and [`classes`](Self::classes), and [`Error::Format`] for a cell that is missing.
    pub fn dataset(&self, label: &str) -> Result<Dataset, Error> {
        let (y, names) = self.classes(label)?;
        let label = self.find(label)?;
        let features: Vec<usize> = (0..self.width).filter(|&column| column != label).collect();
        let x = self.numbers_of(&features)?;
        if let Some(((row, feature), _)) = x.indexed_iter().find(|(_, x)| x.is_nan()) {
            return Err(self.cell_error(row, features[feature], "a number (Table::complete leaves out rows that lack one)"));
        }
        Dataset::with_classes(x, y, names.len())
    }

    fn find(&self, column: &str) -> Result<usize, Error> {
        let found = (0..self.width).find(|&i| if self.header { &self.cells[i] == column } else { i.to_string() == column });
        found.ok_or_else(|| Error::value("column", format!("one of {}", self.columns().join(", ")), format!("{column:?}")))
    }

    fn cell_error(&self, row: usize, column: usize, expected: &str) -> Error {
        let line = self.cells.lines[row + usize::from(self.header)];
        let at = format!("line {line}, column {} ({})", column + 1, self.name(column));
        let cell = self.cell(row, column);
        Error::format(&self.source, at, expected, if is_missing(cell) { "a missing value".to_owned() } else { format!("{cell:?}") })
    }
}

impl std::ops::Index<usize> for Cells {
    type Output = str;

    fn index(&self, cell: usize) -> &str {
        let Range { start, end } = cell.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[cell];
        &self.text[start..end]
    }
}

impl Cells {
    fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    /// The number of columns, and the cells.
    fn split(source: &str, text: &str) -> Result<(usize, Self), Error> {
        // No more than that, so that the memory does not grow beyond what the file holds.
        let most = text.bytes().filter(|byte| b",\r\n".contains(byte)).count() + 1;
        let mut cells = Self { text: String::with_capacity(text.len()), ends: Vec::with_capacity(most), lines: Vec::new() };
        let (mut rest, mut line, mut width) = (text, 1, 0);
        while !rest.is_empty() {
            let (start, first) = (line, cells.ends.len());
            let blank = rest.starts_with(['\r', '\n']);
            loop {
                let cell = rest.trim_start_matches([' ', '\t']);
                rest = match cell.strip_prefix('"') {
                    Some(quoted) => cells.push_quoted(source, quoted, &mut line)?,
                    None => {
                        let (cell, rest) = cell.split_at(cell.find([',', '\r', '\n']).unwrap_or(cell.len()));
                        cells.push(cell.trim());
                        rest
                    }
                };
                match rest.strip_prefix(',') {
                    Some(next) => rest = next,
                    None => break,
                }
            }
            rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\r', '\n'])).unwrap_or(rest);
            line += 1;
            let got = cells.ends.len() - first;
            if blank {
                cells.ends.truncate(first);
                continue;
            }
            if cells.lines.is_empty() {
                width = got;
            } else if got != width {
                return Err(Error::format(source, format!("line {start}"), format!("{width} cells, as in the first line"), got));
            }
            cells.lines.push(start);
        }
        Ok((width, cells))
    }

    /// Takes a cell up to its closing quote; what follows it.
    fn push_quoted<'a>(&mut self, source: &str, mut rest: &'a str, line: &mut usize) -> Result<&'a str, Error> {
        let opened = *line;
        let wrong = |expected, got: String| Err(Error::format(source, format!("line {opened}"), expected, got));
        let mut cell = String::new();
        loop {
            let Some((part, after)) = rest.split_once('"') else {
                return wrong("a closing quote", "none up to the end".to_owned());
            };
            cell.push_str(part);
            *line += line_ends(part);
            rest = after;
            match rest.strip_prefix('"') {
                Some(doubled) => {
                    cell.push('"');
                    rest = doubled;
                }
                None => break,
            }
        }
        self.push(cell.trim());
        rest = rest.trim_start_matches([' ', '\t']);
        if rest.is_empty() || rest.starts_with([',', '\r', '\n']) {
            return Ok(rest);
        }
        let got: String = rest.chars().take_while(|c| !",\r\n".contains(*c)).take(20).collect();
        wrong("a quoted cell that ends at a comma or a line end", format!("{got:?} after the closing quote in line {line}"))
    }
}

/// How many lines end in a text: with a line feed, a carriage return, or both.
fn line_ends(text: &str) -> usize {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().filter(|&(i, &byte)| byte == b'\n' && (i == 0 || bytes[i - 1] != b'\r') || byte == b'\r').count()
}

fn is_missing(cell: &str) -> bool {
    ["", "?", "na", "nan"].iter().any(|missing| cell.eq_ignore_ascii_case(missing))
}

/// The number that a class's text stands for. Beyond 2⁵³, two whole numbers may be one f64, and a class remains its text.
fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.abs() < 9_007_199_254_740_992.0)
}

fn by_text(a: &str, b: &str) -> Ordering {
    a.cmp(b)
}

fn by_number(a: &str, b: &str) -> Ordering {
    // −0 and 0 are equal here, unlike in `total_cmp`.
    number(a).partial_cmp(&number(b)).unwrap_or(Ordering::Equal)
}

/// The text of a file's bytes, without a byte order mark.
fn decode<'a>(source: &str, bytes: &'a [u8]) -> Result<&'a str, Error> {
    let wrong = |at: usize, got: String| {
        let line = 1 + line_ends(&String::from_utf8_lossy(&bytes[..at]));
        Err(Error::format(source, format!("line {line}"), "comma-separated values in UTF-8", got))
    };
    if let Some(kind) = file::mistaken_for(bytes) {
        return wrong(0, kind.to_owned());
    }
    match std::str::from_utf8(bytes) {
        Err(error) => {
            let at = error.valid_up_to();
            wrong(at, format!("the byte 0x{:02x} (save the file as UTF-8)", bytes[at]))
        }
        Ok(text) => match text.find('\0') {
            Some(at) => wrong(at, "a zero byte, as in UTF-16 (save the file as UTF-8)".to_owned()),
            None => Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
        },
    }
}

/// Refuses a table that is separated by something else.
fn check_separator(source: &str, text: &str) -> Result<(), Error> {
    let mut lines = text.split(['\r', '\n']).filter(|line| !line.trim().is_empty());
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    // Every other piece is within quotes.
    let count = |separator: char| first.split('"').step_by(2).map(|piece| piece.matches(separator).count()).sum::<usize>();
    let is_decimal = |cell: &str| cell.contains(',') && cell.trim().replacen(',', ".", 1).parse::<f64>().is_ok();
    let separates =
        |mark: char| count(mark) > count(',') || count(mark) > 0 && first.split(mark).all(|cell| !cell.contains(',') || is_decimal(cell));
    let blanks = |line: &str| line.split_whitespace().count() > 1 && line.split_whitespace().all(|cell| cell.parse::<f64>().is_ok());
    let got = match [(';', "semicolons"), ('\t', "tabs"), ('|', "vertical bars")].iter().find(|(mark, _)| separates(*mark)) {
        Some((_, name)) => *name,
        None if count(',') == 0 && (blanks(first) || blanks(second)) => "blanks",
        None => return Ok(()),
    };
    let decimal = [first, second].into_iter().flat_map(|line| line.split([';', '\t', '|', ' '])).find(|cell| is_decimal(cell));
    let decimal = decimal.map_or(String::new(), |cell| format!(", and decimal commas, as in {}", cell.trim()));
    Err(Error::format(source, "line 1", "cells separated by commas, with decimal points", format!("{got}{decimal}")))
}
