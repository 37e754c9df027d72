//! A graph of calculations, from what goes in at the left to what comes out at the right.

use plotters::style::RGBAColor;
use plotters_backend::text_anchor::HPos;

use super::canvas::{Canvas, Rect, Stroke};
use super::color::{FRAME, INK};
use super::figure::Figure;
use super::font::Font;
use super::layout::{Drawing, Shown};
use super::scale::ends;
use crate::error::Error;

#[derive(Clone)]
struct Graph {
    /// The lines of text of each node.
    nodes: Vec<Vec<String>>,
    edges: Vec<(usize, usize)>,
    /// How many steps each node stands from the left.
    depth: Vec<usize>,
}

/// A directed graph without cycles, such as the graph of a scalar tape: a box for each of the `nodes` (its text may have several lines)
/// and an arrow for each of the `edges` (from, to), counted from 0. An edge given twice is drawn twice.
///
/// # Errors
/// [`Error::Empty`] without a node, [`Error::Value`] for an edge to a node that is not there or for a cycle.
///
/// ```
/// let figure = nnlib::plot::graph(&["a\n3", "b = a + a\n6", "c = b · b\n36"], &[(0, 1), (0, 1), (1, 2), (1, 2)])?;
/// # assert!(figure.png()?.len() > 1000);
/// # Ok::<(), nnlib::Error>(())
/// ```
pub fn graph(nodes: &[impl AsRef<str>], edges: &[(usize, usize)]) -> Result<Figure, Error> {
    let nodes: Vec<Vec<String>> = nodes.iter().map(|text| text.as_ref().lines().map(short).collect()).collect();
    if nodes.is_empty() {
        return Err(Error::empty("nodes"));
    }
    if let Some((from, to)) = edges.iter().find(|(from, to)| *from.max(to) >= nodes.len()) {
        return Err(Error::value("edge", format!("node numbers below {}", nodes.len()), format!("({from}, {to})")));
    }
    let depth = depths(nodes.len(), edges)?;
    Ok(Figure::of(Graph { nodes, edges: edges.to_vec(), depth }))
}

