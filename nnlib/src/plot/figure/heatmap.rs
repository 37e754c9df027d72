//! A table of numbers as colours.

use ndarray::Array2;

use super::axes::Axis;
use super::canvas::{Anchor, Canvas, Raster, Rect, Stroke};
use super::color::{self, FRAME, INK, Ramp, WHITE};
use super::data::same_length;
use super::font::Font;
use super::layout::{Drawing, Insets, Layout, Shown, Sizes};
use super::scale::{number, range, to_digits};
use super::{Content, Figure};
use crate::error::{Error, check_finite};

#[derive(Clone)]
pub(super) struct Heatmap {
    /// The columns' label and names.
    pub(super) x: Axis,
    /// The rows' label and names.
    pub(super) y: Axis,
    values: Array2<f64>,
}

/// A table of numbers as colours, the first row at the top: white to blue, or blue through white to orange when some are negative. Small
/// tables show their numbers too.
///
/// # Errors
/// [`Error::Empty`] without a value, [`Error::NotFinite`] for a NaN or an infinity.
///
/// ```
/// use ndarray::array;
/// let w = array![[0.5, -1.2], [2.0, 0.1]];
/// let figure = nnlib::plot::heatmap(&w)?.row_names(&["x₁", "x₂"])?.column_names(&["h₁", "h₂"])?;
/// # assert!(figure.png()?.len() > 1000);
/// # Ok::<(), nnlib::Error>(())
/// ```
///
/// In matplotlib: `plt.imshow(w)`.
pub fn heatmap(values: &Array2<f64>) -> Result<Figure, Error> {
    if values.is_empty() {
        return Err(Error::empty("values of the heat map"));
    }
    check_finite("values of the heat map", values)?;
    Ok(Figure::of(Content::Heatmap(Heatmap { x: Axis::default(), y: Axis::default(), values: values.clone() })))
}

/// How many samples of each class (rows) were given each class (columns).
///
/// # Errors
/// [`Error::Empty`] without a class, [`Error::Shape`] unless there is one row, one column and one name for each class.
///
/// ```
/// use ndarray::array;
/// let figure = nnlib::plot::confusion_matrix(&array![[450, 50], [110, 158]], &["healthy", "diabetic"])?;
/// # assert!(figure.png()?.len() > 1000);
/// # Ok::<(), nnlib::Error>(())
/// ```
pub fn confusion_matrix(counts: &Array2<usize>, classes: &[impl AsRef<str>]) -> Result<Figure, Error> {
    if counts.nrows() != counts.ncols() {
        return Err(Error::shape("confusion matrix", "as many rows as columns", format!("{:?}", counts.dim())));
    }
    let figure = heatmap(&counts.mapv(|count| count as f64))?.row_names(classes)?.column_names(classes)?;
    Ok(figure.title("Confusion matrix").x_label("predicted class").y_label("true class"))
}

impl Figure {
    /// The names of a heat map's rows, from the top.
    ///
    /// # Errors
    /// [`Error::Shape`] unless there is one for each row, [`Error::Value`] when the figure is no heat map.
    pub fn row_names(mut self, names: &[impl AsRef<str>]) -> Result<Self, Error> {
        let map = self.heatmap_mut("row names")?;
        same_length("row names", "rows", map.values.nrows(), names.len())?;
        map.y.categories = names.iter().map(|name| name.as_ref().to_owned()).collect();
        Ok(self)
    }

    /// The names of a heat map's columns.
    ///
    /// # Errors
    /// [`Error::Shape`] unless there is one for each column, [`Error::Value`] when the figure is no heat map.
    pub fn column_names(mut self, names: &[impl AsRef<str>]) -> Result<Self, Error> {
        let map = self.heatmap_mut("column names")?;
        same_length("column names", "columns", map.values.ncols(), names.len())?;
        map.x.categories = names.iter().map(|name| name.as_ref().to_owned()).collect();
        Ok(self)
    }

    fn heatmap_mut(&mut self, for_what: &str) -> Result<&mut Heatmap, Error> {
        match &mut self.content {
            Content::Heatmap(map) => Ok(map),
            other => Err(Error::value(format!("figure to give {for_what}"), "a heat map", other.kind())),
        }
    }
}

impl Heatmap {
    fn ramp(&self) -> (Ramp, f64, f64) {
        Ramp::of(self.values.iter().copied())
    }

    fn names(axis: &Axis, count: usize) -> Vec<String> {
        if axis.categories.is_empty() { (0..count).map(|i| i.to_string()).collect() } else { axis.categories.clone() }
    }

    /// The cells' size in an area, and the size of the numbers in them if they fit.
    fn cells(&self, canvas: &Canvas, area: Rect) -> (f64, f64, Option<f64>) {
        let (rows, columns) = self.values.dim();
        let (mut w, mut h) = (area.w / columns as f64, area.h / rows as f64);
        if rows.max(columns) <= 40 {
            // Square, unless the table is very long.
            (w, h) = (w.min(h * 1.6), h.min(w * 1.6));
        }
        if self.values.len() > 400 {
            return (w, h, None);
        }
        let texts: Vec<String> = self.values.iter().map(|&v| to_digits(v, 3)).collect();
        let fits = |size: &f64| canvas.widest(&texts, *size) < 0.86 * w && size * 1.3 < h;
        (w, h, [18.0, 15.0, 13.0, 11.0, 9.5].into_iter().find(fits))
    }
}

