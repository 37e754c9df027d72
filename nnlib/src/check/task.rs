//! A task: what is right, on which cases it shows, and what is known to go wrong.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;

use super::Verdict;
use super::value::{Value, Values};
use super::verdict::{Case, judge};

/// What a function gave back: its values, or the message of its panic.
pub(super) type Answer = Result<Vec<Value>, String>;

/// What it gave back for each case.
type Answers = Vec<Answer>;

/// A known wrong answer: what to tell whoever gives it, and the function that gives it.
type Mistake<F> = (&'static str, F);

/// In which cases two functions gave back the same. A panic is like any other.
fn alike(a: &Answers, b: &Answers) -> Vec<bool> {
    let same = |(a, b): (&Answer, &Answer)| match (a, b) {
        (Ok(a), Ok(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.agrees(b)),
        (Err(_), Err(_)) => true,
        _ => false,
    };
    a.iter().zip(b).map(same).collect()
}

/// A task whose answer is a function of type `F` from inputs `I` to `O`.
pub(super) struct Task<F, I, O> {
    name: &'static str,
    inputs: &'static [&'static str],
    outputs: &'static [&'static str],
    call: fn(F, &I) -> O,
    theirs: F,
    right: F,
    cases: Vec<(&'static str, I)>,
    mistakes: Vec<Mistake<F>>,
}

impl<F: Copy, I: Values, O: Values> Task<F, I, O> {
    /// A task by the name of the function asked for, with the reader's function, the names of its inputs and outputs, how it is called,
    /// and a right answer.
    pub(super) fn new(
        name: &'static str,
        theirs: F,
        inputs: &'static [&'static str],
        outputs: &'static [&'static str],
        call: fn(F, &I) -> O,
        right: F,
    ) -> Self {
        Self { name, inputs, outputs, call, theirs, right, cases: Vec::new(), mistakes: Vec::new() }
    }

    /// One more case, with what is special about it. The simplest come first: a reader sees the first that fails.
    pub(super) fn case(mut self, label: &'static str, input: I) -> Self {
        self.cases.push((label, input));
        self
    }

    /// One more known mistake.
    pub(super) fn mistake(mut self, hint: &'static str, wrong: F) -> Self {
        self.mistakes.push((hint, wrong));
        self
    }

    /// Whether the reader's function is right.
    pub(super) fn verdict(self) -> Verdict {
        #[cfg(test)]
        self.audit();
        self.verdict_on(self.theirs)
    }

    fn verdict_on(&self, f: F) -> Verdict {
        let (right, got) = (self.answers(self.right), self.answers(f));
        let cases: Vec<Case> = self.cases.iter().map(|(label, input)| Case { label, given: input.values() }).collect();
        let passed = |(same, right): (bool, &Answer)| same && right.is_ok();
        let Some(first) = alike(&got, &right).into_iter().zip(&right).position(|case| !passed(case)) else {
            return Verdict::right(self.name, self.cases.len());
        };
        // A mistake is recognised when it gives the same answers: to the first case that fails, and to most of all cases.
        let mut hint = (self.cases.len() / 2, None);
        for (text, wrong) in &self.mistakes {
            let same = alike(&got, &self.answers(*wrong));
            let count = same.iter().filter(|same| **same).count();
            if same[first] && count > hint.0 {
                hint = (count, Some(*text));
            }
        }
        judge(self.name, self.inputs, self.outputs, (first, &cases), &right[first], &got[first], hint.1)
    }

    fn answers(&self, f: F) -> Answers {
        let _quiet = Quiet::new();
        let answer = |input: &I| {
            panic::catch_unwind(AssertUnwindSafe(|| (self.call)(f, input).values())).map_err(|payload| {
                let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
                text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
            })
        };
        self.cases.iter().map(|(_, input)| answer(input)).collect()
    }

    /// The third side of the gate: the right answer passes, and every known mistake fails with the hint that names it.
    #[cfg(test)]
    fn audit(&self) {
        let name = self.name;
        assert!(self.cases.len() >= 3, "{name}: too few cases to tell mistakes apart");
        assert!(self.mistakes.len() >= 2, "{name}: too few known mistakes");
        let finite = |value: &Value| !matches!(value, Value::Numbers(array) if array.iter().any(|v| v.is_nan()));
        for (answer, (label, _)) in self.answers(self.right).iter().zip(&self.cases) {
            assert!(answer.as_ref().is_ok_and(|values| values.iter().all(finite)), "{name}: the right answer to {label:?} is none");
        }
        assert!(self.verdict_on(self.right).passed(), "{name}: the right answer does not pass");
        for (hint, wrong) in &self.mistakes {
            let verdict = self.verdict_on(*wrong);
            assert!(!verdict.passed(), "{name}: no case shows this mistake: {hint}");
            assert_eq!(verdict.hint(), Some(*hint), "{name}: taken for another mistake\n{verdict}");
            assert!(verdict.to_string().contains(hint), "{name}: the reader does not see the hint");
        }
    }
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
