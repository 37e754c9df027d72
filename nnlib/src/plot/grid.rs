//! Several figures as the panels of one.

use super::canvas::{Canvas, Rect};
use super::drawing::{Drawing, Insets, Layout, Sizes};
use super::figure::{Agreed, Content, Figure};
use super::legend::{self, Entry};
use crate::Error;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Grid {
    columns: usize,
    pub(super) panels: Vec<Figure>,
}

/// Several figures in one, row by row, `columns` in each row. Panels with the same legend share one.
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
/// let figure = grid(2, vec![sigmoid.title("sigmoid"), tanh.title("tanh")])?.x_label("z");
/// # assert!(figure.png()?.len() > 1000);
/// # Ok::<(), nnlib::Error>(())
/// ```
///
/// In matplotlib: `plt.subplots(1, 2)`.
pub fn grid(columns: usize, panels: Vec<Figure>) -> Result<Figure, Error> {
    if panels.is_empty() {
        return Err(Error::empty("panels"));
    }
    if columns == 0 {
        return Err(Error::value("columns", "at least 1", columns));
    }
    let columns = columns.min(panels.len());
    Ok(Figure::of(Content::Grid(Grid { columns, panels })))
}

const GAP: f64 = 14.0;

impl Grid {
    fn rows(&self) -> usize {
        self.panels.len().div_ceil(self.columns)
    }

    /// The legend of every panel, where they have the same.
    fn shared_legend(&self) -> Vec<Entry> {
        let first = self.panels[0].legend();
        if self.panels.iter().all(|panel| panel.legend() == first) { first } else { Vec::new() }
    }
}

impl Drawing for Grid {
    fn size(&self) -> (f64, f64) {
        let (columns, rows) = (self.columns as f64, self.rows() as f64);
        let width = if self.columns <= 2 { 900.0 } else { 1000.0 };
        // The panels keep the shape of the widest among them.
        let shape = self.panels.iter().map(|panel| panel.pixels()).map(|(w, h)| h / w).fold(0.0, f64::max);
        let taller = if self.columns > 2 { 1.15 } else { 1.0 };
        (width, (rows * (width / columns * shape * taller + 10.0) + 50.0).min(4000.0))
    }

    fn legend(&self) -> Vec<Entry> {
        self.shared_legend()
    }

    fn draw(&self, canvas: &mut Canvas, area: Rect, layout: &Layout) {
        let shared = self.shared_legend();
        let size = Sizes::of(area.w).label;
        let top = if shared.is_empty() || !layout.legend { 0.0 } else { legend::height(canvas, &shared, size, area.w) + 4.0 };
        if top > 0.0 {
            legend::draw(canvas, &shared, size, area);
        }
        let own_legends = shared.is_empty();
        let area = area.inset(0.0, top, 0.0, 0.0);
        let (columns, rows) = (self.columns as f64, self.rows() as f64);
        let (w, h) = ((area.w - GAP * (columns - 1.0)) / columns, (area.h - GAP * (rows - 1.0)) / rows);
        let panel_area = |i: usize| {
            let (column, row) = ((i % self.columns) as f64, (i / self.columns) as f64);
            Rect { x: area.x + column * (w + GAP), y: area.y + row * (h + GAP), w, h }
        };
        // All panels are drawn with the margins of the one that needs most, so that their axes line up.
        let insets = self.panels.iter().enumerate().map(|(i, panel)| panel.insets(canvas, panel_area(i), own_legends));
        let insets = insets.fold(Insets::default(), Insets::max);
        let title = self.panels.iter().map(|panel| panel.title_height(canvas, w)).fold(0.0, f64::max);
        for (i, panel) in self.panels.iter().enumerate() {
            panel.draw_in(canvas, panel_area(i), Some(Agreed { insets, title, legend: own_legends }));
        }
    }

    fn describe(&self) -> String {
        let panels = self.panels.iter().enumerate().map(|(i, panel)| format!("Panel {}: {}", i + 1, panel.describe()));
        format!("{} panels. {}", self.panels.len(), panels.collect::<Vec<_>>().join(" "))
    }
}
