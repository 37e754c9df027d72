//! What a check has found, in words and small numbers.

use std::fmt;

use ndarray::ArrayD;

use crate::task::{Answer, Failure};
use crate::value::{Value, close};

/// The most rows and columns of an array that are shown.
const SHOWN: usize = 6;

/// What a check has found; a notebook cell that ends in it shows its text.
///
/// ```
/// use nnlib_checks as check;
/// let verdict = check::swish(|z| z / (1.0 + (-z).exp()));
/// assert!(verdict.passed());
/// assert_eq!(verdict.hint(), None);
/// assert_eq!(verdict.to_string(), "✓ swish: right in all 7 cases.");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Verdict {
    passed: bool,
    hint: Option<&'static str>,
    text: String,
}

impl Verdict {
    /// Whether the answer is right in every case.
    pub fn passed(&self) -> bool {
        self.passed
    }

    /// The mistake by name, where the answer is that of a known one.
    pub fn hint(&self) -> Option<&str> {
        self.hint
    }

    pub(crate) fn right(name: &str, cases: usize) -> Self {
        Self { passed: true, hint: None, text: format!("✓ {name}: right in all {cases} cases.") }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// One case: what is special about it, and what the function was given.
pub(crate) struct Case {
    pub(crate) number: usize,
    pub(crate) of: usize,
    pub(crate) label: &'static str,
    pub(crate) given: Vec<Value>,
}

/// The verdict on a function whose answer to this case is wrong, and the first that is.
pub(crate) fn judge(
    name: &str,
    inputs: &[&str],
    outputs: &[&str],
    case: &Case,
    expected: &Answer,
    got: &Answer,
    hint: Option<&'static str>,
) -> Verdict {
    let at = format!("case {} of {} ({})", case.number, case.of, case.label);
    let heading = match got {
        Err(Failure::Panic(message)) if message.starts_with("not yet implemented") => {
            let text = format!(
                "{name}: not solved yet. Write your code in place of todo!(), here and in what it calls, run that cell, and then this one again."
            );
            return Verdict { passed: false, hint: None, text };
        }
        Err(Failure::Panic(message)) => format!("✗ {name}: in {at} your code panics:\n  {message}"),
        Err(Failure::Stopped(why)) => format!("✗ {name}: {at}: {why}"),
        Ok(_) => format!("✗ {name}: wrong in {at}."),
    };
    let mut blocks: Vec<Vec<String>> =
        inputs.iter().zip(&case.given).map(|(name, value)| headed(&format!("given {name}"), value)).collect();
    let nothing = Vec::new();
    let (expected, values) = (expected.as_ref().unwrap_or(&nothing), got.as_ref().unwrap_or(&nothing));
    if outputs.is_empty() {
        // A prediction: the right one is not given away.
        blocks.extend(values.iter().map(|value| headed("you said", value)));
    }
    for (i, (name, expected)) in outputs.iter().zip(expected).enumerate() {
        blocks.push(match values.get(i) {
            Some(value) if value.agrees(expected) => vec![format!("{name} is right")],
            Some(value) => beside(name, expected, value),
            None => headed(&format!("expected {name}"), expected),
        });
    }
    if got.is_ok() && values.len() != expected.len() {
        blocks.push(vec![format!("expected {} arrays or numbers, got {}", expected.len(), values.len())]);
    }
    let mut text = heading + "\n";
    for (i, block) in blocks.iter().enumerate() {
        // Short ones stand together.
        if i == 0 || block.len() > 1 || blocks[i - 1].len() > 1 {
            text += "\n";
        }
        text += &(block.join("\n") + "\n");
    }
    text += &hint.map_or(String::new(), |hint| format!("\nProbably: {hint}\n"));
    Verdict { passed: false, hint, text: text.trim_end().to_owned() }
}

/// A value below its name; a short one beside it.
fn headed(name: &str, value: &Value) -> Vec<String> {
    match value {
        Value::Text(text) => vec![format!("{name}: {text}")],
        Value::Numbers(array) => match &table(array, 4, 0)[..] {
            [line] => vec![format!("{name}{}: {}", shape(array), line.trim_start())],
            lines => [vec![format!("{name}{}:", shape(array))], lines.to_vec()].concat(),
        },
    }
}

/// What was expected and what came, side by side, with as many digits as it takes to see the difference.
fn beside(name: &str, expected: &Value, got: &Value) -> Vec<String> {
    let (Value::Numbers(e), Value::Numbers(g)) = (expected, got) else {
        return [headed(&format!("expected {name}"), expected), headed(&format!("got {name}"), got)].concat();
    };
    if e.shape() != g.shape() {
        return [headed(&format!("expected {name}"), expected), headed(&format!("got {name}"), got)].concat();
    }
    let apart = |digits: usize| e.iter().zip(g).all(|(&e, &g)| close(g, e) || number(e, digits) != number(g, digits));
    let digits = [4, 8, 12].into_iter().find(|&digits| apart(digits)).unwrap_or(17);
    let first = e.iter().zip(g).position(|(&e, &g)| !close(g, e)).unwrap_or(0);
    let (left, right) = (table(e, digits, first), table(g, digits, first));
    let heading = format!("expected {name}{}", shape(e));
    let width = left.iter().map(|line| line.chars().count()).max().unwrap_or(0).max(heading.chars().count()) + 4;
    let pad = |text: &str| format!("{text}{}", " ".repeat(width - text.chars().count()));
    let rows = left.iter().zip(&right).map(|(left, right)| format!("{}{}", pad(left), right.trim_end()));
    std::iter::once(format!("{}got", pad(&heading))).chain(rows).collect()
}

/// The shape in brackets, of what is no single number.
fn shape(array: &ArrayD<f64>) -> String {
    let sizes: Vec<String> = array.shape().iter().map(ToString::to_string).collect();
    match sizes.len() {
        0 => String::new(),
        1 => format!(" ({},)", sizes[0]),
        _ => format!(" ({})", sizes.join(", ")),
    }
}

/// An array's numbers in columns, a line for each row; of a large one the beginning, or the part that ends with this number.
fn table(array: &ArrayD<f64>, digits: usize, until: usize) -> Vec<String> {
    let columns = array.shape().last().copied().unwrap_or(1).max(1);
    let numbers: Vec<String> = array.iter().map(|&v| number(v, digits)).collect();
    let from = |at: usize| (at + 1).saturating_sub(SHOWN);
    let (above, left) = (from(until / columns), from(until % columns));
    let end = columns.min(left + SHOWN);
    let rows: Vec<&[String]> = numbers.chunks(columns).skip(above).take(SHOWN).map(|row| &row[left..end]).collect();
    let width = rows.iter().flat_map(|row| row.iter()).map(|n| n.chars().count()).max().unwrap_or(0);
    let (before, after) = (if left > 0 { "  …" } else { "" }, if end < columns { "  …" } else { "" });
    let line = |row: &[String]| before.to_owned() + &row.iter().map(|n| format!("  {n:>width$}")).collect::<String>() + after;
    let dots = |some: bool| some.then(|| "  …".to_owned());
    let below = numbers.len() > (above + SHOWN) * columns;
    dots(above > 0).into_iter().chain(rows.iter().map(|row| line(row))).chain(dots(below)).collect()
}

/// A number in so many digits; a whole one without a point.
fn number(v: f64, digits: usize) -> String {
    if !v.is_finite() || (v.fract() == 0.0 && v.abs() < 1e6) {
        format!("{}", v + 0.0) // a negative zero is a zero
    } else if (1e-3..1e5).contains(&v.abs()) {
        format!("{v:.digits$}")
    } else {
        format!("{v:.digits$e}")
    }
}
