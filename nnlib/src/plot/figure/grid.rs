//! Several figures as the panels of one.

use super::canvas::{Anchor, Canvas, Rect};
use super::color::INK;
use super::font::Font;
use super::layout::{Drawing, Insets, Layout, Shown, Sizes};
use super::legend;
use super::{Content, Figure};
use crate::error::Error;

#[derive(Clone)]
pub(super) struct Grid {
    columns: usize,
    pub(super) panels: Vec<Figure>,
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
    Ok(Figure { font, ..Figure::of(Content::Grid(Grid { columns, panels })) })
}

const GAP: f64 = 14.0;

impl Grid {
    fn rows(&self) -> usize {
        self.panels.len().div_ceil(self.columns)
    }

    /// What all panels have alike, and nothing where they differ or there is only one.
    fn shared<T: PartialEq + Default>(&self, part: impl Fn(&Figure) -> T) -> T {
        let first = part(&self.panels[0]);
        let alike = self.panels.len() > 1 && self.panels.iter().all(|panel| part(panel) == first);
        if alike { first } else { T::default() }
    }
}

impl Drawing for Grid {
    fn size(&self, font: &Font) -> (f64, f64) {
        let (columns, rows) = (self.columns as f64, self.rows() as f64);
        let width = if self.columns <= 2 { 876.0 } else { 976.0 };
        // The panels keep the shape of the tallest among them; small ones need more height for their text.
        let shape = self.panels.iter().map(|panel| panel.pixels(font)).map(|(w, h)| h / w).fold(0.0, f64::max);
        let text = if self.columns > 2 { 40.0 } else { 0.0 };
        (width, (rows * (width / columns * shape + text) + 30.0).clamp(100.0, 3900.0))
    }

    fn draw(&self, canvas: &mut Canvas, area: Rect, layout: &Layout) {
        let size = Sizes::of(area.w).label;
        let legend = if layout.shown.legend { self.shared(|panel| panel.content.drawing().legend()) } else { Vec::new() };
        let [x_label, y_label] = [0, 1].map(|axis| self.shared(|panel| panel.content.drawing().labels()[axis].to_owned()));
        let shown = Shown { legend: legend.is_empty(), x_label: x_label.is_empty(), y_label: y_label.is_empty() };
        let top = if shown.legend { 0.0 } else { legend::height(canvas, &legend, size, area.w) + 4.0 };
        legend::draw(canvas, &legend, size, area);
        let label = |own: bool| if own { 0.0 } else { size + 5.0 };
        let inside = area.inset(label(shown.y_label), top, 0.0, label(shown.x_label));

        let (columns, rows) = (self.columns as f64, self.rows() as f64);
        let (w, h) = ((inside.w - GAP * (columns - 1.0)) / columns, (inside.h - GAP * (rows - 1.0)) / rows);
        let panel_area = |i: usize| {
            let (column, row) = ((i % self.columns) as f64, (i / self.columns) as f64);
            Rect { x: inside.x + column * (w + GAP), y: inside.y + row * (h + GAP), w, h }
        };
        // All panels are drawn with the margins of the one that needs most, so that their axes line up.
        let margins = |i: usize| self.panels[i].insets(canvas, panel_area(i), shown);
        let has_axes = |i: &usize| matches!(self.panels[*i].content, Content::Axes(_));
        let agreed = (0..self.panels.len()).filter(has_axes).map(margins).fold(Insets::default(), Insets::max);
        let insets: Vec<Insets> = (0..self.panels.len()).map(|i| if has_axes(&i) { agreed } else { margins(i) }).collect();
        let title = self.panels.iter().map(|panel| panel.title_height(canvas, w)).fold(0.0, f64::max);
        for (i, panel) in self.panels.iter().enumerate() {
            panel.draw_in(canvas, panel_area(i), Some(Layout { insets: insets[i], title, shown }));
        }
        let Insets { left, top, right, bottom } = agreed;
        let middle = inside.x + (left + inside.w - right) / 2.0;
        let x_label = canvas.fit(&x_label, size, inside.w - left - right);
        canvas.text(&x_label, (middle, area.bottom() - 4.0), size, INK, Anchor::Middle);
        let middle = inside.y + (top + title + inside.h - bottom) / 2.0;
        let y_label = canvas.fit(&y_label, size, inside.h);
        canvas.text_upward(&y_label, (area.x + size, middle), size, INK);
    }

    fn describe(&self) -> String {
        let panels = self.panels.iter().enumerate().map(|(i, panel)| format!("Panel {}: {}", i + 1, panel.alternative_text()));
        format!("{} panels. {}", self.panels.len(), panels.collect::<Vec<_>>().join(" "))
    }
}
