//! A figure: what it holds, what it is called, and what its axes show.

pub(super) mod animation;
mod axes;
pub(super) mod background;
mod bars;
mod bitmap;
pub(super) mod boundary;
mod canvas;
mod color;
pub(super) mod contour;
pub(super) mod data;
pub(super) mod drawn;
mod font;
pub(super) mod graph;
pub(super) mod grid;
pub(super) mod heatmap;
pub(super) mod images;
mod lattice;
mod layout;
mod legend;
pub(super) mod network;
mod output;
mod paint;
mod palette;
mod scale;
mod series;
mod svg;

use std::path::Path;

use ab_glyph::FontArc;
pub use plotters;

use axes::{Axes, Axis};
use canvas::{Anchor, Canvas, Rect};
use color::INK;
use drawn::Drawn;
use font::Font;
use graph::Graph;
use grid::Grid;
use heatmap::Heatmap;
use images::Images;
use layout::{Drawing, Insets, Layout, Shown, Sizes};
use network::Network;
use series::{Marks, Series};

use crate::error::Error;

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
#[derive(Clone)]
pub struct Figure {
    title: String,
    alt: Option<String>,
    size: Option<(f64, f64)>,
    font: Option<FontArc>,
    content: Content,
}

/// The kinds of figure.
#[derive(Clone)]
enum Content {
    Axes(Axes),
    Drawn(Drawn),
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
            Self::Drawn(drawn) => drawn,
            Self::Graph(graph) => graph,
            Self::Grid(grid) => grid,
            Self::Heatmap(map) => map,
            Self::Images(images) => images,
            Self::Network(network) => network,
        }
    }

    /// What it is, in words for an error message.
    fn kind(&self) -> &'static str {
        match self {
            Self::Axes(_) => "a figure with two axes",
            Self::Drawn(_) => "a drawing of your own",
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

    fn of(content: Content) -> Self {
        Self { title: String::new(), alt: None, size: None, font: None, content }
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
    pub fn x_range(mut self, low: f64, high: f64) -> Result<Self, Error> {
        let mut checked = Ok(());
        self.each_axis(&mut |x, _| checked = std::mem::replace(&mut checked, Ok(())).and(x.set_range("x_range", low, high)));
        checked.map(|()| self)
    }

    /// Shows y from `low` to `high`, whatever the data's range. On a grid: in all its panels.
    ///
    /// # Errors
    /// As [`x_range`](Figure::x_range).
    pub fn y_range(mut self, low: f64, high: f64) -> Result<Self, Error> {
        let mut checked = Ok(());
        self.each_axis(&mut |_, y| checked = std::mem::replace(&mut checked, Ok(())).and(y.set_range("y_range", low, high)));
        checked.map(|()| self)
    }

    /// Makes the x axis logarithmic. On a grid: those of all its panels.
    ///
    /// # Errors
    /// [`Error::Value`] when a number on it is not above zero.
    pub fn log_x(mut self) -> Result<Self, Error> {
        self.each_axes(&mut |axes| axes.x.log = true);
        self.check_log()
    }

    /// Makes the y axis logarithmic. On a grid: those of all its panels.
    ///
    /// # Errors
    /// [`Error::Value`] when a number on it is not above zero. Where bars or spreads reach down to zero they are cut off at the axis.
    pub fn log_y(mut self) -> Result<Self, Error> {
        self.each_axes(&mut |axes| axes.y.log = true);
        self.check_log()
    }

    /// Makes a unit as long on the y axis as on the x axis, so that a circle is round. On a grid: in all its panels.
    #[must_use]
    pub fn equal_axes(mut self) -> Self {
        self.each_axes(&mut |axes| axes.equal = true);
        self
    }

    fn each_axes(&mut self, change: &mut dyn FnMut(&mut Axes)) {
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

    /// The figure, when every number on a logarithmic axis is above zero.
    fn check_log(mut self) -> Result<Self, Error> {
        let mut checked = Ok(());
        self.each_axes(&mut |axes| {
            if checked.is_ok() {
                checked = axes.check_log();
            }
        });
        checked.map(|()| self)
    }

    /// Adds a series to a figure with axes.
    fn add(self, name: &str, marks: Marks) -> Result<Self, Error> {
        let style = if let Content::Axes(axes) = &self.content { axes.next_style(&marks) } else { 0 };
        self.add_styled(name, style, marks)
    }

    /// Adds a series in the colour, and with the marker, of this number.
    fn add_styled(mut self, name: &str, style: usize, marks: Marks) -> Result<Self, Error> {
        self.axes_mut(name)?.series.push(Series { name: name.to_owned(), style, marks });
        self.check_log()
    }

    /// The axes, where the figure has two and no more.
    fn axes_mut(&mut self, for_what: &str) -> Result<&mut Axes, Error> {
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

    /// The size of the figure in pixels.
    fn pixels(&self, font: &Font) -> (f64, f64) {
        self.size.unwrap_or_else(|| {
            let (width, height) = self.content.drawing().size(font);
            let title = if self.title.is_empty() { 0.0 } else { Sizes::of(width).title * 1.3 + 6.0 };
            ((width + 2.0 * MARGIN).round(), (height + 2.0 * MARGIN + title).round())
        })
    }

    fn canvas(&self) -> Result<Canvas, Error> {
        let font = Font::new(self.font.clone())?;
        let (width, height) = self.pixels(&font);
        let mut canvas = Canvas::new(width, height, font);
        // A drawing has margins of its own.
        let margin = if matches!(self.content, Content::Drawn(_)) { 0.0 } else { MARGIN };
        let area = Rect { x: 0.0, y: 0.0, w: width, h: height }.inset(margin, margin, margin, margin);
        self.draw_in(&mut canvas, area, None);
        Ok(canvas)
    }

    /// Draws the figure into part of a canvas, with the margins that the panels around it agreed on.
    fn draw_in(&self, canvas: &mut Canvas, area: Rect, agreed: Option<Layout>) {
        let own = || Layout { insets: self.insets(canvas, area, Shown::ALL), title: self.title_height(canvas, area.w), shown: Shown::ALL };
        let layout = agreed.unwrap_or_else(own);
        let size = Sizes::of(area.w).title;
        for (i, line) in self.title_lines(canvas, area.w).iter().enumerate() {
            canvas.text(line, (area.x + layout.insets.left, area.y + size * (0.85 + 1.3 * i as f64)), size, INK, Anchor::Start);
        }
        self.content.drawing().draw(canvas, area.inset(0.0, layout.title, 0.0, 0.0), &layout);
    }

    fn insets(&self, canvas: &Canvas, area: Rect, shown: Shown) -> Insets {
        let title = self.title_height(canvas, area.w);
        self.content.drawing().insets(canvas, area.inset(0.0, title, 0.0, 0.0), shown)
    }

    fn title_lines(&self, canvas: &Canvas, width: f64) -> Vec<String> {
        // The title starts above the axes, whose left margin is not known yet.
        canvas.wrap(&self.title, Sizes::of(width).title, width - 60.0, 3)
    }

    fn title_height(&self, canvas: &Canvas, width: f64) -> f64 {
        let lines = self.title_lines(canvas, width).len();
        if lines == 0 { 0.0 } else { Sizes::of(width).title * 1.3 * lines as f64 + 6.0 }
    }
}
