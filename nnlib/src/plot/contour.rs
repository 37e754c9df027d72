//! Lines along which a function of two variables keeps its value: marching squares.

use std::collections::HashMap;

/// Where a line passes between two neighbours of a grid, each counted from the grid's first point.
pub(super) type Crossing = (usize, usize);

/// The lines at `level` through `values`, given on a grid of `columns` a row, as the pairs of neighbours that they pass between. Lines that
/// close end where they began.
///
/// Source: W. Lorensen and H. Cline, "Marching Cubes", SIGGRAPH 1987, in two dimensions.
pub(super) fn contours(values: &[f64], columns: usize, level: f64) -> Vec<Vec<Crossing>> {
    if columns < 2 {
        return Vec::new();
    }
    // The line enters and leaves each square through its edges. An edge is named by the grid point at its start, twice, plus one when it
    // runs down the rows; a line through it goes on in the square on its other side.
    let across = |i: usize, j: usize| 2 * (j * columns + i);
    let down = |i: usize, j: usize| 2 * (j * columns + i) + 1;
    let mut segments: Vec<(usize, usize)> = Vec::new();
    for (j, (upper, lower)) in values.chunks_exact(columns).zip(values.chunks_exact(columns).skip(1)).enumerate() {
        for i in 0..columns - 1 {
            let above = [upper[i] > level, upper[i + 1] > level, lower[i + 1] > level, lower[i] > level];
            if above == [above[0]; 4] {
                continue;
            }
            let edges = [across(i, j), down(i + 1, j), across(i, j + 1), down(i, j)];
            let crossed: Vec<usize> = (0..4).filter(|&k| above[k] != above[(k + 1) % 4]).map(|k| edges[k]).collect();
            match crossed[..] {
                [a, b] => segments.push((a, b)),
                // A saddle: the middle decides which corners belong together.
                [a, b, c, d] => {
                    let middle = (upper[i] + upper[i + 1] + lower[i] + lower[i + 1]) / 4.0 > level;
                    segments.extend(if middle == above[0] { [(a, b), (c, d)] } else { [(d, a), (b, c)] });
                }
                _ => {}
            }
        }
    }
    let crossing = |edge: usize| (edge / 2, edge / 2 + if edge % 2 == 1 { columns } else { 1 });
    join(&segments).into_iter().map(|line| line.into_iter().map(crossing).collect()).collect()
}

/// Segments joined end to end into lines as long as they go.
fn join(segments: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut at_edge: HashMap<usize, Vec<usize>> = HashMap::with_capacity(segments.len() * 2);
    for (s, &(a, b)) in segments.iter().enumerate() {
        at_edge.entry(a).or_default().push(s);
        at_edge.entry(b).or_default().push(s);
    }
    let mut used = vec![false; segments.len()];
    let mut lines = Vec::new();
    let is_end = |edge: &usize| at_edge[edge].len() == 1;
    // Lines that end at the grid's border start there; what is left are rings.
    let starts = segments.iter().enumerate().filter_map(|(s, (a, b))| if is_end(a) { Some((s, *a)) } else { is_end(b).then_some((s, *b)) });
    let rings = segments.iter().enumerate().map(|(s, (a, _))| (s, *a));
    for (first, start) in starts.chain(rings) {
        if used[first] {
            continue;
        }
        let mut line = vec![start];
        let mut next = Some(first);
        while let Some(s) = next {
            used[s] = true;
            let here = line[line.len() - 1];
            let (a, b) = segments[s];
            let there = if a == here { b } else { a };
            line.push(there);
            next = at_edge[&there].iter().copied().find(|&s| !used[s]);
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(columns: usize, rows: usize, f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        (0..rows * columns).map(|k| f((k % columns) as f64, (k / columns) as f64)).collect()
    }

    /// The lines with values taken to run straight between neighbours.
    fn lines(values: &[f64], columns: usize, level: f64) -> Vec<Vec<(f64, f64)>> {
        let place = |(from, to): Crossing| {
            let t = (level - values[from]) / (values[to] - values[from]);
            let (x, y) = ((from % columns) as f64, (from / columns) as f64);
            if to == from + 1 { (x + t, y) } else { (x, y + t) }
        };
        contours(values, columns, level).into_iter().map(|line| line.into_iter().map(place).collect()).collect()
    }

    #[test]
    fn a_straight_line_is_found_exactly() {
        // x + 2y = 7.3 crosses the grid once, as one line from border to border.
        let lines = lines(&field(11, 6, |x, y| x + 2.0 * y), 11, 7.3);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].iter().all(|(x, y)| (x + 2.0 * y - 7.3).abs() < 1e-12), "{lines:?}");
        let ends = [lines[0][0], lines[0][lines[0].len() - 1]];
        assert!(ends.iter().all(|&(x, y)| x == 0.0 || x == 10.0 || y == 0.0 || y == 5.0), "{ends:?}");
    }

    #[test]
    fn a_circle_is_one_closed_line() {
        let lines = lines(&field(41, 41, |x, y| (x - 20.0).hypot(y - 20.0)), 41, 13.0);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0][0], lines[0][lines[0].len() - 1]);
        assert!(lines[0].iter().all(|(x, y)| ((x - 20.0).hypot(y - 20.0) - 13.0).abs() < 0.02));
    }

    #[test]
    fn a_saddle_gives_two_lines_that_do_not_cross() {
        let found = lines(&[1.0, 0.0, 0.0, 1.0], 2, 0.4);
        assert_eq!(found.len(), 2);
        let found = lines(&field(30, 30, |x, y| (x - 14.5) * (y - 14.5)), 30, 0.1);
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn flat_ground_has_no_lines() {
        assert!(contours(&[0.5; 100], 10, 0.5).is_empty());
        assert!(contours(&[], 10, 0.5).is_empty());
        assert!(contours(&[1.0, 2.0], 1, 1.5).is_empty());
    }
}
