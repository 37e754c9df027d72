//! A figure: what it holds, what it is called, and how it becomes a picture.

use std::fmt;
use std::path::Path;

use base64::Engine;

use super::axes::{Axes, Axis};
use super::canvas::{Anchor, Canvas, Rect};
use super::color::INK;
use super::drawing::{Drawing, Insets, Layout, Shown, Sizes};
use super::graph::Graph;
use super::grid::Grid;
use super::heatmap::Heatmap;
use super::images::Images;
use super::legend::Entry;
use super::network::Network;
use super::raster::{Picture, paint};
use super::series::{Marks, Series};
use super::svg::svg;
use crate::Error;
use crate::file::write_atomically;

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
#[derive(Clone, PartialEq)]
pub struct Figure {
    title: String,
    alt: Option<String>,
    size: Option<(f64, f64)>,
    pub(super) content: Content,
}

/// The kinds of figure.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    Axes(Axes),
    Graph(Graph),
    Grid(Grid),
    Heatmap(Heatmap),
    Images(Images),
    Network(Network),
}

impl Content {
    fn drawing(&self) -> &dyn Drawing {
        match self {
            Self::Axes(axes) => axes,
            Self::Graph(graph) => graph,
            Self::Grid(grid) => grid,
            Self::Heatmap(map) => map,
            Self::Images(images) => images,
            Self::Network(network) => network,
        }
    }

    /// What it is, in words for an error message.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Axes(_) => "a figure with two axes",
            Self::Graph(_) => "a graph",
            Self::Grid(_) => "a grid of figures; turn to its panels first",
            Self::Heatmap(_) => "a heat map",
            Self::Images(_) => "a figure of pictures",
            Self::Network(_) => "a drawing of a network",
        }
    }
}

impl Default for Figure {
    fn default() -> Self {
        Self::new()
    }
}

const MARGIN: f64 = 12.0;

impl Figure {
    /// Two empty axes.
    pub fn new() -> Self {
        Self::of(Content::Axes(Axes::default()))
    }

    pub(super) fn of(content: Content) -> Self {
        Self { title: String::new(), alt: None, size: None, content }
    }

    /// The line above the figure.
    #[must_use]
    pub fn title(mut self, title: &str) -> Self {
        title.clone_into(&mut self.title);
        self
    }

    /// What the x axis shows. On a grid: those of all its panels.
    #[must_use]
    pub fn x_label(mut self, label: &str) -> Self {
        self.each_axis(&mut |x, _| label.clone_into(&mut x.label));
        self
    }

    /// What the y axis shows. On a grid: those of all its panels.
    #[must_use]
    pub fn y_label(mut self, label: &str) -> Self {
        self.each_axis(&mut |_, y| label.clone_into(&mut y.label));
        self
    }

