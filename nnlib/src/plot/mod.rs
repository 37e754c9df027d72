//! Figures for notebooks and files.
//!
//! ```
//! use ndarray::{Array2, array};
//! use nnlib::{Dataset, plot};
//!
//! let data = Dataset::new(array![[-1.0, 0.5], [0.0, 1.0], [1.0, 0.0], [2.0, -0.5]], array![0, 0, 1, 1])?;
//! let model = |x: &Array2<f64>| x.column(0).mapv(|x1| usize::from(x1 > 0.5));
//! let figure = plot::decision_boundary(&model, &data)?.title("A boundary");
//! figure.save(std::env::temp_dir().join("boundary.png"))?;
//! # Ok::<(), nnlib::Error>(())
//! ```
//!
//! | to show | use |
//! | --- | --- |
//! | points by class; what a model decides | [`scatter`]; [`decision_boundary`], [`probability_boundary`] |
//! | losses, functions, measurements | [`loss_curve`], [`curve`], [`line`](fn@line), then [`Figure::line`], [`Figure::points`], [`Figure::horizontal_line`] |
//! | means over seeds | [`Figure::error_bars`], [`Figure::band`] |
//! | numbers by name; how numbers are spread | [`Figure::bars`]; [`Figure::histogram`] |
//! | a function of two variables, a descent on it | [`contours`], [`Figure::path`] |
//! | a table, a confusion matrix | [`heatmap`], [`confusion_matrix`] |
//! | digits, kernels, feature maps | [`images`] |
//! | a network's weights; a graph of calculations | [`network`]; [`graph`] |
//! | several figures in one; one after the other | [`grid`]; [`Animation`] |
//! | anything else, with [plotters] | [`drawn`] |
//!
//! At the end of a notebook cell a figure, or an expression such as `plot::scatter(&data)?`, shows itself.
//!
//! Classes and series differ by colour *and* by marker or dashes, in a palette that colour-blind readers can tell apart. Every figure
//! has an alternative text.
//!
//! Everything that draws lives here, and nothing that computes: a figure takes numbers, a data set or a model, and asks the model for
//! nothing but its answers. A [`Figure`] holds a drawing (`layout`): two axes, a grid, a network, and so on, each in a file of its own. A
//! drawing puts shapes on a canvas (`canvas`), which one painter (`paint`) draws on any backend of plotters: a bitmap, or SVG.

mod animation;
mod axes;
mod background;
mod bitmap;
mod boundary;
mod canvas;
mod color;
mod data;
mod drawn;
mod figure;
mod font;
mod frame;
mod graph;
mod grid;
mod heatmap;
mod images;
mod lattice;
mod layout;
mod legend;
mod network;
mod paint;
mod scale;
mod series;
mod svg;

pub use plotters;

pub use animation::Animation;
pub use background::{Background, Done, Report};
pub use boundary::{contours, decision_boundary, probability_boundary};
pub use data::{curve, line, loss_curve, scatter};
pub use drawn::{Sheet, drawn};
pub use figure::Figure;
pub use graph::graph;
pub use grid::grid;
pub use heatmap::{confusion_matrix, heatmap};
pub use images::images;
pub use network::network;
