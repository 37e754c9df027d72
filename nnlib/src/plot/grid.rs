//! Several figures as the panels of one.

use plotters_backend::text_anchor::HPos;

use super::axes::Axes;
use super::canvas::{Canvas, Insets, Rect};
use super::figure::Figure;
use super::font::Font;
use super::layout::{Drawing, Shown, text_sizes};
use super::legend;
use crate::error::Error;

#[derive(Clone)]
pub(super) struct Grid {
    columns: usize,
    panels: Vec<Figure>,
}

/// Several figures in one, row by row, `columns` in each row. Panels with the same legend, or the same labels on their axes,
/// share them.
///
/// A notebook cell shows one picture: this is how it shows several.
///
/// # Errors
/// [`Error::Empty`] without a panel, [`Error::Value`] for zero columns.
///
/// ```
/// use nnlib::plot::{curve, grid};
/// let sigmoid = curve("sigmoid", -6.0, 6.0, |z| 1.0 / (1.0 + (-z).exp()))?;
/// let tanh = curve("tanh", -6.0, 6.0, f64::tanh)?;
/// let figure = grid(2, [sigmoid.title("sigmoid"), tanh.title("tanh")])?.x_label("z");
/// # assert!(figure.png()?.len() > 1000);
/// # Ok::<(), nnlib::Error>(())
/// ```
///
/// In matplotlib: `plt.subplots(1, 2)`.
///
/// In a notebook, borrow panels that a variable holds, `grid(2, &panels)`: the kernel shows no figure where a cell's last expression takes
/// a variable away.
pub fn grid(columns: usize, panels: impl AsRef<[Figure]>) -> Result<Figure, Error> {
    of_panels(columns, panels.as_ref())
}

/// Not generic, so that no cell of a notebook has to compile it.
fn of_panels(columns: usize, panels: &[Figure]) -> Result<Figure, Error> {
    if panels.is_empty() {
        return Err(Error::empty("panels"));
    }
    if columns == 0 {
        return Err(Error::value("columns", "at least 1", columns));
    }
    let (columns, panels) = (columns.min(panels.len()), panels.to_vec());
    let font = panels.iter().find_map(|panel| panel.font.clone());
    Ok(Figure { font, ..Figure::of(Grid { columns, panels }) })
}

const GAP: f64 = 14.0;

impl Grid {
    fn rows(&self) -> usize {
        self.panels.len().div_ceil(self.columns)
    }

    /// What all panels have alike, and nothing where they differ or there is only one.
    fn shared<T: PartialEq + Default>(&self, part: impl Fn(&dyn Drawing) -> T) -> T {
        let first = part(&*self.panels[0].content);
        let alike = self.panels.len() > 1 && self.panels.iter().all(|panel| part(&*panel.content) == first);
        if alike { first } else { T::default() }
    }
}

impl Drawing for Grid {
    fn kind(&self) -> &'static str {
        "a grid of figures; turn to its panels first"
    }

    fn size(&self, font: &Font) -> (f64, f64) {
        let (columns, rows) = (self.columns as f64, self.rows() as f64);
        let width = if self.columns <= 2 { 876.0 } else { 976.0 };
        // The panels keep the shape of the tallest among them; small ones need more height for their text.
        let shape = self.panels.iter().map(|panel| panel.pixels(font)).map(|(w, h)| h / w).fold(0.0, f64::max);
        let text = if self.columns > 2 { 40.0 } else { 0.0 };
        (width, (rows * (width / columns * shape + text) + 30.0).clamp(100.0, 3900.0))
    }

    fn each_axes(&mut self, change: &mut dyn FnMut(&mut Axes)) {
        self.panels.iter_mut().for_each(|panel| panel.content.each_axes(change));
    }

    fn draw(&self, canvas: &mut Canvas, area: Rect, _outer: Rect, shown: Shown) {
        let size = text_sizes(area.w)[1];
        let legend = if shown.legend { self.shared(|panel| panel.legend()) } else { Vec::new() };
        let labels = [0, 1].map(|axis| self.shared(|panel| panel.labels()[axis].to_owned()));
        let shown = Shown { legend: legend.is_empty(), labels: [labels[0].is_empty(), labels[1].is_empty()] };
        let top = if shown.legend { 0.0 } else { legend::height(canvas, &legend, size, area.w) + 4.0 };
        legend::draw(canvas, &legend, size, area);
        let [below, left] = shown.labels.map(|own| if own { 0.0 } else { size + 5.0 });
        let inside = area.inset([left, top, 0.0, below]);

        let (columns, rows) = (self.columns as f64, self.rows() as f64);
        let (w, h) = ((inside.w - GAP * (columns - 1.0)) / columns, (inside.h - GAP * (rows - 1.0)) / rows);
        let panel_area = |i: usize| {
            let (column, row) = ((i % self.columns) as f64, (i / self.columns) as f64);
            Rect { x: inside.x + column * (w + GAP), y: inside.y + row * (h + GAP), w, h }
        };
        // Panels with two axes are drawn with the margins of the one that needs most, so that their axes line up.
        let needed: Vec<Insets> = (0..self.panels.len()).map(|i| self.panels[i].insets(canvas, panel_area(i), shown)).collect();
        let lined_up: Vec<bool> = self.panels.iter().map(|panel| panel.axes().is_some()).collect();
        let most =
            |alike: bool, side: usize| needed.iter().zip(&lined_up).filter(|(_, l)| **l == alike).map(|(n, _)| n[side]).fold(0.0, f64::max);
        let agreed = |i: usize| [0, 1, 2, 3].map(|side| if lined_up[i] || side == 1 { most(lined_up[i], side) } else { needed[i][side] });
        for (i, panel) in self.panels.iter().enumerate() {
            panel.draw_in(canvas, panel_area(i), shown, agreed(i));
        }
        let plane = inside.inset(agreed(0));
        let x_label = canvas.fit(&labels[0], size, plane.w);
        canvas.text(&x_label, (plane.x + plane.w / 2.0, area.bottom() - 4.0), size, HPos::Center);
        canvas.text_upward(&labels[1], (area.x + size, plane.y + plane.h / 2.0), size, inside.h);
    }

    fn describe(&self) -> String {
        let panels = self.panels.iter().enumerate().map(|(i, panel)| format!("Panel {}: {}", i + 1, panel.alternative_text()));
        format!("{} panels. {}", self.panels.len(), panels.collect::<Vec<_>>().join(" "))
    }
}