    /// The text for readers who cannot see the figure, in place of the one made from its title, axes and data.
    #[must_use]
    pub fn alt(mut self, text: &str) -> Self {
        self.alt = Some(text.to_owned());
        self
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
    pub fn x_range(mut self, low: f64, high: f64) -> Result<Self, Error> {
        let mut checked = Ok(());
        self.each_axes(&mut |axes| checked = std::mem::replace(&mut checked, Ok(())).and(set_range(&mut axes.x, "x_range", low, high)));
        checked.map(|()| self)
    }

    /// Shows y from `low` to `high`, whatever the data's range. On a grid: in all its panels.
    ///
    /// # Errors
    /// As [`x_range`](Figure::x_range).
    pub fn y_range(mut self, low: f64, high: f64) -> Result<Self, Error> {
        let mut checked = Ok(());
        self.each_axes(&mut |axes| checked = std::mem::replace(&mut checked, Ok(())).and(set_range(&mut axes.y, "y_range", low, high)));
        checked.map(|()| self)
    }

    /// Makes the x axis logarithmic. On a grid: those of all its panels.
    ///
    /// # Errors
    /// [`Error::Value`] when a number on it is not above zero.
    pub fn log_x(mut self) -> Result<Self, Error> {
        self.each_axes(&mut |axes| axes.x.log = true);
        self.check_log()?;
        Ok(self)
    }

    /// Makes the y axis logarithmic. On a grid: those of all its panels.
    ///
    /// # Errors
    /// [`Error::Value`] when a number on it is not above zero.
    pub fn log_y(mut self) -> Result<Self, Error> {
        self.each_axes(&mut |axes| axes.y.log = true);
        self.check_log()?;
        Ok(self)
    }

    /// Makes a unit as long on the y axis as on the x axis, so that a circle is round. On a grid: in all its panels.
    #[must_use]
    pub fn equal_axes(mut self) -> Self {
        self.each_axes(&mut |axes| axes.equal = true);
        self
    }

    /// How many lines to compare with there are: each has its own dashes.
    pub(super) fn reference_lines(&self) -> usize {
        let Content::Axes(axes) = &self.content else { return 0 };
        axes.series.iter().filter(|s| matches!(s.marks, Marks::Horizontal(_) | Marks::Vertical(_))).count()
    }

    pub(super) fn each_axes(&mut self, change: &mut dyn FnMut(&mut Axes)) {
        match &mut self.content {
            Content::Axes(axes) => change(axes),
            Content::Grid(grid) => grid.panels.iter_mut().for_each(|panel| panel.each_axes(change)),
            _ => {}
        }
    }

    /// Changes the x and the y axis of everything that has them.
    fn each_axis(&mut self, change: &mut dyn FnMut(&mut Axis, &mut Axis)) {
        match &mut self.content {
            Content::Axes(axes) => change(&mut axes.x, &mut axes.y),
            Content::Heatmap(map) => change(&mut map.x, &mut map.y),
            Content::Grid(grid) => grid.panels.iter_mut().for_each(|panel| panel.each_axis(change)),
            _ => {}
        }
    }

    /// `Ok` when every number on a logarithmic axis is above zero.
    fn check_log(&mut self) -> Result<(), Error> {
        let mut checked = Ok(());
        self.each_axes(&mut |axes| {
            for series in &axes.series {
                let least = series.least();
                for (axis, name, least) in [(&axes.x, "x", least.0), (&axes.y, "y", least.1)] {
                    let least = axis.range.map_or(least, |(low, _)| low.min(least));
                    if axis.log && least <= 0.0 && checked.is_ok() {
                        let given = if least.is_finite() { least.to_string() } else { "a drawing that needs a straight axis".to_owned() };
                        checked = Err(Error::value(format!("logarithmic {name} axis, series “{}”", series.name), "numbers above 0", given));
                    }
                }
            }
        });
        checked
    }

    /// Adds a series to a figure with axes.
    pub(super) fn add(self, name: &str, marks: Marks) -> Result<Self, Error> {
        let style = if let Content::Axes(axes) = &self.content { axes.next_style() } else { 0 };
        self.add_styled(name, style, marks)
    }

    /// Adds a series in the colour, and with the marker, of this number.
    pub(super) fn add_styled(mut self, name: &str, style: usize, marks: Marks) -> Result<Self, Error> {
        self.axes_mut(name)?.series.push(Series { name: name.to_owned(), style, marks });
        self.check_log()?;
        Ok(self)
    }

    /// The axes, where the figure has two and no more.
    pub(super) fn axes_mut(&mut self, for_what: &str) -> Result<&mut Axes, Error> {
        match &mut self.content {
            Content::Axes(axes) => Ok(axes),
            other => Err(Error::value(format!("figure to draw “{for_what}” on"), "one with two axes", other.kind())),
        }
    }

    /// The text for readers who cannot see the figure.
    pub fn alternative_text(&self) -> String {
        self.alt.clone().unwrap_or_else(|| {
            let what = self.content.drawing().describe();
            if self.title.is_empty() { what } else { format!("{}. {what}", self.title.trim_end_matches('.')) }
        })
    }

    /// The figure as a PNG file.
    ///
    /// # Errors
    /// [`Error::Draw`] when the picture cannot be made.
    pub fn png(&self) -> Result<Vec<u8>, Error> {
        self.picture(1.0)?.png()
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
        match self.png() {
            Ok(png) => show("image/png", &png, &self.alternative_text()),
            Err(error) => eprintln!("{error}"),
        }
    }

    pub(super) fn picture(&self, scale: f64) -> Result<Picture, Error> {
        paint(&self.canvas()?, scale)
    }

    /// The size of the figure in pixels.
    pub(super) fn pixels(&self) -> (f64, f64) {
        self.size.unwrap_or_else(|| {
            let (width, height) = self.content.drawing().size();
            let title = if self.title.is_empty() { 0.0 } else { Sizes::of(width).title * 1.3 + 6.0 };
            ((width + 2.0 * MARGIN).round(), (height + 2.0 * MARGIN + title).round())
        })
    }

    /// The size that was asked for.
    pub(super) fn asked_size(&self) -> Option<(f64, f64)> {
        self.size
    }

    pub(super) fn with_size(self, size: (f64, f64)) -> Self {
        Self { size: Some(size), ..self }
    }

    pub(super) fn canvas(&self) -> Result<Canvas, Error> {
        let (width, height) = self.pixels();
        let mut canvas = Canvas::new(width, height)?;
        let area = Rect { x: 0.0, y: 0.0, w: width, h: height }.inset(MARGIN, MARGIN, MARGIN, MARGIN);
        self.draw_in(&mut canvas, area, None);
        Ok(canvas)
    }

    /// Draws the figure into part of a canvas, with the margins that the panels around it agreed on.
    pub(super) fn draw_in(&self, canvas: &mut Canvas, area: Rect, agreed: Option<Agreed>) {
        let drawing = self.content.drawing();
        let own = Agreed { insets: self.insets(canvas, area, Shown::ALL), title: self.title_height(canvas, area.w), shown: Shown::ALL };
        let Agreed { insets, title, shown } = agreed.unwrap_or(own);
        let size = Sizes::of(area.w).title;
        for (i, line) in self.title_lines(canvas, area.w).iter().enumerate() {
            canvas.text(line, (area.x + insets.left, area.y + size * (0.85 + 1.3 * i as f64)), size, INK, Anchor::Start);
        }
        drawing.draw(canvas, area.inset(0.0, title, 0.0, 0.0), &Layout { insets, shown });
    }

    pub(super) fn insets(&self, canvas: &Canvas, area: Rect, shown: Shown) -> Insets {
        let title = self.title_height(canvas, area.w);
        self.content.drawing().insets(canvas, area.inset(0.0, title, 0.0, 0.0), shown)
    }

    fn title_lines(&self, canvas: &Canvas, width: f64) -> Vec<String> {
        // The title starts above the axes, whose left margin is not known yet.
        if self.title.is_empty() { Vec::new() } else { canvas.wrap(&self.title, Sizes::of(width).title, width - 60.0) }
    }

    pub(super) fn title_height(&self, canvas: &Canvas, width: f64) -> f64 {
        let lines = self.title_lines(canvas, width).len();
        if lines == 0 { 0.0 } else { Sizes::of(width).title * 1.3 * lines as f64 + 6.0 }
    }

    pub(super) fn legend(&self) -> Vec<Entry> {
        self.content.drawing().legend()
    }

    pub(super) fn labels(&self) -> (&str, &str) {
        self.content.drawing().labels()
    }

    pub(super) fn describe(&self) -> String {
        self.alternative_text()
    }
}

impl fmt::Debug for Figure {
    /// The alternative text. In a notebook the picture is shown too, see `show_in_notebook`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_in_notebook(|| self.evcxr_display());
        f.write_str(&self.alternative_text())
    }
}

