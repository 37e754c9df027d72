//! From numbers to pixels, and the round numbers that an axis shows.

/// A range of numbers laid along a line of pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
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
            (value.max(f64::MIN_POSITIVE).ln() - self.low.ln()) / (self.high.ln() - self.low.ln())
        } else {
            // Halves, because the range between two large numbers may be none.
            (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0)
        };
        // Far outside numbers stay numbers that a picture can hold.
        let (from, to) = self.pixels;
        (from + share * (to - from)).clamp(-1e6, 1e6)
    }

    /// At most about `most` round numbers within the range, each with its text.
    pub(super) fn ticks(&self, most: usize) -> Vec<(f64, String)> {
        if self.log { log_ticks(self.low, self.high, most) } else { linear_ticks(self.low, self.high, most) }
    }
}

/// Multiples of 1, 2, 2.5 or 5 times a power of ten.
fn linear_ticks(low: f64, high: f64, most: usize) -> Vec<(f64, String)> {
    let rough = (high - low) / most.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|m| m * power).into_iter().find(|&s| s >= rough * 0.999_999).unwrap_or(10.0 * power);
    let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
    // Numbers so close that f64 cannot step between them have no ticks of their own.
    let fine = step.is_normal() && first.abs().max(last.abs()) < 1e15 && last - first < 1000.0;
    if !fine {
        return vec![(low, number(low)), (high, number(high))];
    }
    let largest = low.abs().max(high.abs());
    (0..=(last - first).max(0.0) as usize).map(|i| (first + i as f64) * step).map(|v| (v, in_steps(v, step, largest))).collect()
}

/// Powers of ten, thinned when many, with 2 and 5 times them when few.
fn log_ticks(low: f64, high: f64, most: usize) -> Vec<(f64, String)> {
    if high / low < 8.0 {
        // Nearly straight.
        return linear_ticks(low, high, most);
    }
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let decades = (last - first).max(1) as usize;
    let every = decades.div_ceil(most.max(1)).max(1) as i32;
    let multiples: &[f64] = match decades {
        _ if decades * 5 <= most + 3 => &[1.0, 2.0, 3.0, 5.0, 7.0],
        _ if decades * 3 <= most + 3 => &[1.0, 2.0, 5.0],
        _ => &[1.0],
    };
    let within = |v: &f64| *v >= low * (1.0 - 1e-9) && *v <= high * (1.0 + 1e-9);
    let tick = |power: i32, m: &f64| m * 10f64.powi(power);
    let powers = (first..=last).filter(|power| power.rem_euclid(every) == 0);
    let ticks = powers.flat_map(|power| multiples.iter().map(move |m| tick(power, m))).filter(within);
    ticks.map(|v| (v, number(v))).collect()
}

/// A tick's text with as many decimals as the step between ticks needs.
fn in_steps(value: f64, step: f64, largest: f64) -> String {
    if !(1e-3..1e5).contains(&largest) {
        return number(if value.abs() < step * 1e-6 { 0.0 } else { value });
    }
    let decimals = (0..10).find(|&d| (step * 10f64.powi(d) - (step * 10f64.powi(d)).round()).abs() < 1e-6).unwrap_or(10);
    signed(format!("{value:.*}", decimals as usize))
}

/// A number as a person writes it: up to four significant digits, and powers of ten where there would be many zeros.
pub(super) fn number(value: f64) -> String {
    to_digits(value, 4)
}

/// A number with up to so many significant digits; a whole number keeps all of its own.
pub(super) fn to_digits(value: f64, digits: i32) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let power = value.abs().log10().floor() as i32;
    if (-3..5).contains(&power) {
        let text = format!("{value:.*}", (digits - 1 - power).max(0) as usize);
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text };
        return signed(text);
    }
    let exponential = format!("{value:.*e}", digits.max(1) as usize - 1);
    let (mantissa, exponent) = exponential.split_once('e').unwrap_or((&exponential, "0"));
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    let exponent: String = exponent.chars().map(superscript).collect();
    match mantissa {
        "1" => format!("10{exponent}"),
        "-1" => format!("−10{exponent}"),
        _ => signed(format!("{mantissa}×10{exponent}")),
    }
}

/// With a minus sign in place of the hyphen, and none before a zero.
fn signed(text: String) -> String {
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| c == '0' || c == '.') => rest.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

fn superscript(c: char) -> char {
    match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '0' => '⁰',
        '4'..='9' => char::from_u32('⁴' as u32 + (c as u32 - '4' as u32)).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(ticks: &[(f64, String)]) -> Vec<&str> {
        ticks.iter().map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_and_within() {
        let scale = Scale { low: -1.3, high: 2.6, log: false, pixels: (0.0, 400.0) };
        assert_eq!(texts(&scale.ticks(5)), ["−1", "0", "1", "2"]);
        assert_eq!(texts(&scale.ticks(9)), ["−1.0", "−0.5", "0.0", "0.5", "1.0", "1.5", "2.0", "2.5"]);
        let scale = Scale { low: 0.0, high: 20000.0, log: false, pixels: (0.0, 400.0) };
        assert_eq!(texts(&scale.ticks(5)), ["0", "5000", "10000", "15000", "20000"]);
    }

    #[test]
    fn log_ticks_are_powers_of_ten() {
        let scale = Scale { low: 1e-6, high: 1.0, log: true, pixels: (0.0, 400.0) };
        assert_eq!(texts(&scale.ticks(8)), ["10⁻⁶", "10⁻⁵", "10⁻⁴", "0.001", "0.01", "0.1", "1"]);
        let scale = Scale { low: 1.0, high: 50.0, log: true, pixels: (0.0, 400.0) };
        assert_eq!(texts(&scale.ticks(8)), ["1", "2", "3", "5", "7", "10", "20", "30", "50"]);
        assert!((scale.at(50f64.sqrt()) - 200.0).abs() < 1e-9);
    }

    #[test]
    fn numbers_read_well() {
        let cases = [(0.25, "0.25"), (-1.0, "−1"), (123_456.0, "1.235×10⁵"), (-1e-7, "−10⁻⁷"), (0.067_846, "0.06785"), (99_999.0, "99999")];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn no_range_makes_ticks_run_away() {
        for (low, high) in [(1.0, 1.0 + 1e-15), (1e300, 2e300), (-1e-300, 1e-300), (1e16, 1e16 + 4.0)] {
            let ticks = Scale { low, high, log: false, pixels: (0.0, 1.0) }.ticks(6);
            assert!(ticks.len() <= 12, "{low} to {high}: {ticks:?}");
        }
    }
}
