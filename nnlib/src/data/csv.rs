//! Tables of comma-separated values.

use std::collections::BTreeSet;
use std::path::{Path, absolute};

use ndarray::{Array1, Array2};

use super::Dataset;
use crate::error::Error;

/// A table read from a CSV file: a name for every column, a text in every cell.
///
/// Cells are turned into numbers when they are asked for, so that an error can name line and column. Blanks around a cell do not count. A
/// cell is missing when it is empty, `?`, `NA` or `NaN`, in any case.
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
    columns: Vec<String>,
    /// The cells of each row and the line it stands in.
    rows: Vec<(u64, csv::StringRecord)>,
}

impl Table {
    /// Reads a file whose first line names the columns.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be read, with the full path that was tried; [`Error::Format`] for a first line of numbers only, a name
    /// that occurs twice, a line with more or fewer cells than the first, or text that is not UTF-8; [`Error::Empty`] without rows.
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
        let path = absolute(path).unwrap_or_else(|_| path.to_owned());
        let text = std::fs::read(&path).map_err(|error| Error::file("read", &path, error))?;
        Self::from_bytes(path.display().to_string(), &text, header)
    }

    fn from_bytes(source: String, text: &[u8], header: bool) -> Result<Self, Error> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).has_headers(header).from_reader(text);
        let first = reader.headers().map_err(|error| read_error(&source, text, error))?;
        let columns: Vec<String> =
            if header { first.iter().map(str::to_owned).collect() } else { (0..first.len()).map(|i| i.to_string()).collect() };
        if header {
            if !columns.is_empty() && columns.iter().all(|name| name.parse::<f64>().is_ok()) {
                let got = "numbers only (Table::read_without_header reads files that start with data)";
                return Err(Error::format(source, "line 1", "the names of the columns", got));
            }
            if let Some((i, name)) = columns.iter().enumerate().find(|(i, name)| columns[..*i].contains(name)) {
                return Err(Error::format(source, format!("line 1, column {}", i + 1), "a new name", format!("{name:?} once more")));
            }
        }
        let records = reader.records().collect::<Result<Vec<_>, _>>().map_err(|error| read_error(&source, text, error))?;
        if records.is_empty() {
            return Err(Error::empty(format!("rows of {source}")));
        }
        let rows = records.into_iter().map(|record| (line(text, record.position()), record)).collect();
        Ok(Self { source, columns, rows })
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows in which no cell is missing.
    pub fn complete(&self) -> Self {
        let rows = self.rows.iter().filter(|(_, cells)| !cells.iter().any(is_missing)).cloned().collect();
        Self { source: self.source.clone(), columns: self.columns.clone(), rows }
    }

    /// The numbers of these columns, shape (rows, columns); NaN where one is missing.
    ///
    /// # Errors
    /// [`Error::Value`] for a column that is not there, [`Error::Format`] for a cell that is not a finite number.
    pub fn numbers(&self, columns: &[&str]) -> Result<Array2<f64>, Error> {
        let mut x = Array2::zeros((self.len(), columns.len()));
        for (j, name) in columns.iter().enumerate() {
            let column = self.find(name)?;
            for (row, x) in self.rows.iter().zip(x.column_mut(j)) {
                let cell = &row.1[column];
                *x = match cell.parse::<f64>() {
                    _ if is_missing(cell) => f64::NAN,
                    Ok(number) if number.is_finite() => number,
                    _ => return Err(self.cell_error(row, column, "a finite number")),
                };
            }
        }
        Ok(x)
    }

    /// The class of each row by the text in this column, shape (rows,), and the text of each class.
    ///
    /// Classes are counted from 0 in the order of their texts, as numbers where all of them are.
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
        if let Some(row) = self.rows.iter().find(|(_, cells)| is_missing(&cells[column])) {
            return Err(self.cell_error(row, column, "a class"));
        }
        let texts = self.rows.iter().map(|(_, cells)| &cells[column]);
        let distinct: BTreeSet<&str> = texts.clone().collect();
        let mut names: Vec<&str> = distinct.into_iter().collect();
        let number = |name: &str| name.parse::<f64>();
        if names.iter().all(|name| number(name).is_ok()) {
            names.sort_by(|a, b| number(a).unwrap_or(0.0).total_cmp(&number(b).unwrap_or(0.0)));
        }
        let class = |text: &str| names.iter().position(|name| *name == text).unwrap_or(0);
        Ok((texts.map(class).collect(), names.iter().map(|&name| name.to_owned()).collect()))
    }

    /// A data set: the class from the column `label`, the features from all others.
    ///
    /// # Errors
    /// As [`numbers`](Self::numbers) and [`classes`](Self::classes), and [`Error::Format`] for a cell that is missing.
    pub fn dataset(&self, label: &str) -> Result<Dataset, Error> {
        let features: Vec<&str> = self.columns.iter().map(String::as_str).filter(|name| *name != label).collect();
        let (y, names) = self.classes(label)?;
        let x = self.numbers(&features)?;
        if let Some(((row, feature), _)) = x.indexed_iter().find(|(_, x)| x.is_nan()) {
            let expected = "a number (Table::complete leaves out rows that lack one)";
            return Err(self.cell_error(&self.rows[row], self.find(features[feature])?, expected));
        }
        Dataset::with_classes(x, y, names.len())
    }

    fn find(&self, column: &str) -> Result<usize, Error> {
        let found = self.columns.iter().position(|name| name == column);
        found.ok_or_else(|| Error::value("column", format!("one of {}", self.columns.join(", ")), format!("{column:?}")))
    }

    fn cell_error(&self, (line, cells): &(u64, csv::StringRecord), column: usize, expected: &str) -> Error {
        let at = format!("line {line}, column {} ({})", column + 1, self.columns[column]);
        let got = if is_missing(&cells[column]) { "a missing value".to_owned() } else { format!("{:?}", &cells[column]) };
        Error::format(&self.source, at, expected, got)
    }
}

