//! Two axes as a drawing: frame, ticks and labels around what the series draw.

use plotters_backend::text_anchor::HPos;

use super::axes::Axes;
use super::canvas::{Canvas, Insets, Rect, Stroke};
use super::color::{BLUES, FRAME, GRID, INK, Shades};
use super::font::Font;
use super::layout::{Drawing, Shown, text_sizes};
use super::legend::{self, Entry};
use super::scale::{Plane, number};
use super::series::{Marks, Series, number_size};

impl Axes {
    /// The lines of text at each of the x axis's ticks.
    fn x_ticks(&self, canvas: &Canvas, plane: &Plane, size: f64) -> Vec<(f64, Vec<String>)> {
        if !self.x.categories.is_empty() {
            let slot = plane.x.at(1.0) - plane.x.at(0.0);
            // As many names as there is space for.
            let every = (3.0 * size / slot).ceil().max(1.0);
            let label = |(i, name): (usize, &String)| (i as f64, canvas.wrap(name, size, slot * every - 4.0));
            return self.x.categories.iter().enumerate().step_by(every as usize).map(label).collect();
        }
        // As many numbers as fit without touching each other.
        let apart = |pair: &[(f64, String)]| {
            let half = |text: &str| canvas.text_width(text, size) / 2.0;
            (plane.x.at(pair[1].0) - plane.x.at(pair[0].0)) > half(&pair[0].1) + half(&pair[1].1) + size
        };
        let most = (plane.area.w / 40.0).clamp(2.0, 10.0) as usize;
        let ticks = (2..=most).rev().map(|most| plane.x.ticks(most)).find(|ticks| ticks.windows(2).all(apart));
        let ticks = ticks.unwrap_or_else(|| plane.x.ticks(1).into_iter().take(1).collect());
        ticks.into_iter().map(|(value, text)| (value, vec![text])).collect()
    }

    fn y_ticks(&self, canvas: &Canvas, plane: &Plane, size: f64) -> Vec<(f64, String)> {
        if self.y.categories.is_empty() {
            return plane.y.ticks((plane.area.h / (size * 2.4)).clamp(2.0, 8.0) as usize);
        }
        let every = (1.2 * size / (plane.y.at(0.0) - plane.y.at(1.0))).ceil().max(1.0);
        let label = |(i, name): (usize, &String)| (-(i as f64), canvas.fit(name, size, 0.5 * plane.area.w));
        self.y.categories.iter().enumerate().step_by(every as usize).map(label).collect()
    }

    /// The key's entries as far as a panel shows them.
    fn entries(&self, shown: Shown) -> Vec<Entry> {
        if shown.legend { self.legend() } else { Vec::new() }
    }

    /// The table, where that is what the axes hold and its numbers cannot be read.
    fn unreadable_table(&self, canvas: &Canvas, plane: &Plane) -> Option<Shades> {
        let Some(Series { marks: Marks::Table(values), .. }) = self.series.first() else { return None };
        number_size(values, canvas, plane).is_none().then(|| Shades::of(values, BLUES))
    }
}