impl Drawing for Heatmap {
    fn size(&self, _font: &Font) -> (f64, f64) {
        let (rows, columns) = self.values.dim();
        let cell = (480.0 / rows.max(columns) as f64).clamp(3.0, 130.0);
        let side = |n: usize, most: f64| (n as f64 * cell).clamp(150.0, most);
        (side(columns, 780.0) + 150.0, side(rows, 640.0) + 50.0)
    }

    fn labels(&self) -> [&str; 2] {
        [&self.x.label, &self.y.label]
    }

    fn insets(&self, canvas: &Canvas, area: Rect, shown: Shown) -> Insets {
        let sizes = Sizes::of(area.w);
        let label = |text: &str, shown: bool| if text.is_empty() || !shown { 0.0 } else { sizes.label + 10.0 };
        let widest = canvas.widest(&Self::names(&self.y, self.values.nrows()), sizes.tick).min(area.w * 0.35);
        let left = widest + 10.0 + label(&self.y.label, shown.y_label);
        let (top, bottom) = (2.0, sizes.tick + 10.0 + label(&self.x.label, shown.x_label));
        // Numbers in the cells need no key to their colours.
        let has_numbers = self.cells(canvas, area.inset(left, top, 2.0, bottom)).2.is_some();
        Insets { left, top, right: if has_numbers { 2.0 } else { color::KEY }, bottom }
    }

    fn draw(&self, canvas: &mut Canvas, area: Rect, layout: &Layout) {
        let sizes = Sizes::of(area.w);
        let Insets { left, top, right, bottom } = layout.insets;
        let inside = area.inset(left, top, right, bottom);
        let (w, h, number_size) = self.cells(canvas, inside);
        let (rows, columns) = self.values.dim();
        let map = Rect { x: inside.x, y: inside.y, w: w * columns as f64, h: h * rows as f64 };
        let (ramp, low, high) = self.ramp();
        let color = |v: f64| ramp.color_of(v, low, high);
        let cells = self.values.iter().map(|&v| color(v).rgb).collect();
        canvas.raster(map, Raster { columns, rows, cells });
        let centre = |row: usize, column: usize| (map.x + (column as f64 + 0.5) * w, map.y + (row as f64 + 0.5) * h);
        if let Some(size) = number_size {
            for ((row, column), &v) in self.values.indexed_iter() {
                let ((x, y), ink) = (centre(row, column), if color(v).is_light() { INK } else { WHITE });
                canvas.rect(Rect { x: x - w / 2.0, y: y - h / 2.0, w, h }, None, Some(Stroke::new(WHITE, 1.5)));
                canvas.text(&to_digits(v, 3), (x, y + size * 0.36), size, ink, Anchor::Middle);
            }
        } else {
            let place = Rect { x: map.right() + 14.0, y: map.y, w: 14.0, h: map.h };
            color::key(canvas, ramp, (low, high), place, sizes.tick);
        }
        canvas.rect(map, None, Some(Stroke::new(FRAME, 1.0)));
        // As many names as there is space for.
        let names = Self::names(&self.x, columns);
        let every = ((canvas.widest(&names, sizes.tick).min(160.0) + 8.0) / w).ceil().max(1.0);
        for (i, name) in names.iter().enumerate().step_by(every as usize) {
            let name = canvas.fit(name, sizes.tick, w * every - 8.0);
            canvas.text(&name, (centre(0, i).0, map.bottom() + sizes.tick + 5.0), sizes.tick, INK, Anchor::Middle);
        }
        let names = Self::names(&self.y, rows);
        for (i, name) in names.iter().enumerate().step_by((sizes.tick * 1.2 / h).ceil().max(1.0) as usize) {
            let name = canvas.fit(name, sizes.tick, area.w * 0.35);
            canvas.text(&name, (map.x - 7.0, centre(i, 0).1 + sizes.tick * 0.36), sizes.tick, INK, Anchor::End);
        }
        layout.draw_labels(canvas, self.labels(), map, area);
    }

    fn describe(&self) -> String {
        let (rows, columns) = self.values.dim();
        let (_, low, high) = self.ramp();
        let mut text = format!("Table of {rows} rows and {columns} columns as colours, from {}.", range((low, high)));
        if self.values.len() <= 36 {
            let (rows, columns) = (Self::names(&self.y, rows), Self::names(&self.x, columns));
            for (name, row) in rows.iter().zip(self.values.outer_iter()) {
                let cells: Vec<String> = columns.iter().zip(row).map(|(column, &v)| format!("{column} {}", number(v))).collect();
                text.push_str(&format!(" {} {name}: {}.", self.y.label, cells.join(", ")));
            }
        }
        text
    }
}
