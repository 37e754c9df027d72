//! A network in words: its layers in a table, its neurons one by one.

use std::fmt::{self, Write};

use ndarray::ArrayView1;

use crate::nn::layer::Parameters;
use crate::nn::sequential::Sequential;

/// Text that a notebook shows as it is, without quotes.
#[derive(Clone, PartialEq, Eq)]
pub struct Text(String);

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An inspection shows at most so many units of a layer …
const MOST_UNITS: usize = 50;
/// … and so many weights of a unit.
const MOST_WEIGHTS: usize = 20;

impl Sequential {
    /// A table of the layers, their output shapes and parameter counts.
    pub fn summary(&self) -> Text {
        let mut rows = vec![["layer".to_owned(), "output".to_owned(), "parameters".to_owned()]];
        rows.push(["Input".into(), self.input_shape().to_string(), "0".into()]);
        for (layer, shape) in self.layers().iter().zip(&self.shapes()[1..]) {
            let Parameters { w, b } = layer.parameters();
            rows.push([layer.name(), shape.to_string(), (w.len() + b.len()).to_string()]);
        }
        let [first, second, third] = [0, 1, 2].map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
        let mut text = String::new();
        for (i, [layer, shape, count]) in rows.iter().enumerate() {
            text += &format!("{layer:<first$}  {shape:<second$}  {count:>third$}\n");
            if i == 0 {
                text += &format!("{}\n", "─".repeat(first + second + third + 4));
            }
        }
        Text(text + &format!("{} parameters in all", self.parameter_count()))
    }

    /// Every neuron's weights and bias, layer by layer; of large layers the first neurons and weights.
    pub fn inspect(&self) -> Text {
        self.inspected(MOST_UNITS, MOST_WEIGHTS)
    }

    /// [`Sequential::inspect`] without leaving anything out.
    pub fn inspect_all(&self) -> Text {
        self.inspected(usize::MAX, usize::MAX)
    }

    fn inspected(&self, most_units: usize, most_weights: usize) -> Text {
        let mut text = format!("inputs: {}", self.input_shape());
        let mut cut = false;
        for (layer, shape) in self.layers().iter().zip(&self.shapes()[1..]) {
            let (b, (what, units)) = (layer.parameters().b, layer.units());
            let _ = write!(text, "\n{} → {shape}", layer.name());
            for (j, weights) in units.outer_iter().enumerate().take(most_units) {
                let _ = write!(text, "\n  {what} {j}: weights {}", numbers(weights, most_weights));
                if let Some(&b) = b.get(j) {
                    let _ = write!(text, "; bias {}", number(b));
                }
            }
            if units.nrows() > most_units {
                let _ = write!(text, "\n  … and {} more", units.nrows() - most_units);
            }
            if units.is_empty() && !b.is_empty() {
                let _ = write!(text, "\n  slopes {}", numbers(b, most_weights));
            }
            cut |= units.nrows() > most_units || units.ncols() > most_weights || (units.is_empty() && b.len() > most_weights);
        }
        if cut {
            text += "\ncut short; inspect_all() shows everything";
        }
        Text(text)
    }
}

/// Six decimals, without a minus before nothing but zeros.
fn number(x: f64) -> String {
    let text = format!("{x:.6}");
    if text.trim_start_matches('-').bytes().all(|byte| matches!(byte, b'0' | b'.')) {
        text.trim_start_matches('-').to_owned()
    } else {
        text
    }
}

fn numbers(row: ArrayView1<'_, f64>, most: usize) -> String {
    let shown: Vec<String> = row.iter().take(most).map(|&x| number(x)).collect();
    let rest = if row.len() > most { format!(", … and {} more", row.len() - most) } else { String::new() };
    shown.join(", ") + &rest
}

impl fmt::Debug for Sequential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.summary())
    }
}
