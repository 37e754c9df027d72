//! A figure: what it is called, what it holds, and how it becomes a file or a notebook's output.

use std::any::Any;
use std::fmt;
use std::path::Path;

use ab_glyph::FontArc;
use base64::Engine;
use plotters_backend::text_anchor::HPos;

use super::axes::Axes;
use super::canvas::{Canvas, Insets, Raster, Rect};
use super::font::{self, Font};
use super::layout::{Drawing, Shown, text_sizes};
use super::series::{Marks, Series};
use super::svg::svg;
use crate::error::Error;
use crate::file::write::write_atomically;

/// A figure, shown by a notebook when it stands at a cell's end, and saved as PNG or SVG.
///
/// Start with a function such as [`scatter`](super::scatter) or [`line`](super::line), or with [`Figure::new`] and the methods that add
/// to it. What takes data checks it and returns a `Result`; what takes words returns the figure.
///
/// ```
/// use nnlib::plot::Figure;
/// let (epoch, loss) = ([1.0, 2.0, 3.0, 4.0], [0.69, 0.31, 0.12, 0.07]);
/// let figure = Figure::new().line("loss", &epoch, &loss)?.title("Training").x_label("epoch").y_label("cross-entropy");
/// assert!(figure.png()?.starts_with(b"\x89PNG"));
/// # Ok::<(), nnlib::Error>(())
/// ```
///
/// In matplotlib: `plt.plot(epoch, loss); plt.title("Training"); plt.xlabel("epoch")`.
pub struct Figure {
    pub(super) title: String,
    pub(super) alt: Option<String>,
    pub(super) size: Option<(f64, f64)>,
    pub(super) font: Option<FontArc>,
    pub(super) content: Box<dyn Drawing>,
}

impl Clone for Figure {
    fn clone(&self) -> Self {
        Self { title: self.title.clone(), alt: self.alt.clone(), font: self.font.clone(), content: (*self.content).copied(), ..*self }
    }
}

impl Default for Figure {
    fn default() -> Self {
        Self::new()
    }
}

impl Figure {
    /// Two empty axes.
    pub fn new() -> Self {
        Self::of(Axes::default())
    }

    pub(super) fn of(content: impl Drawing) -> Self {
        Self { title: String::new(), alt: None, size: None, font: None, content: Box::new(content) }
    }

    /// The line above the figure.
    #[must_use]
    pub fn title(mut self, title: &str) -> Self {
        title.clone_into(&mut self.title);
        self
    }

    /// What the x axis shows. On a grid: those of all its panels.
    #[must_use]
    pub fn x_label(self, label: &str) -> Self {
        self.on_axes(|axes| label.clone_into(&mut axes.x.label))
    }

    /// What the y axis shows. On a grid: those of all its panels.
    #[must_use]
    pub fn y_label(self, label: &str) -> Self {
        self.on_axes(|axes| label.clone_into(&mut axes.y.label))
    }

    /// The text for readers who cannot see the figure, in place of the one made from its title, axes and data.
    #[must_use]
    pub fn alt(mut self, text: &str) -> Self {
        self.alt = Some(text.to_owned());
        self
    }

    /// Takes letters from a font file of your own (TrueType or OpenType). The crate's font has Latin, Greek and mathematical signs, shows a
    /// box for any other letter, and still serves for what your font lacks. In SVG the reader's system chooses.
    ///
    /// # Errors
    /// [`Error::File`] when the file cannot be read, [`Error::Value`] when it holds no font.
    ///
    /// ```no_run
    /// let figure = nnlib::plot::line("损失", &[1.0, 2.0], &[0.7, 0.1])?.font("NotoSansSC-Regular.otf")?;
    /// # Ok::<(), nnlib::Error>(())
    /// ```
    pub fn font(mut self, file: impl AsRef<Path>) -> Result<Self, Error> {
        self.font = Some(font::read(file.as_ref())?);
        Ok(self)
    }

    /// The size in pixels, each side from 100 to 4000.
    ///
    /// # Errors
    /// [`Error::Value`] for a side outside that range.
    pub fn size(mut self, width: u32, height: u32) -> Result<Self, Error> {
        for (name, side) in [("figure width", width), ("figure height", height)] {
            if !(100..=4000).contains(&side) {
                return Err(Error::value(name, "100 to 4000 pixels", side));
            }
        }
        self.size = Some((f64::from(width), f64::from(height)));
        Ok(self)
    }

    /// Shows x from `low` to `high`, whatever the data's range. On a grid: in all its panels.
    ///
    /// # Errors
    /// [`Error::Value`] unless `low` is below `high`, both finite, and above zero on a logarithmic axis.
    pub fn x_range(self, low: f64, high: f64) -> Result<Self, Error> {
        check_range("x_range", (low, high))?;
        self.on_axes(|axes| axes.x.range = Some((low, high))).check()
    }

