//! A table of results, as text.

use std::fmt;

/// Rows of results under named columns, which a notebook shows aligned: the first column to the left, the others to the right.
///
/// ```
/// use nnlib::metrics::Table;
/// let mut table = Table::new(["neurons", "training", "test"]);
/// table.row(["3".into(), "0.98".into(), format!("{:.3} ± {:.3}", 0.9712, 0.0034)]);
/// table.row(["50".into(), "1.00".into(), format!("{:.3} ± {:.3}", 0.9655, 0.0101)]);
/// let text = "\
/// neurons  training           test
/// ────────────────────────────────
/// 3            0.98  0.971 ± 0.003
/// 50           1.00  0.966 ± 0.010";
/// assert_eq!(table.to_string(), text);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns, and no rows yet.
    pub fn new(columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { rows: vec![columns.into_iter().map(Into::into).collect()] }
    }

    /// Adds a row. One that is shorter than the columns leaves the last of them empty; one that is longer has columns without a name.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) -> &mut Self {
        self.rows.push(cells.into_iter().map(Into::into).collect());
        self
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for (i, row) in self.rows.iter().enumerate() {
            if i == 1 {
                writeln!(f, "\n{}", "─".repeat(widths.iter().sum::<usize>() + 2 * columns.saturating_sub(1)))?;
            } else if i > 1 {
                writeln!(f)?;
            }
            for (column, cell) in row.iter().enumerate() {
                let width = widths[column];
                match column {
                    // Nothing stands behind the only cell of a row.
                    0 if row.len() == 1 => write!(f, "{cell}")?,
                    0 => write!(f, "{cell:<width$}")?,
                    _ => write!(f, "  {cell:>width$}")?,
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
