//! The progress of training: lines, or a bar in a terminal.

use std::io::{IsTerminal, Write, stderr};

use crate::train::history::History;
use crate::train::options::FitOptions;

/// A bar's blocks.
const BLOCKS: usize = 30;

/// Shows what was asked for of each epoch.
///
/// The bar is written by hand, because a library for it (indicatif, with four more below) adds 6.5 seconds of compiling to a kernel's first
/// start, and what is left to do is to overwrite one line.
#[derive(Default)]
pub(super) struct Progress {
    bar_shown: bool,
}

impl Progress {
    /// Shows the epoch that just ended.
    pub(super) fn report(&mut self, fit: &FitOptions<'_>, history: &History, last: bool) {
        let epoch = history.loss.len();
        if fit.bar && stderr().is_terminal() {
            // Ten times a second is as fast as the eye reads.
            let tenths = |epoch: usize| (10.0 * history.seconds[epoch - 1]) as u64;
            if epoch == 1 || last || tenths(epoch) > tenths(epoch - 1) {
                let done = BLOCKS * epoch / fit.epochs;
                let bar = format!("[{}{}] {}", "█".repeat(done), "·".repeat(BLOCKS - done), line(fit, history));
                // While it is to be overwritten, a narrow terminal must cut it rather than wrap it.
                let text = if last { format!("\r\x1b[K{bar}") } else { format!("\r\x1b[K\x1b[?7l{bar}\x1b[?7h") };
                // A terminal that is gone is no reason to stop training.
                let _ = stderr().write_all(text.as_bytes());
                self.bar_shown = true;
            }
        } else if let Some(every) = fit.report_every.or(fit.bar.then_some(1))
            && (epoch == 1 || last || epoch.is_multiple_of(every))
        {
            println!("{}", line(fit, history));
        }
    }
}

impl Drop for Progress {
    /// What is written next, be it an error, begins on a line of its own.
    fn drop(&mut self) {
        if self.bar_shown {
            let _ = writeln!(stderr());
        }
    }
}

/// The last epoch's figures.
fn line(fit: &FitOptions<'_>, history: &History) -> String {
    let (epoch, all) = (history.loss.len(), fit.epochs.to_string());
    let mut line = format!("epoch {epoch:>width$}/{all}", width = all.len());
    if fit.elapsed || fit.bar {
        line += &history.seconds.last().map_or(String::new(), |seconds| format!("  {seconds:.2} s"));
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
    line
}