    /// Shows y from `low` to `high`, whatever the data's range. On a grid: in all its panels.
    ///
    /// # Errors
    /// As [`x_range`](Figure::x_range).
    pub fn y_range(self, low: f64, high: f64) -> Result<Self, Error> {
        check_range("y_range", (low, high))?;
        self.on_axes(|axes| axes.y.range = Some((low, high))).check()
    }

    /// Makes the x axis logarithmic. On a grid: those of all its panels.
    ///
    /// # Errors
    /// [`Error::Value`] when a number on it is not above zero.
    pub fn log_x(self) -> Result<Self, Error> {
        self.on_axes(|axes| axes.x.log = true).check()
    }

    /// Makes the y axis logarithmic. On a grid: those of all its panels.
    ///
    /// # Errors
    /// [`Error::Value`] when a number on it is not above zero. Where bars or spreads reach down to zero they are cut off at the axis.
    pub fn log_y(self) -> Result<Self, Error> {
        self.on_axes(|axes| axes.y.log = true).check()
    }

    /// Makes a unit as long on the y axis as on the x axis, so that a circle is round. On a grid: in all its panels.
    #[must_use]
    pub fn equal_axes(self) -> Self {
        self.on_axes(|axes| axes.equal = true)
    }

    /// The figure with a change to all axes that it has.
    pub(super) fn on_axes(mut self, mut change: impl FnMut(&mut Axes)) -> Self {
        self.content.each_axes(&mut change);
        self
    }

    /// The figure, when every number on a logarithmic axis is above zero.
    fn check(mut self) -> Result<Self, Error> {
        let mut checked = Ok(());
        self.content.each_axes(&mut |axes| checked = std::mem::replace(&mut checked, Ok(())).and_then(|()| axes.check_log()));
        checked.map(|()| self)
    }

    /// Adds a series to a figure with axes, in the colour and with the marker of the number `style`, or of the next one.
    pub(super) fn add(mut self, name: &str, style: Option<usize>, marks: Marks) -> Result<Self, Error> {
        let axes = self.axes_mut(name)?;
        let style = style.unwrap_or_else(|| axes.next_style(&marks));
        axes.series.push(Series { name: name.to_owned(), style, marks });
        self.check()
    }

    /// The axes, where the figure has two to draw on.
    pub(super) fn axes(&self) -> Option<&Axes> {
        let content: &dyn Any = &*self.content;
        content.downcast_ref().filter(|axes: &&Axes| !axes.is_table())
    }

    /// The axes of a figure to draw on.
    pub(super) fn axes_mut(&mut self, for_what: &str) -> Result<&mut Axes, Error> {
        self.content_mut(&format!("draw “{for_what}” on"), "one with two axes", |axes: &Axes| !axes.is_table())
    }

    /// The content, where it is of a kind that this can be done to.
    pub(super) fn content_mut<T: Drawing>(&mut self, to: &str, expected: &str, fits: fn(&T) -> bool) -> Result<&mut T, Error> {
        let kind = self.content.kind();
        let content: &mut dyn Any = self.content.as_mut();
        content.downcast_mut().filter(|content| fits(content)).ok_or_else(|| Error::value(format!("figure to {to}"), expected, kind))
    }

    /// The text for readers who cannot see the figure.
    pub fn alternative_text(&self) -> String {
        self.alt.clone().unwrap_or_else(|| {
            let what = self.content.describe();
            if self.title.is_empty() { what } else { format!("{}. {what}", self.title.trim_end_matches('.')) }
        })
    }

    /// The size of the figure in pixels.
    pub(super) fn pixels(&self, font: &Font) -> (f64, f64) {
        self.size.unwrap_or_else(|| {
            let ((width, height), margin) = (self.content.size(font), 2.0 * self.content.margin());
            let title = if self.title.is_empty() { 0.0 } else { text_sizes(width)[0] * 1.3 + 6.0 };
            ((width + margin).round(), (height + margin + title).round())
        })
    }

    pub(super) fn canvas(&self) -> Result<Canvas, Error> {
        let font = Font::new(self.font.clone())?;
        let (w, h) = self.pixels(&font);
        let mut canvas = Canvas::new(w, h, font);
        let area = Rect { x: 0.0, y: 0.0, w, h }.inset([self.content.margin(); 4]);
        let shown = Shown { legend: true, labels: [true; 2] };
        let insets = self.insets(&canvas, area, shown);
        self.draw_in(&mut canvas, area, shown, insets);
        Ok(canvas)
    }

