//! What `fit` shows while it trains, in a terminal and elsewhere, as processes of their own see it.

use std::process::{Command, Stdio};

use ndarray::{Array1, array};
use nnlib::{Error, FitOptions, Loss, Optimizer, RandomState, Sequential};

const CHILD: &str = "NNLIB_TEST_TRAINS";

#[test]
#[ignore = "a child of the other tests: trains with a bar"]
fn trains() {
    let Ok(rate) = std::env::var(CHILD) else { return };
    let x = RandomState::new(0).randn_2d(20, 2);
    let y: Array1<usize> = (0..20).map(|i| i % 2).collect();
    let network = Sequential::input(2).dense(2).build(&mut RandomState::new(0)).unwrap();
    let optimizer = Optimizer::sgd(rate.parse::<f64>().unwrap()).unwrap();
    let mut model = network.compile(Loss::SoftmaxCrossEntropy, optimizer).unwrap().with_accuracy();
    match model.fit(&x, &y, FitOptions::epochs(3).validation(&array![[0.5, 1.0]], &array![1]).bar()) {
        Ok(history) => assert_eq!(history.loss.len(), 3),
        Err(error) => {
            assert!(matches!(error, Error::Diverged { .. }));
            eprintln!("{error}");
        }
    }
}

/// What the child wrote to stdout and to stderr; in a terminal the two are one.
fn output(rate: &str, in_terminal: bool) -> (String, String) {
    let this = std::env::current_exe().unwrap();
    let mut command = if in_terminal { Command::new("python3") } else { Command::new(&this) };
    if in_terminal {
        command.args(["-c", "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]))"]).arg(&this);
    }
    command.args(["--exact", "trains", "--ignored", "--nocapture"]).env(CHILD, rate).stdin(Stdio::null());
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{out}{err}");
    (out, err)
}

#[test]
fn without_a_terminal_there_is_a_line_an_epoch() {
    let (out, err) = output("0.1", false);
    let lines: Vec<&str> = out.lines().filter(|line| line.contains("epoch ")).collect();
    assert_eq!(lines.len(), 3, "{out}");
    for (line, start) in lines.iter().zip(["epoch 1/3  0.", "epoch 2/3  0.", "epoch 3/3  0."]) {
        let figures = [" s  loss 0.", "  accuracy 0.", "  validation loss ", "  validation accuracy "];
        // The harness begins its own line without ending it.
        assert!(line.contains(start) && figures.iter().all(|name| line.contains(name)), "{line}");
    }
    assert!(!out.contains(['\r', '█']) && err.is_empty(), "{out}{err}");
}

#[cfg(unix)]
#[test]
fn in_a_terminal_there_is_a_bar() {
    let (out, _) = output("0.1", true);
    let first = format!("\r\x1b[K\x1b[?7l[{}{}] epoch 1/3  0.", "█".repeat(10), "·".repeat(20));
    let last = format!("\r\x1b[K[{}] epoch 3/3  0.", "█".repeat(30));
    assert!(out.contains(&first) && out.contains(&last), "{out:?}");
    let after = &out[out.find(&last).unwrap() + last.len()..];
    assert!(after.contains("  validation accuracy ") && after.contains("\r\n"), "{out:?}");
    // The bar is one line, overwritten.
    let between = &out[out.find(&first).unwrap()..out.find(&last).unwrap()];
    assert!(!between.contains('\n'), "{out:?}");
}

#[cfg(unix)]
#[test]
fn an_error_after_a_bar_begins_on_a_line_of_its_own() {
    let (out, _) = output("1e308", true);
    assert!(out.contains('█') && out.contains("\r\ntraining diverged: "), "{out:?}");
}
