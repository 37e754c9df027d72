//! What a check has found, in words and small numbers.

use std::fmt;

use ndarray::ArrayD;

use crate::task::Answer;
use crate::value::{Value, close};

/// The most rows and columns of an array that are shown.
const SHOWN: usize = 6;

/// What a check has found; a notebook cell that ends in it shows its text.
///
/// ```
/// use nnlib::activation;
/// use nnlib_checks as check;
/// let verdict = check::softmax(activation::softmax);
/// assert!(verdict.passed());
/// assert_eq!(verdict.hint(), None);
/// assert_eq!(verdict.to_string(), "✓ softmax: right in all 6 cases.");
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
    let heading = match got {
        Err(message) if message.starts_with("not yet implemented") => {
            let text = format!("{name}: not solved yet. Write your code in place of todo!(), run that cell, and then this one again.");
            return Verdict { passed: false, hint: None, text };
        }
        Err(message) => {
            vec![format!("✗ {name}: in case {} of {} ({}) your code panics:", case.number, case.of, case.label), format!("  {message}")]
        }
        Ok(_) => vec![format!("✗ {name}: wrong in case {} of {} ({}).", case.number, case.of, case.label)],
    };
    let mut blocks: Vec<Vec<String>> =
        inputs.iter().zip(&case.given).map(|(name, value)| headed(&format!("given {name}"), value)).collect();
    let nothing = Vec::new();
    let (expected, got) = (expected.as_ref().unwrap_or(&nothing), got.as_ref().unwrap_or(&nothing));
    for (i, (name, expected)) in outputs.iter().zip(expected).enumerate() {
        blocks.push(match got.get(i) {
            Some(got) if got.agrees(expected) => vec![format!("{name} is right")],
            Some(got) => beside(name, expected, got),
            None => headed(&format!("expected {name}"), expected),
        });
    }
    let mut text = heading.join("\n") + "\n";
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
        Value::Numbers(array) => match &table(array, 4)[..] {
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
    let (left, right) = (table(e, digits), table(g, digits));
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

/// An array's numbers in columns, a line for each row; of a large one the beginning.
fn table(array: &ArrayD<f64>, digits: usize) -> Vec<String> {
    let columns = array.shape().last().copied().unwrap_or(1);
    let numbers: Vec<String> = array.iter().map(|&v| number(v, digits)).collect();
    let rows: Vec<&[String]> = numbers.chunks(columns.max(1)).take(SHOWN).map(|row| &row[..columns.min(SHOWN)]).collect();
    let width = rows.iter().flat_map(|row| row.iter()).map(|n| n.chars().count()).max().unwrap_or(0);
    let more = if columns > SHOWN { "  …" } else { "" };
    let line = |row: &[String]| row.iter().map(|n| format!("  {n:>width$}")).collect::<String>() + more;
    let mut lines: Vec<String> = rows.iter().map(|row| line(row)).collect();
    if numbers.len() > SHOWN * columns {
        lines.push("  …".to_owned());
    }
    lines
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

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use crate as check;

    #[test]
    fn a_wrong_answer_is_shown_beside_the_right_one() {
        let verdict = check::softmax(|z| z.mapv(|z| z.max(0.0)));
        let expected = "\
✗ softmax: wrong in case 1 of 6 (equal scores).

given z (1, 2): 0  0

expected softmax(z) (1, 2)    got
  0.5000  0.5000                0  0";
        assert_eq!(verdict.to_string(), expected);
        assert_eq!((verdict.passed(), verdict.hint()), (false, None));
    }

    #[test]
    fn digits_are_shown_until_the_difference_is_seen() {
        let verdict = check::softmax(|z| nnlib::activation::softmax(z) + 1e-7);
        assert!(verdict.to_string().contains("0.50000000  0.50000000        0.50000010  0.50000010"), "{verdict}");
    }

    #[test]
    fn another_shape_is_told() {
        let verdict = check::softmax(|z| Array2::zeros((z.ncols(), z.nrows())));
        assert!(verdict.to_string().contains("expected softmax(z) (1, 2): 0.5000  0.5000\ngot softmax(z) (2, 1):\n  0\n  0"), "{verdict}");
    }

    #[test]
    fn a_panic_is_caught_and_told() {
        let verdict = check::softmax(|z| if z.nrows() > 1 { z.dot(&array![[1.0]]) } else { nnlib::activation::softmax(z) });
        assert!(!verdict.passed());
        assert!(verdict.to_string().contains("your code panics:\n  ndarray: inputs"), "{verdict}");
    }

    #[test]
    fn a_todo_is_a_task_not_solved_yet() {
        for verdict in [check::softmax(|_| todo!()), check::softmax(|_| todo!("later"))] {
            assert!(!verdict.passed());
            assert!(verdict.to_string().starts_with("softmax: not solved yet."), "{verdict}");
        }
    }
}