fn is_missing(cell: &str) -> bool {
    ["", "?", "na", "nan"].iter().any(|missing| cell.eq_ignore_ascii_case(missing))
}

/// The line in which a record stands: its position is before the blank lines that come before it.
fn line(text: &[u8], start: Option<&csv::Position>) -> u64 {
    let Some(start) = start else { return 1 };
    let after = text.get(start.byte() as usize..).unwrap_or_default();
    start.line() + after.iter().take_while(|byte| b"\r\n".contains(byte)).filter(|&&byte| byte == b'\n').count() as u64
}

fn read_error(source: &str, text: &[u8], error: csv::Error) -> Error {
    let at = format!("line {}", line(text, error.position()));
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Error::file("read", source, error),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Error::format(source, at, format!("{expected_len} cells, as in the first line"), len)
        }
        csv::ErrorKind::Utf8 { err, .. } => {
            Error::format(source, format!("{at}, column {}", err.field() + 1), "UTF-8 text", "bytes that are none")
        }
        other => Error::format(source, at, "comma-separated values", format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use proptest::prelude::*;

    use super::*;
    use crate::testing::message;

    #[test]
    fn quotes_blanks_blank_lines_and_byte_order_marks_are_understood() {
        let table = Table::parse("\u{feff}name,\"a, b\", c\r\n\r\n x,1, -2e3 \r\n\"y \"\"z\"\"\",.5,+7\r\n").unwrap();
        assert_eq!(table.columns(), ["name", "a, b", "c"]);
        assert_eq!(table.numbers(&["c", "a, b"]).unwrap(), array![[-2000.0, 1.0], [7.0, 0.5]]);
        assert_eq!(table.classes("name").unwrap().1, ["x", "y \"z\""]);
    }

    #[test]
    fn numeric_classes_are_ordered_as_numbers() {
        let table = Table::parse("x,y\n1,10\n2,9\n3,10").unwrap();
        assert_eq!(table.classes("y").unwrap(), (array![1, 0, 1], vec!["9".to_owned(), "10".to_owned()]));
    }

    #[test]
    fn files_with_and_without_header_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("points.csv");
        std::fs::write(&path, "1,2,0\n3,4,1\n").unwrap();
        let data = Table::read_without_header(&path).unwrap().dataset("2").unwrap();
        assert_eq!((data.x, data.y), (array![[1.0, 2.0], [3.0, 4.0]], array![0, 1]));
        assert_eq!(
            message(Table::read(&path)),
            format!(
                "{}, line 1: expected the names of the columns, got numbers only (Table::read_without_header reads files that start with data)",
                path.display()
            )
        );
        std::fs::write(&path, b"name\ncaf\xe9\n").unwrap();
        assert_eq!(
            message(Table::read(&path)),
            format!("{}, line 2, column 1: expected UTF-8 text, got bytes that are none", path.display())
        );
    }

    #[test]
    fn a_missing_file_says_where_it_was_looked_for() {
        let text = message(Table::read("no/such.csv"));
        let full = std::env::current_dir().unwrap().join("no/such.csv");
        assert_eq!(text, format!("could not read {}: No such file or directory (os error 2)", full.display()));
        assert!(message(Table::read(std::env::temp_dir())).starts_with("could not read "));
    }

    #[test]
    fn errors_name_line_and_column() {
        let parse = |text: &str| message(Table::parse(text));
        assert_eq!(parse(""), "rows of CSV text: expected at least one, got none");
        assert_eq!(parse("a,b\n"), "rows of CSV text: expected at least one, got none");
        assert_eq!(parse("a,b,a\n1,2,3"), "CSV text, line 1, column 3: expected a new name, got \"a\" once more");
        assert_eq!(parse("a,b\n1,2\n\n3"), "CSV text, line 4: expected 2 cells, as in the first line, got 1");

        let table = Table::parse("a,b,y\n1,2,no\n3,x,yes\n5,,yes\n7,inf,\n").unwrap();
        assert_eq!(message(table.numbers(&["a", "c"])), "column: expected one of a, b, y, got \"c\"");
        assert_eq!(message(table.numbers(&["b"])), "CSV text, line 3, column 2 (b): expected a finite number, got \"x\"");
        assert_eq!(message(table.classes("y")), "CSV text, line 5, column 3 (y): expected a class, got a missing value");
        let table = Table::parse("a,b,y\n1,inf,no\n").unwrap();
        assert_eq!(message(table.dataset("y")), "CSV text, line 2, column 2 (b): expected a finite number, got \"inf\"");
        let table = Table::parse("a,b,y\n1,2,no\n3,NA,yes\n").unwrap();
        assert_eq!(
            message(table.dataset("y")),
            "CSV text, line 3, column 2 (b): expected a number (Table::complete leaves out rows that lack one), got a missing value"
        );
        assert_eq!(message(Table::parse("y\nno\n").unwrap().dataset("y")), "data points: expected at least one, got none");
        assert_eq!(message(Table::parse("x,y\n?,no\n").unwrap().complete().dataset("y")), "data points: expected at least one, got none");
    }

    proptest! {
        #[test]
        fn numbers_come_back_to_the_last_bit(rows in prop::collection::vec((any::<f64>(), any::<f64>()), 1..20)) {
            prop_assume!(rows.iter().all(|(a, b)| a.is_finite() && b.is_finite()));
            let text = rows.iter().fold("a,b".to_owned(), |text, (a, b)| text + &format!("\n{a:e},{b}"));
            let x = Table::parse(&text)?.numbers(&["a", "b"])?;
            let back: Vec<(f64, f64)> = x.rows().into_iter().map(|row| (row[0], row[1])).collect();
            prop_assert_eq!(back, rows);
        }

        #[test]
        fn no_text_makes_it_panic(text in "([a-c0-9,\n\"? ]|NaN|\\PC){0,60}") {
            if let Ok(table) = Table::parse(&text) {
                let columns: Vec<String> = table.columns().to_vec();
                let _ = table.numbers(&columns.iter().map(String::as_str).collect::<Vec<_>>());
                for column in &columns {
                    let _ = table.dataset(column);
                }
            }
        }
    }
}