/// What the panels of a grid have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Agreed {
    pub(super) insets: Insets,
    pub(super) title: f64,
    pub(super) shown: Shown,
}

fn set_range(axis: &mut Axis, name: &str, low: f64, high: f64) -> Result<(), Error> {
    if !(low.is_finite() && high.is_finite() && low < high) {
        return Err(Error::value(name, "two finite numbers, the lower one first", format!("{low} and {high}")));
    }
    if axis.log && low <= 0.0 {
        return Err(Error::value(name, "numbers above 0 on a logarithmic axis", low));
    }
    axis.range = Some((low, high));
    Ok(())
}

/// Shows a figure that the evcxr kernel asks for its `Debug` instead of its picture: it falls back to that for good when a cell's last
/// expression is not right at its first attempt, as the first `?` of a notebook is not, nor an expression that moves the cell's own variable.
pub(super) fn show_in_notebook(display: impl FnOnce()) {
    if std::env::var_os("EVCXR_IS_RUNTIME").is_some() {
        display();
    }
}

/// Prints a picture and its alternative text in the form that the evcxr kernel takes for display data.
pub(super) fn show(mime: &str, file: &[u8], text: &str) {
    let data = base64::engine::general_purpose::STANDARD.encode(file);
    // One write: another thread's line cannot come between. The kernel splits at line ends only.
    let text = text.replace("EVCXR_END_CONTENT", "");
    println!("EVCXR_BEGIN_CONTENT {mime}\n{data}\nEVCXR_END_CONTENT\nEVCXR_BEGIN_CONTENT text/plain\n{text}\nEVCXR_END_CONTENT");
}
