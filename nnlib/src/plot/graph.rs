//! A graph of calculations, from what goes in at the left to what comes out at the right.

use super::canvas::{Anchor, Canvas, Rect, Shape, Stroke};
use super::color::{Color, FRAME, INK};
use super::drawing::{Drawing, Layout};
use super::figure::{Content, Figure};
use super::font::Font;
use crate::Error;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Graph {
    nodes: Vec<Vec<String>>,
    edges: Vec<(usize, usize)>,
    plan: Plan,
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
    let nodes: Vec<Vec<String>> = nodes.iter().map(|text| text.as_ref().lines().map(str::to_owned).collect()).collect();
    if nodes.is_empty() {
        return Err(Error::empty("nodes"));
    }
    if let Some((from, to)) = edges.iter().find(|(from, to)| *from.max(to) >= nodes.len()) {
        return Err(Error::value("edge", format!("node numbers below {}", nodes.len()), format!("({from}, {to})")));
    }
    let depth = depths(nodes.len(), edges)?;
    let plan = Plan::new(&nodes, edges, &depth, &Font::new()?);
    Ok(Figure::of(Content::Graph(Graph { nodes, edges: edges.to_vec(), plan })))
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
#[derive(Clone, Debug, PartialEq)]
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
    fn new(nodes: &[Vec<String>], edges: &[(usize, usize)], depth: &[usize], font: &Font) -> Self {
        let mut layer = depth.to_vec();
        let mut tall: Vec<f64> = nodes.iter().map(|lines| lines.len().max(1) as f64 * LINE + 2.0 * PAD).collect();
        let mut ways = Vec::new();
        for &(from, to) in edges {
            let mut way = vec![from];
            for passed in depth[from] + 1..depth[to] {
                way.push(layer.len());
                layer.push(passed);
                tall.push(4.0);
            }
            way.push(to);
            ways.push(way);
        }
        let layers = layer.iter().max().map_or(1, |last| last + 1);
        let mut neighbours = vec![Vec::new(); layer.len()];
        for pair in ways.iter().flat_map(|way| way.windows(2)) {
            neighbours[pair[0]].push(pair[1]);
            neighbours[pair[1]].push(pair[0]);
        }
        let mut columns = vec![Vec::new(); layers];
        (0..layer.len()).for_each(|item| columns[layer[item]].push(item));

        let mut y = vec![0.0; layer.len()];
        let stack = |column: &[usize], y: &mut [f64]| {
            let total: f64 = column.iter().map(|&i| tall[i] + BETWEEN).sum();
            let mut top = -total / 2.0;
            for &i in column {
                y[i] = top + (tall[i] + BETWEEN) / 2.0;
                top += tall[i] + BETWEEN;
            }
        };
        columns.iter().for_each(|column| stack(column, &mut y));
        let wish = |i: usize, y: &[f64]| {
            let near = &neighbours[i];
            if near.is_empty() { y[i] } else { near.iter().map(|&n| y[n]).sum::<f64>() / near.len() as f64 }
        };
        for sweep in 0..16 {
            let order: Vec<usize> = if sweep % 2 == 0 { (0..layers).collect() } else { (0..layers).rev().collect() };
            for c in order {
                let column = &mut columns[c];
                let wishes: Vec<f64> = (0..layer.len()).map(|i| if layer[i] == c { wish(i, &y) } else { 0.0 }).collect();
                if sweep < 8 {
                    column.sort_by(|&a, &b| wishes[a].total_cmp(&wishes[b]));
                }
                // Each as near to its wish as those before it allow, from above and from below, and the mean of the two.
                let apart = |a: usize, b: usize| (tall[a] + tall[b]) / 2.0 + BETWEEN;
                let mut down: Vec<f64> = column.iter().map(|&i| wishes[i]).collect();
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
        let mut x = 0.0;
        let places = (0..layers).map(|c| {
            let lines = nodes.iter().zip(depth).filter(|(_, depth)| **depth == c).flat_map(|(lines, _)| lines);
            let width = lines.map(|line| font.width(line, TEXT)).fold(16.0, f64::max) + 2.0 * PAD;
            let left = x;
            x += width + ACROSS;
            (left, width)
        });
        let places: Vec<(f64, f64)> = places.collect();
        Self { y, layer, ways, columns: places, width: x - ACROSS, height }
    }
}

impl Graph {
    fn box_height(&self, node: usize) -> f64 {
        self.nodes[node].len().max(1) as f64 * LINE + 2.0 * PAD
    }
}

impl Drawing for Graph {
    fn size(&self) -> (f64, f64) {
        // A graph too large for a picture is drawn smaller.
        ((self.plan.width + 2.0).clamp(160.0, 1800.0), (self.plan.height + 2.0).clamp(76.0, 2400.0))
    }

    fn draw(&self, canvas: &mut Canvas, area: Rect, _layout: &Layout) {
        let k = (area.w / self.plan.width).min(area.h / self.plan.height).min(1.0);
        let at = |x: f64, y: f64| (area.x + k * x, area.y + k * y);
        let column = |item: usize| self.plan.columns[self.plan.layer[item]];
        let is_node = |item: usize| item < self.nodes.len();

        // The arrows that end at a node share its left side, in the order in which they come in.
        let before_last = |way: &[usize]| self.plan.y[way[way.len() - 2]];
        for (e, way) in self.plan.ways.iter().enumerate() {
            let to = way[way.len() - 1];
            let rivals: Vec<usize> = (0..self.plan.ways.len()).filter(|&r| self.edges[r].1 == to).collect();
            let rank = rivals.iter().filter(|&&r| (before_last(&self.plan.ways[r]), r) < (before_last(way), e)).count();
            let spread = (self.box_height(to) - 2.0 * PAD).min(14.0 * (rivals.len() - 1) as f64);
            let port = if rivals.len() > 1 { (rank as f64 / (rivals.len() - 1) as f64 - 0.5) * spread } else { 0.0 };
            let stroke = Stroke::new(FRAME, (1.5 * k).max(0.6));
            for (i, pair) in way.windows(2).enumerate() {
                let (left, w) = column(pair[0]);
                let start = at(left + w, self.plan.y[pair[0]]);
                if !is_node(pair[0]) {
                    canvas.line(vec![at(left, self.plan.y[pair[0]]), start], stroke.clone());
                }
                let last = i + 2 == way.len();
                let end = at(column(pair[1]).0, self.plan.y[pair[1]] + if last { port } else { 0.0 });
                let tip = if last { (end.0 - 7.0 * k, end.1) } else { end };
                let half = (tip.0 - start.0) * 0.5;
                let points = [start, (start.0 + half, start.1), (tip.0 - half, tip.1), tip];
                canvas.shapes.push(Shape::Curve { points, stroke: stroke.clone() });
                if last {
                    let (back, side) = (end.0 - 8.0 * k, 4.0 * k);
                    canvas.polygon(vec![end, (back, end.1 - side), (back, end.1 + side)], Some(FRAME), None);
                }
            }
        }
        for (node, lines) in self.nodes.iter().enumerate() {
            let ((left, w), h, y) = (column(node), self.box_height(node), self.plan.y[node]);
            let corner = at(left, y - h / 2.0);
            // What goes in is blue, what comes out orange.
            let fill = if self.edges.iter().all(|e| e.1 != node) {
                Color::new([222, 236, 247])
            } else if self.edges.iter().all(|e| e.0 != node) {
                Color::new([253, 232, 208])
            } else {
                Color::new([244, 244, 244])
            };
            canvas.rect(Rect { x: corner.0, y: corner.1, w: w * k, h: h * k }, Some(fill), Some(Stroke::new(INK, 1.0)));
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