impl Drawing for Axes {
    fn kind(&self) -> &'static str {
        if self.is_table() { "a heat map" } else { "a figure with two axes" }
    }

    fn size(&self, _font: &Font) -> (f64, f64) {
        if self.is_table() {
            let (columns, rows) = (self.x.categories.len() as f64, self.y.categories.len() as f64);
            let cell = (480.0 / rows.max(columns)).clamp(3.0, 130.0);
            return ((columns * cell).clamp(150.0, 780.0) + 150.0, (rows * cell).clamp(150.0, 640.0) + 50.0);
        }
        let Some(shape) = self.shape() else { return (876.0, 508.0) };
        let width = (520.0 / shape).clamp(300.0, 780.0);
        (width + 86.0, (width * shape).min(700.0) + 70.0)
    }

    /// Its entries, where there is something to tell apart.
    fn legend(&self) -> Vec<Entry> {
        let entries: Vec<Entry> = self.series.iter().filter_map(Series::entry).collect();
        let told_by_label = entries.len() == 1 && !self.y.label.is_empty() && !self.series[0].marks.is_solid();
        if told_by_label { Vec::new() } else { entries }
    }

    fn labels(&self) -> [&str; 2] {
        [&self.x.label, &self.y.label]
    }

    fn each_axes(&mut self, change: &mut dyn FnMut(&mut Axes)) {
        change(self);
    }

    fn insets(&self, canvas: &Canvas, area: Rect, shown: Shown) -> Insets {
        let [_, size, tick] = text_sizes(area.w);
        let label = |axis: usize| if self.labels()[axis].is_empty() || !shown.labels[axis] { 0.0 } else { size + 8.0 };
        let entries = self.entries(shown);
        let top = |left: f64| legend::height(canvas, &entries, size, area.w - left) + tick * 0.5;
        let right = tick * 1.4;
        let guess = self.plane(area.inset([4.0 * tick, top(60.0), right, tick * 2.0 + label(0)]));
        let right = if self.unreadable_table(canvas, &guess).is_some() { legend::KEY } else { right };
        let left = canvas.widest(self.y_ticks(canvas, &guess, tick).iter().map(|(_, text)| text), tick) + 10.0 + label(1);
        let lines = self.x_ticks(canvas, &guess, tick).iter().map(|(_, lines)| lines.len()).max().unwrap_or(1);
        [left, top(left.max(60.0)), right, 8.0 + lines as f64 * tick * 1.25 + label(0)]
    }

    fn draw(&self, canvas: &mut Canvas, inner: Rect, outer: Rect, shown: Shown) {
        let [_, size, tick] = text_sizes(outer.w);
        let below = outer.bottom() - inner.bottom();
        let plane = self.plane(inner);
        let inner = plane.area;
        let (x_ticks, y_ticks) = (self.x_ticks(canvas, &plane, tick), self.y_ticks(canvas, &plane, tick));
        let numbers = [self.x.categories.is_empty(), self.y.categories.is_empty()];
        let upright = |x: f64, from: f64, to: f64| [(x, from), (x, to)];
        let level = |y: f64, from: f64, to: f64| [(from, y), (to, y)];

        if !self.has(Marks::is_solid) {
            for (value, _) in &y_ticks {
                canvas.line(level(plane.y.at(*value), inner.x, inner.right()), Stroke::new(GRID, 1.0));
            }
            for (value, _) in x_ticks.iter().filter(|_| numbers[0]) {
                canvas.line(upright(plane.x.at(*value), inner.y, inner.bottom()), Stroke::new(GRID, 1.0));
            }
        }
        canvas.clip = Some(inner);
        let is_bars = |series: &&Series| matches!(series.marks, Marks::Bars(_));
        let bars = self.series.iter().filter(is_bars).count();
        let mut index = 0;
        for series in &self.series {
            series.draw(canvas, &plane, (index, bars), tick);
            index += usize::from(is_bars(&series));
        }
        canvas.clip = None;
        if bars > 0 && plane.y.low < 0.0 && plane.y.high > 0.0 {
            canvas.line(level(plane.y.at(0.0), inner.x, inner.right()), Stroke::new(INK, 1.0));
        }
        canvas.rect(inner, None, Some(Stroke::new(FRAME, 1.0)));
        if let Some(shades) = self.unreadable_table(canvas, &plane) {
            legend::draw_key(canvas, &shades, Rect { w: inner.w + legend::KEY, ..inner }, tick);
        }
        for (value, lines) in &x_ticks {
            let x = plane.x.at(*value);
            if numbers[0] {
                canvas.line(upright(x, inner.bottom(), inner.bottom() + 4.0), Stroke::new(FRAME, 1.0));
            }
            for (i, line) in lines.iter().enumerate() {
                canvas.text(line, (x, inner.bottom() + 7.0 + (i as f64 * 1.25 + 0.85) * tick), tick, HPos::Center);
            }
        }
        for (value, text) in &y_ticks {
            let y = plane.y.at(*value);
            if numbers[1] {
                canvas.line(level(y, inner.x - 4.0, inner.x), Stroke::new(FRAME, 1.0));
            }
            canvas.text(text, (inner.x - 7.0, y + tick * 0.36), tick, HPos::Right);
        }
        if shown.labels[0] {
            let label = canvas.fit(&self.x.label, size, outer.right() - inner.x);
            canvas.text(&label, (inner.x + inner.w / 2.0, inner.bottom() + below - 4.0), size, HPos::Center);
        }
        if shown.labels[1] {
            canvas.text_upward(&self.y.label, (outer.x + size, inner.y + inner.h / 2.0), size, inner.h);
        }
        let entries = self.entries(shown);
        let key = Rect { x: inner.x, w: outer.right() - inner.x, ..inner };
        let height = legend::height(canvas, &entries, size, key.w);
        legend::draw(canvas, &entries, size, Rect { y: inner.y - tick * 0.5 - height, ..key });
    }

    fn describe(&self) -> String {
        let [x, y] = self.ranges();
        let series = self.series.iter().map(|series| series.describe(&self.x.categories));
        if !self.is_table() {
            return [self.x.describe("x", x), self.y.describe("y", y)].into_iter().chain(series).collect::<Vec<_>>().join(" ");
        }
        let mut text = series.collect::<String>();
        if let [Series { marks: Marks::Table(values), .. }] = &self.series[..]
            && values.len() <= 36
        {
            for (name, row) in self.y.categories.iter().zip(values.outer_iter()) {
                let cells: Vec<String> = self.x.categories.iter().zip(row).map(|(column, &v)| format!("{column} {}", number(v))).collect();
                text.push_str(&format!(" {} {name}: {}.", self.y.label, cells.join(", ")));
            }
        }
        text
    }
}
