//! A task: what is right, on which cases it shows, and what is known to go wrong.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;

use crate::Verdict;
use crate::value::{Value, Values};
use crate::verdict::{Case, judge};

/// What a function gave back: its values, or the message of its panic.
pub(crate) type Answer = Result<Vec<Value>, String>;

/// A task whose answer is a function of type `F` from inputs `I` to `O`.
pub(crate) struct Task<F, I, O> {
    name: &'static str,
    inputs: &'static [&'static str],
    outputs: &'static [&'static str],
    call: fn(F, &I) -> O,
    theirs: F,
    right: F,
    labels: Vec<&'static str>,
    cases: Vec<I>,
    hints: Vec<&'static str>,
    mistakes: Vec<F>,
}

impl<F: Copy, I: Values, O: Values> Task<F, I, O> {
    /// A task by the name of the function asked for, with the reader's function, the names of its inputs and outputs, how it is called,
    /// and a right answer.
    pub(crate) fn new(
        name: &'static str,
        theirs: F,
        inputs: &'static [&'static str],
        outputs: &'static [&'static str],
        call: fn(F, &I) -> O,
        right: F,
    ) -> Self {
        Self { name, inputs, outputs, call, theirs, right, labels: Vec::new(), cases: Vec::new(), hints: Vec::new(), mistakes: Vec::new() }
    }

    /// One more case, with what is special about it. The simplest come first: a reader sees the first that fails.
    pub(crate) fn case(mut self, label: &'static str, input: I) -> Self {
        self.labels.push(label);
        self.cases.push(input);
        self
    }

    /// One more known mistake: what to tell whoever makes it, and a function that does.
    pub(crate) fn mistake(mut self, hint: &'static str, wrong: F) -> Self {
        self.hints.push(hint);
        self.mistakes.push(wrong);
        self
    }

    /// Whether the reader's function is right.
    pub(crate) fn verdict(self) -> Verdict {
        let trial = Trial {
            name: self.name,
            inputs: self.inputs,
            outputs: self.outputs,
            labels: &self.labels,
            hints: &self.hints,
            given: &|case| self.cases[case].values(),
            run: &|who, case| {
                let f = match who {
                    Who::Theirs => self.theirs,
                    Who::Right => self.right,
                    Who::Mistake(i) => self.mistakes[i],
                };
                (self.call)(f, &self.cases[case]).values()
            },
        };
        #[cfg(test)]
        trial.audit();
        trial.verdict(Who::Theirs)
    }
}

/// Whose function is run.
#[derive(Clone, Copy)]
enum Who {
    Theirs,
    Right,
    Mistake(usize),
}

/// A task whatever its types, so that all that follows is compiled once and not for every task.
struct Trial<'a> {
    name: &'static str,
    inputs: &'static [&'static str],
    outputs: &'static [&'static str],
    labels: &'a [&'static str],
    hints: &'a [&'static str],
    given: &'a dyn Fn(usize) -> Vec<Value>,
    run: &'a dyn Fn(Who, usize) -> Vec<Value>,
}

impl Trial<'_> {
    fn verdict(&self, who: Who) -> Verdict {
        let (right, got) = (self.answers(Who::Right), self.answers(who));
        let passed = |(same, right): (bool, &Answer)| same && right.is_ok();
        let Some(first) = alike(&got, &right).into_iter().zip(&right).position(|case| !passed(case)) else {
            return Verdict::right(self.name, self.labels.len());
        };
        // A mistake is recognised when it gives the same answers: to the first case that fails, and to most of all cases.
        let mut hint = (self.labels.len() / 2, None);
        for (i, text) in self.hints.iter().enumerate() {
            let same = alike(&got, &self.answers(Who::Mistake(i)));
            let count = same.iter().filter(|same| **same).count();
            if same[first] && count > hint.0 {
                hint = (count, Some(*text));
            }
        }
        let case = Case { number: first + 1, of: self.labels.len(), label: self.labels[first], given: (self.given)(first) };
        judge(self.name, self.inputs, self.outputs, &case, &right[first], &got[first], hint.1)
    }

    /// What somebody's function gives back for each case.
    fn answers(&self, who: Who) -> Vec<Answer> {
        let _quiet = Quiet::new();
        let answer = |case| {
            panic::catch_unwind(AssertUnwindSafe(|| (self.run)(who, case))).map_err(|payload| {
                let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
                text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
            })
        };
        (0..self.labels.len()).map(answer).collect()
    }

    /// The third side of the gate: the right answer passes, and every known mistake fails with the hint that names it.
    #[cfg(test)]
    fn audit(&self) {
        let name = self.name;
        assert!(self.labels.len() >= 3, "{name}: too few cases to tell mistakes apart");
        assert!(self.hints.len() >= 2, "{name}: too few known mistakes");
        let finite = |value: &Value| !matches!(value, Value::Numbers(array) if array.iter().any(|v| v.is_nan()));
        for (answer, label) in self.answers(Who::Right).iter().zip(self.labels) {
            assert!(answer.as_ref().is_ok_and(|values| values.iter().all(finite)), "{name}: the right answer to {label:?} is none");
        }
        assert!(self.verdict(Who::Right).passed(), "{name}: the right answer does not pass");
        for (i, hint) in self.hints.iter().enumerate() {
            let verdict = self.verdict(Who::Mistake(i));
            assert!(!verdict.passed(), "{name}: no case shows this mistake: {hint}");
            assert_eq!(verdict.hint(), Some(*hint), "{name}: taken for another mistake\n{verdict}");
            assert!(verdict.to_string().contains(hint), "{name}: the reader does not see the hint");
        }
    }
}

/// Fails unless each verdict says that its task is not solved yet. To run a check at all audits its task.
#[cfg(test)]
#[track_caller]
pub(crate) fn assert_unsolved(verdicts: impl IntoIterator<Item = Verdict>) {
    for verdict in verdicts {
        assert!(verdict.to_string().contains("not solved yet"), "{verdict}");
    }
}

/// In which cases two functions gave back the same. A panic is like any other.
fn alike(a: &[Answer], b: &[Answer]) -> Vec<bool> {
    let same = |(a, b): (&Answer, &Answer)| match (a, b) {
        (Ok(a), Ok(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.agrees(b)),
        (Err(_), Err(_)) => true,
        _ => false,
    };
    a.iter().zip(b).map(same).collect()
}

/// Keeps the panics of a reader's function off the screen, as long as it lives.
struct Quiet {
    hook: Option<Box<dyn Fn(&panic::PanicHookInfo<'_>) + Sync + Send>>,
    /// The hook is one for the whole process: two at once would restore each other's.
    _alone: std::sync::MutexGuard<'static, ()>,
}

static ALONE: Mutex<()> = Mutex::new(());

impl Quiet {
    fn new() -> Self {
        let alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let hook = panic::take_hook();
        panic::set_hook(Box::new(|_| {}));
        Self { hook: Some(hook), _alone: alone }
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        if let Some(hook) = self.hook.take() {
            panic::set_hook(hook);
        }
    }
}