/// A line that would make its box wider than a figure is cut.
fn short(line: &str) -> String {
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// How many steps each node stands from the left: after all that it depends on, and what depends on nothing just before its first use.
fn depths(nodes: usize, edges: &[(usize, usize)]) -> Result<Vec<usize>, Error> {
    let mut depth = vec![0; nodes];
    let mut settled = false;
    while !settled {
        settled = true;
        for &(from, to) in edges {
            if depth[to] <= depth[from] {
                depth[to] = depth[from] + 1;
                settled = false;
            }
            if depth[to] == nodes {
                return Err(Error::value("edges", "no way round in a circle", "a cycle"));
            }
        }
    }
    let mut first_use = vec![usize::MAX; nodes];
    edges.iter().for_each(|&(from, to)| first_use[from] = first_use[from].min(depth[to]));
    for (node, first_use) in first_use.into_iter().enumerate().filter(|&(_, first_use)| first_use < usize::MAX) {
        if depth[node] == 0 {
            depth[node] = first_use - 1;
        }
    }
    Ok(depth)
}

const TEXT: f64 = 13.0;
const LINE: f64 = TEXT * 1.35;
const PAD: f64 = 8.0;
const ACROSS: f64 = 46.0;
const BETWEEN: f64 = 16.0;

/// Where everything stands. K. Sugiyama and others, "Methods for Visual Understanding of Hierarchical System Structures" (1981): layers,
/// a joint in every layer that an edge passes, an order with few crossings, then heights near the neighbours'.
struct Plan {
    /// The left edge, the width and the middle's height of each node, then of each joint.
    places: Vec<(f64, f64, f64)>,
    /// For each edge its node, joints and node.
    ways: Vec<Vec<usize>>,
    size: (f64, f64),
}

impl Plan {
    fn new(graph: &Graph, font: &Font) -> Self {
        let (mut layer, mut ways) = (graph.depth.clone(), Vec::new());
        for &(from, to) in &graph.edges {
            let (joints, passed) = (layer.len().., graph.depth[from] + 1..graph.depth[to]);
            ways.push([from].into_iter().chain(joints.take(passed.len())).chain([to]).collect::<Vec<usize>>());
            layer.extend(passed);
        }
        let mut neighbours = vec![Vec::new(); layer.len()];
        for pair in ways.iter().flat_map(|way| way.windows(2)) {
            neighbours[pair[0]].push(pair[1]);
            neighbours[pair[1]].push(pair[0]);
        }
        let tall: Vec<f64> = (0..layer.len()).map(|item| graph.nodes.get(item).map_or(4.0, |lines| box_height(lines))).collect();
        let mut columns = vec![Vec::new(); layer.iter().max().map_or(1, |last| last + 1)];
        (0..layer.len()).for_each(|item| columns[layer[item]].push(item));
        let mut y = vec![0.0; layer.len()];
        for sweep in 0..16 {
            for step in 0..columns.len() {
                let column = if sweep % 2 == 0 { step } else { columns.len() - 1 - step };
                let column = &mut columns[column];
                let wish = |&i: &usize| match neighbours[i].len() {
                    0 => y[i],
                    near => neighbours[i].iter().map(|&n| y[n]).sum::<f64>() / near as f64,
                };
                if sweep < 8 {
                    column.sort_by(|a, b| wish(a).total_cmp(&wish(b)));
                }
                // Each as near to its wish as those above it allow, and then all as much higher as they were pushed down on average.
                let mut free = f64::NEG_INFINITY;
                let mut pushed = 0.0;
                let wishes: Vec<f64> = column.iter().map(wish).collect();
                for (&i, wish) in column.iter().zip(wishes) {
                    y[i] = wish.max(free + tall[i] / 2.0);
                    free = y[i] + tall[i] / 2.0 + BETWEEN;
                    pushed += y[i] - wish;
                }
                let up = pushed / column.len() as f64;
                column.iter().for_each(|&i| y[i] -= up);
            }
        }
        let top = ends(y.iter().zip(&tall).map(|(y, tall)| y - tall / 2.0)).0;
        let height = ends(y.iter().zip(&tall).map(|(y, tall)| y + tall / 2.0)).1 - top;
        let mut widths = vec![16.0_f64; columns.len()];
        for (lines, &depth) in graph.nodes.iter().zip(&graph.depth) {
            widths[depth] = lines.iter().map(|line| font.width(line, TEXT)).fold(widths[depth], f64::max);
        }
        let left = |layer: usize| widths[..layer].iter().map(|width| width + 2.0 * PAD + ACROSS).sum::<f64>();
        let places = layer.iter().zip(y).map(|(&layer, y)| (left(layer), widths[layer] + 2.0 * PAD, y - top)).collect();
        Self { places, ways, size: (left(columns.len()) - ACROSS, height) }
    }
}

fn box_height(lines: &[String]) -> f64 {
    lines.len().max(1) as f64 * LINE + 2.0 * PAD
}

impl Drawing for Graph {
    fn kind(&self) -> &'static str {
        "a graph"
    }

    fn size(&self, font: &Font) -> (f64, f64) {
        // A graph too large for a picture is drawn smaller.
        let (width, height) = Plan::new(self, font).size;
        ((width + 2.0).clamp(160.0, 1800.0), (height + 2.0).clamp(76.0, 2400.0))
    }

    fn draw(&self, canvas: &mut Canvas, area: Rect, _outer: Rect, _shown: Shown) {
        let Plan { places, ways, size } = Plan::new(self, &canvas.font);
        let k = (area.w / size.0).min(area.h / size.1).min(1.0);
        let at = |x: f64, y: f64| (area.x + k * x, area.y + k * y);

        // The arrows that end at a node share its left side, in the order in which they come in.
        let before_last = |edge: usize| places[ways[edge][ways[edge].len() - 2]].2;
        for (e, way) in ways.iter().enumerate() {
            let to = self.edges[e].1;
            let rivals: Vec<usize> = (0..ways.len()).filter(|&r| self.edges[r].1 == to).collect();
            let rank = rivals.iter().filter(|&&r| (before_last(r), r) < (before_last(e), e)).count();
            let most = (rivals.len() - 1) as f64;
            let spread = (box_height(&self.nodes[to]) - 2.0 * PAD).min(14.0 * most);
            let port = if most > 0.0 { (rank as f64 / most - 0.5) * spread } else { 0.0 };
            let mut line = Vec::new();
            for pair in way.windows(2) {
                let ((left, width, y), (end, _, end_y)) = (places[pair[0]], places[pair[1]]);
                let last = pair[1] == to;
                let (start, end) = (at(left + width, y), at(end, end_y + if last { port } else { 0.0 }));
                let tip = end.0 - if last { 7.0 * k } else { 0.0 };
                // A Bézier curve that leaves and arrives level.
                line.extend((0..=32).map(|i| f64::from(i) / 32.0).map(|t| {
                    let (x, y) = (1.5 * t * (1.0 - t) + t * t * t, t * t * (3.0 - 2.0 * t));
                    (start.0 + x * (tip - start.0), start.1 + y * (end.1 - start.1))
                }));
                if last {
                    let (back, side) = (end.0 - 8.0 * k, 4.0 * k);
                    canvas.polygon(vec![end, (back, end.1 - side), (back, end.1 + side)], Some(FRAME), None);
                }
            }
            canvas.line(line, Stroke::new(FRAME, (1.5 * k).max(0.6)));
        }
        for (node, lines) in self.nodes.iter().enumerate() {
            let ((left, width, y), h) = (places[node], box_height(lines));
            let (x, top) = at(left, y - h / 2.0);
            // What goes in is blue, what comes out orange.
            let fill = if self.edges.iter().all(|e| e.1 != node) {
                RGBAColor(222, 236, 247, 1.0)
            } else if self.edges.iter().all(|e| e.0 != node) {
                RGBAColor(253, 232, 208, 1.0)
            } else {
                RGBAColor(244, 244, 244, 1.0)
            };
            canvas.rect(Rect { x, y: top, w: width * k, h: h * k }, Some(fill), Some(Stroke::new(INK, 1.0)));
            for (i, line) in lines.iter().enumerate() {
                let place = at(left + width / 2.0, y - h / 2.0 + PAD + (i as f64 + 0.78) * LINE);
                canvas.text(line, place, TEXT * k, HPos::Center);
            }
        }
    }

    fn describe(&self) -> String {
        let name = |node: usize| self.nodes[node].join(" ");
        let edges = self.edges.iter().take(40).map(|&(from, to)| format!("“{}” to “{}”", name(from), name(to)));
        let more = if self.edges.len() > 40 { ", …" } else { "" };
        let list = edges.collect::<Vec<_>>().join(", ");
        format!("Graph of {} nodes and {} arrows: {list}{more}.", self.nodes.len(), self.edges.len())
    }
}
