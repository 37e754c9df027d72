//! A graph of calculations, from what goes in at the left to what comes out at the right.

use super::canvas::{Anchor, Canvas, Rect, Stroke};
use super::color::{Color, FRAME, INK};
use super::font::Font;
use super::layout::{Drawing, Layout};
use super::{Content, Figure};
use crate::error::Error;

#[derive(Clone)]
pub(super) struct Graph {
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
    Ok(Figure::of(Content::Graph(Graph { nodes, edges: edges.to_vec(), depth })))
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
    let mut out = vec![Vec::new(); nodes];
    let mut waiting = vec![0; nodes];
    for &(from, to) in edges {
        out[from].push(to);
        waiting[to] += 1;
    }
    let is_source: Vec<bool> = waiting.iter().map(|&w| w == 0).collect();
    let mut ready: Vec<usize> = (0..nodes).filter(|&node| waiting[node] == 0).collect();
    let mut depth = vec![0; nodes];
    let mut done = 0;
    while let Some(node) = ready.pop() {
        done += 1;
        for &to in &out[node] {
            depth[to] = depth[to].max(depth[node] + 1);
            waiting[to] -= 1;
            if waiting[to] == 0 {
                ready.push(to);
            }
        }
    }
    if done < nodes {
        return Err(Error::value("edges", "no way round in a circle", "a cycle"));
    }
    for node in (0..nodes).filter(|&node| is_source[node]) {
        if let Some(first_use) = out[node].iter().map(|&to| depth[to]).min() {
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
    /// The middle of each node, then of each joint.
    y: Vec<f64>,
    layer: Vec<usize>,
    /// For each edge its node, joints and node.
    ways: Vec<Vec<usize>>,
    /// The left edge and the width of each layer.
    columns: Vec<(f64, f64)>,
    width: f64,
    height: f64,
}

impl Plan {
    fn new(graph: &Graph, font: &Font) -> Self {
        let depth = &graph.depth;
        let mut layer = depth.clone();
        let mut tall: Vec<f64> = (0..depth.len()).map(|node| graph.box_height(node)).collect();
        let mut neighbours = vec![Vec::new(); depth.len()];
        let mut ways = Vec::new();
        for &(from, to) in &graph.edges {
            let joints = layer.len()..layer.len() + depth[to] - depth[from] - 1;
            layer.extend(depth[from] + 1..depth[to]);
            tall.resize(layer.len(), 4.0);
            neighbours.resize(layer.len(), Vec::new());
            let way: Vec<usize> = [from].into_iter().chain(joints).chain([to]).collect();
            for pair in way.windows(2) {
                neighbours[pair[0]].push(pair[1]);
                neighbours[pair[1]].push(pair[0]);
            }
            ways.push(way);
        }
        let layers = layer.iter().max().map_or(1, |last| last + 1);
        let mut columns = vec![Vec::new(); layers];
        let mut y = vec![0.0; layer.len()];
        for item in 0..layer.len() {
            columns[layer[item]].push(item);
        }
        let apart = |a: usize, b: usize| (tall[a] + tall[b]) / 2.0 + BETWEEN;
        for column in &columns {
            for k in 1..column.len() {
                y[column[k]] = y[column[k - 1]] + apart(column[k - 1], column[k]);
            }
            let middle = (y[column[0]] + y[column[column.len() - 1]]) / 2.0;
            column.iter().for_each(|&i| y[i] -= middle);
        }
        for sweep in 0..16 {
            for step in 0..layers {
                let column = &mut columns[if sweep % 2 == 0 { step } else { layers - 1 - step }];
                let wish = |&i: &usize| match neighbours[i].len() {
                    0 => y[i],
                    near => neighbours[i].iter().map(|&n| y[n]).sum::<f64>() / near as f64,
                };
                if sweep < 8 {
                    column.sort_by(|a, b| wish(a).total_cmp(&wish(b)));
                }
                // Each as near to its wish as those before it allow, from above and from below, and the mean of the two.
                let mut down: Vec<f64> = column.iter().map(wish).collect();
                let mut up = down.clone();
                for k in 1..column.len() {
                    down[k] = down[k].max(down[k - 1] + apart(column[k - 1], column[k]));
                }
                for k in (1..column.len()).rev() {
                    up[k - 1] = up[k - 1].min(up[k] - apart(column[k - 1], column[k]));
                }
                column.iter().enumerate().for_each(|(k, &i)| y[i] = (down[k] + up[k]) / 2.0);
            }
        }
        let top = (0..y.len()).map(|i| y[i] - tall[i] / 2.0).fold(f64::INFINITY, f64::min);
        y.iter_mut().for_each(|y| *y -= top);
        let height = (0..y.len()).map(|i| y[i] + tall[i] / 2.0).fold(0.0, f64::max);
        let mut widths = vec![16.0; layers];
        for (lines, &depth) in graph.nodes.iter().zip(depth) {
            widths[depth] = lines.iter().map(|line| font.width(line, TEXT)).fold(widths[depth], f64::max);
        }
        let mut x = 0.0;
        let place = |width: f64| {
            let left = x;
            x += width + 2.0 * PAD + ACROSS;
            (left, width + 2.0 * PAD)
        };
        let columns: Vec<(f64, f64)> = widths.into_iter().map(place).collect();
        Self { y, layer, ways, columns, width: x - ACROSS, height }
    }
}

impl Graph {
    fn box_height(&self, node: usize) -> f64 {
        self.nodes[node].len().max(1) as f64 * LINE + 2.0 * PAD
    }
}

impl Drawing for Graph {
    fn size(&self, font: &Font) -> (f64, f64) {
        // A graph too large for a picture is drawn smaller.
        let plan = Plan::new(self, font);
        ((plan.width + 2.0).clamp(160.0, 1800.0), (plan.height + 2.0).clamp(76.0, 2400.0))
    }

    fn draw(&self, canvas: &mut Canvas, area: Rect, _layout: &Layout) {
        let plan = Plan::new(self, &canvas.font);
        let k = (area.w / plan.width).min(area.h / plan.height).min(1.0);
        let at = |x: f64, y: f64| (area.x + k * x, area.y + k * y);
        let column = |item: usize| plan.columns[plan.layer[item]];

        // The arrows that end at a node share its left side, in the order in which they come in.
        let before_last = |edge: usize| plan.y[plan.ways[edge][plan.ways[edge].len() - 2]];
        let stroke = Stroke::new(FRAME, (1.5 * k).max(0.6));
        for (e, way) in plan.ways.iter().enumerate() {
            let to = way[way.len() - 1];
            let rivals: Vec<usize> = (0..plan.ways.len()).filter(|&r| self.edges[r].1 == to).collect();
            let rank = rivals.iter().filter(|&&r| (before_last(r), r) < (before_last(e), e)).count();
            let most = (rivals.len() - 1) as f64;
            let spread = (self.box_height(to) - 2.0 * PAD).min(14.0 * most);
            let port = if most > 0.0 { (rank as f64 / most - 0.5) * spread } else { 0.0 };
            let mut line = Vec::new();
            for (i, pair) in way.windows(2).enumerate() {
                let (left, w) = column(pair[0]);
                let start = at(left + w, plan.y[pair[0]]);
                let last = i + 2 == way.len();
                let end = at(column(pair[1]).0, plan.y[pair[1]] + if last { port } else { 0.0 });
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
            canvas.line(line, stroke);
        }
        for (node, lines) in self.nodes.iter().enumerate() {
            let ((left, w), h, y) = (column(node), self.box_height(node), plan.y[node]);
            let corner = at(left, y - h / 2.0);
            // What goes in is blue, what comes out orange.
            let fill = if self.edges.iter().all(|e| e.1 != node) {
                [222, 236, 247]
            } else if self.edges.iter().all(|e| e.0 != node) {
                [253, 232, 208]
            } else {
                [244, 244, 244]
            };
            canvas.rect(Rect { x: corner.0, y: corner.1, w: w * k, h: h * k }, Some(Color::new(fill)), Some(Stroke::new(INK, 1.0)));
            for (i, line) in lines.iter().enumerate() {
                let place = at(left + w / 2.0, y - h / 2.0 + PAD + (i as f64 + 0.78) * LINE);
                canvas.text(line, place, TEXT * k, INK, Anchor::Middle);
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
