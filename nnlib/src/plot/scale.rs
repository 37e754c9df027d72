//! From numbers to pixels, and the round numbers that an axis shows.

use super::canvas::{Points, Rect};

/// The smallest number that a logarithmic axis shows.
pub(super) const LEAST: f64 = f64::from_bits(1);

/// The lowest and the highest of some numbers; of none, infinities the wrong way round.
pub(super) fn ends(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    values.into_iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
}

/// A range of numbers laid along a line of pixels.
pub(super) struct Scale {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) log: bool,
    /// The pixels of `low` and `high`.
    pub(super) pixels: (f64, f64),
}

impl Scale {
    /// The pixel of a number.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = if self.log {
            // Of a number close by, the logarithm of the ratio says more than the difference of logarithms.
            let above = |v: f64| if self.high / self.low < 8.0 { ((v - self.low) / self.low).ln_1p() } else { v.ln() - self.low.ln() };
            above(value.max(LEAST)) / above(self.high)
        } else {
            // Halves, because the range between two large numbers may be none.
            (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0)
        };
        // Far outside numbers stay numbers that a picture can hold.
        let (from, to) = self.pixels;
        (from + share * (to - from)).clamp(-1e6, 1e6)
    }

    /// At most about `most` round numbers within the range, each with its text. The texts are exact, and so all differ.
    pub(super) fn ticks(&self, most: usize) -> Vec<(f64, String)> {
        if self.log && self.high / self.low >= 8.0 { log_ticks(self.low, self.high, most) } else { linear_ticks(self.low, self.high, most) }
    }
}

/// Where the numbers of two axes lie on the canvas.
pub(super) struct Plane {
    pub(super) area: Rect,
    pub(super) x: Scale,
    pub(super) y: Scale,
}

impl Plane {
    pub(super) fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.x.at(x), self.y.at(y))
    }

    /// The places of those points that lie within the axes.
    pub(super) fn visible(&self, points: &[(f64, f64)]) -> impl Iterator<Item = (f64, f64)> {
        let within = |scale: &Scale, v: f64| (scale.low..=scale.high).contains(&v);
        points.iter().filter(move |(x, y)| within(&self.x, *x) && within(&self.y, *y)).map(|&point| self.at(point))
    }

    /// The places of a line's points; of very many, no more in each column of pixels than can be seen.
    pub(super) fn line(&self, points: &[(f64, f64)]) -> Points {
        let places: Points = points.iter().map(|&point| self.at(point)).collect();
        if places.len() < 2000 {
            return places;
        }
        let by_y = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        let seen = |column: &[(f64, f64)]| {
            let ends = [column.first(), column.iter().min_by(by_y), column.iter().max_by(by_y), column.last()];
            if column.len() > 4 { ends.into_iter().flatten().copied().collect() } else { column.to_vec() }
        };
        places.chunk_by(|a, b| a.0.floor() == b.0.floor()).flat_map(seen).collect()
    }
}

/// Multiples of 1, 2, 2.5 or 5 times a power of ten.
fn linear_ticks(low: f64, high: f64, most: usize) -> Vec<(f64, String)> {
    let rough = high / most.max(1) as f64 - low / most.max(1) as f64;
    let power = rough.log10().floor();
    // A step is `unit` times a power of ten.
    let wanted = rough / 10f64.powf(power) * 0.999_999;
    let mut units = [(1, 0), (2, 0), (25, -1), (5, 0)].into_iter();
    let (unit, shift) = units.find(|&(u, s)| f64::from(u) * 10f64.powi(s) >= wanted).unwrap_or((1, 1));
    let power = power as i32 + shift;
    let step = f64::from(unit) * 10f64.powi(power);
    let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
    // Numbers so close that f64 cannot step between them have no round ones between them.
    if !(step.is_normal() && first.abs().max(last.abs()) < 1e14 && last - first < 1000.0) {
        return [low, high].map(|v| (v, shortest(v))).into();
    }
    let plain = (1e-3..1e5).contains(&low.abs().max(high.abs()));
    let tick = |i: usize| {
        let value: f64 = format!("{}e{power}", (first as i64 + i as i64) * i64::from(unit)).parse().unwrap_or(0.0);
        (value, if plain { signed(format!("{value:.*}", -power.min(0) as usize)) } else { shortest(value) })
    };
    (0..=(last - first).max(0.0) as usize).map(tick).collect()
}

/// Powers of ten, thinned when many, with 2 and 5 times them when few.
fn log_ticks(low: f64, high: f64, most: usize) -> Vec<(f64, String)> {
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let decades = (last - first).max(1) as usize;
    let every = decades.div_ceil(most.max(1)).max(1) as i32;
    let multiples: &[u8] = match decades {
        _ if decades * 5 <= most + 3 => &[1, 2, 3, 5, 7],
        _ if decades * 3 <= most + 3 => &[1, 2, 5],
        _ => &[1],
    };
    let within = |v: &f64| *v >= low * (1.0 - 1e-9) && *v <= high * (1.0 + 1e-9);
    let powers = (first..=last).filter(|power| power.rem_euclid(every) == 0);
    let values = powers.flat_map(|power| multiples.iter().map(move |m| format!("{m}e{power}").parse().unwrap_or(0.0)));
    values.filter(within).map(|v| (v, number(v))).collect()
}

/// A number as a person writes it: up to four significant digits, and powers of ten where there would be many zeros.
pub(super) fn number(value: f64) -> String {
    to_digits(value, 4)
}

/// Two numbers with as many digits as tell them apart.
pub(super) fn range((low, high): (f64, f64)) -> String {
    let differ = |digits: &i32| to_digits(low, *digits) != to_digits(high, *digits);
    let digits = (4..17).find(differ).unwrap_or(17);
    format!("{} to {}", to_digits(low, digits), to_digits(high, digits))
}

/// A number with up to so many significant digits; a whole number below 100,000 keeps all of its own.
pub(super) fn to_digits(value: f64, digits: i32) -> String {
    let power = if value == 0.0 { 0 } else { value.abs().log10().floor() as i32 };
    if (-3..5).contains(&power) {
        return signed(without_zeros(&format!("{value:.*}", (digits - 1 - power).max(0) as usize)).to_owned());
    }
    scientific(&format!("{value:.*e}", digits.max(1) as usize - 1))
}

/// A number with as many digits as tell it from its neighbours.
fn shortest(value: f64) -> String {
    scientific(&format!("{value:e}"))
}

/// Rust's “1.50e-7” as people write it.
fn scientific(text: &str) -> String {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let superscript = |c: char| c.to_digit(10).and_then(|digit| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(digit as usize)).unwrap_or('⁻');
    let exponent: String = exponent.chars().map(superscript).collect();
    match without_zeros(mantissa) {
        "0" | "-0" => "0".to_owned(),
        "1" => format!("10{exponent}"),
        "-1" => format!("−10{exponent}"),
        mantissa => signed(format!("{mantissa}×10{exponent}")),
    }
}

/// Without zeros at the end of its decimals.
fn without_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// With a minus sign in place of the hyphen, and none before a zero.
fn signed(text: String) -> String {
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| c == '0' || c == '.') => rest.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}
