//! The progress of training, printed: a line, or a bar in a terminal.

use std::io::{IsTerminal, Write};

use super::{Fit, History};

/// Prints what was asked for of the epoch that just ended.
pub(super) fn report(fit: &Fit<'_>, history: &History, last: bool) {
    let epoch = history.loss.len();
    let every = fit.report_every.or(fit.bar.then_some(1));
    let terminal = fit.bar && std::io::stdout().is_terminal();
    let due = every.is_some_and(|every| epoch == 1 || last || epoch.is_multiple_of(every));
    if !due && !terminal {
        return;
    }
    let all = fit.epochs.to_string();
    let mut line = format!("epoch {epoch:>width$}/{all}", width = all.len());
    if fit.elapsed || fit.bar {
        line += &format!("  {:.2} s", history.seconds[epoch - 1]);
    }
    let figures = [
        ("loss", history.loss.last(), 6),
        ("accuracy", history.accuracy.last(), 4),
        ("validation loss", history.validation_loss.last(), 6),
        ("validation accuracy", history.validation_accuracy.last(), 4),
    ];
    for (name, value, digits) in figures {
        if let Some(value) = value {
            line += &format!("  {name} {value:.digits$}");
        }
    }
    if terminal {
        let done = 30 * epoch / fit.epochs;
        print!("\r\x1b[K[{}{}] {line}{}", "█".repeat(done), "·".repeat(30 - done), if last { "\n" } else { "" });
        // A terminal that is gone is no reason to stop training.
        let _ = std::io::stdout().flush();
    } else {
        println!("{line}");
    }
}