    /// Draws the figure into part of a canvas, with at least the margins that the panels around it agreed on.
    pub(super) fn draw_in(&self, canvas: &mut Canvas, area: Rect, shown: Shown, insets: Insets) {
        let size = text_sizes(area.w)[0];
        for (i, line) in self.title_lines(canvas, area.w).iter().enumerate() {
            canvas.text(line, (area.x + insets[0], area.y + size * (0.85 + 1.3 * i as f64)), size, HPos::Left);
        }
        self.content.draw(canvas, area.inset(insets), area, shown);
    }

    /// The space for title, labels and legend.
    pub(super) fn insets(&self, canvas: &Canvas, area: Rect, shown: Shown) -> Insets {
        let lines = self.title_lines(canvas, area.w).len() as f64;
        let title = if lines == 0.0 { 0.0 } else { text_sizes(area.w)[0] * 1.3 * lines + 6.0 };
        let [left, top, right, bottom] = self.content.insets(canvas, area.inset([0.0, title, 0.0, 0.0]), shown);
        [left, top + title, right, bottom]
    }

    fn title_lines(&self, canvas: &Canvas, width: f64) -> Vec<String> {
        // The title starts above the axes, whose left margin is not known yet.
        canvas.wrap(&self.title, text_sizes(width)[0], width - 60.0)
    }

    /// The figure as a PNG file.
    ///
    /// # Errors
    /// [`Error::Draw`] when the picture cannot be made.
    pub fn png(&self) -> Result<Vec<u8>, Error> {
        Raster::of(&self.canvas()?)?.png()
    }

    /// The figure as an SVG document.
    ///
    /// # Errors
    /// As [`png`](Figure::png).
    pub fn svg(&self) -> Result<String, Error> {
        svg(&self.canvas()?, &self.title, &self.alternative_text())
    }

    /// Saves the figure in the format that the name's ending asks for, `.png` or `.svg`. The file is written beside and then renamed, so
    /// that no reader ever meets half of it.
    ///
    /// # Errors
    /// [`Error::Value`] for another ending, [`Error::File`] when the file cannot be written.
    ///
    /// ```
    /// # let folder = std::env::temp_dir();
    /// let figure = nnlib::plot::line("loss", &[1.0, 2.0], &[0.7, 0.1])?;
    /// figure.save(folder.join("loss.svg"))?;
    /// assert_eq!(figure.save("loss.doc").unwrap_err().to_string(), "file name: expected a name that ends in .png or .svg, got loss.doc");
    /// # Ok::<(), nnlib::Error>(())
    /// ```
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        let bytes = match ending.as_str() {
            "png" => self.png()?,
            "svg" => self.svg()?.into_bytes(),
            _ => return Err(Error::value("file name", "a name that ends in .png or .svg", path.display())),
        };
        write_atomically(path, &bytes)
    }

    /// Shows the figure in a notebook: the kernel calls this for a value at a cell's end.
    pub fn evcxr_display(&self) {
        show("image/png", self.png(), &self.alternative_text());
    }
}

impl fmt::Debug for Figure {
    /// The alternative text. In a notebook the picture is shown too, see `show_in_notebook`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_in_notebook(|| self.evcxr_display());
        f.write_str(&self.alternative_text())
    }
}

/// Shows a figure that the evcxr kernel asks for its `Debug` instead of its picture: it falls back to that for good when a cell's last
/// expression is not right at its first attempt, as the first `?` of a notebook is not, nor an expression that moves the cell's own variable.
pub(super) fn show_in_notebook(display: impl FnOnce()) {
    if std::env::var_os("EVCXR_IS_RUNTIME").is_some() {
        display();
    }
}

/// Prints a picture and its alternative text in the form that the evcxr kernel takes for display data.
pub(super) fn show(mime: &str, file: Result<Vec<u8>, Error>, text: &str) {
    let file = match file {
        Ok(file) => file,
        Err(error) => return eprintln!("{error}"),
    };
    let data = base64::engine::general_purpose::STANDARD.encode(file);
    // One write: another thread's line cannot come between. The kernel splits at line ends only.
    let text = text.replace("EVCXR_END_CONTENT", "");
    println!("EVCXR_BEGIN_CONTENT {mime}\n{data}\nEVCXR_END_CONTENT\nEVCXR_BEGIN_CONTENT text/plain\n{text}\nEVCXR_END_CONTENT");
}

/// `Ok` for two finite numbers, the lower one first.
pub(super) fn check_range(what: &str, (low, high): (f64, f64)) -> Result<(), Error> {
    if low.is_finite() && high.is_finite() && low < high {
        return Ok(());
    }
    Err(Error::value(what, "two finite numbers, the lower one first", format!("{low} and {high}")))
}
