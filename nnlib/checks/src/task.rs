//! A task: what is right, on which cases it shows, and what is known to go wrong.

use std::panic::{self, AssertUnwindSafe};

use crate::Verdict;
use crate::process;
use crate::value::{Value, Values, decode, encode};
use crate::verdict::{Case, judge};

/// Why there are no values: the code panicked with this message, or it was stopped.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    Panic(String),
    Stopped(String),
}

/// What a function gave back for a case.
pub(crate) type Answer = Result<Vec<Value>, Failure>;

/// A task whose answer is a function of type `F` from inputs `I` to `O`.
pub(crate) struct Task<F, I, O> {
    name: &'static str,
    inputs: &'static [&'static str],
    outputs: &'static [&'static str],
    call: fn(F, &I) -> O,
    theirs: Function<I, O>,
    right: Function<I, O>,
    labels: Vec<&'static str>,
    cases: Vec<I>,
    hints: Vec<&'static str>,
    mistakes: Vec<Function<I, O>>,
}

type Function<I, O> = Box<dyn Fn(&I) -> O>;

impl<F: Copy + 'static, I: Values + 'static, O: Values + 'static> Task<F, I, O> {
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
        let [theirs, right]: [Function<I, O>; 2] = [Box::new(move |input| call(theirs, input)), Box::new(move |input| call(right, input))];
        Self { name, inputs, outputs, call, theirs, right, labels: Vec::new(), cases: Vec::new(), hints: Vec::new(), mistakes: Vec::new() }
    }

    /// More cases, each with what is special about it.
    pub(crate) fn cases(self, cases: impl IntoIterator<Item = (&'static str, I)>) -> Self {
        cases.into_iter().fold(self, |task, (label, input)| task.case(label, input))
    }

    /// One more case, with what is special about it. The simplest come first: a reader sees the first that fails.
    pub(crate) fn case(mut self, label: &'static str, input: I) -> Self {
        self.labels.push(label);
        self.cases.push(input);
        self
    }

    /// One more known mistake: what to tell whoever makes it, and a function that does.
    pub(crate) fn mistake(self, hint: &'static str, wrong: F) -> Self {
        let call = self.call;
        self.variants([(hint, wrong)], move |wrong, input| call(*wrong, input))
    }

    /// As many mistakes as there are hints, each with what it does differently, and how that gives an answer.
    pub(crate) fn variants<V: 'static>(
        mut self,
        variants: impl IntoIterator<Item = (&'static str, V)>,
        answer: impl Fn(&V, &I) -> O + Copy + 'static,
    ) -> Self {
        for (hint, variant) in variants {
            self.hints.push(hint);
            self.mistakes.push(Box::new(move |input| answer(&variant, input)));
        }
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
                let input = &self.cases[case];
                match who {
                    Who::Theirs => (self.theirs)(input),
                    Who::Right => (self.right)(input),
                    Who::Mistake(i) => self.mistakes[i](input),
                }
                .values()
            },
        };
        #[cfg(test)]
        crate::audit::audit(&trial);
        trial.judged(&trial.answers(Who::Theirs), &trial.answers(Who::Right), &|i| trial.answers(Who::Mistake(i)))
    }
}

impl<O: Values + 'static> Task<fn(&usize) -> O, usize, O> {
    /// A task whose cases are questions by number, with the reader's answers and the right ones.
    pub(crate) fn questions(name: &'static str, theirs: impl Fn(&usize) -> O + 'static, right: impl Fn(&usize) -> O + 'static) -> Self {
        let (theirs, right): (Function<usize, O>, Function<usize, O>) = (Box::new(theirs), Box::new(right));
        let call = |answer: fn(&usize) -> O, number: &usize| answer(number);
        let (labels, cases, hints, mistakes) = Default::default();
        Self { name, inputs: &[], outputs: &[], call, theirs, right, labels, cases, hints, mistakes }
    }
}

/// Whose function is run.
#[derive(Clone, Copy)]
pub(crate) enum Who {
    Theirs,
    Right,
    Mistake(usize),
}

/// A task whatever its types, so that all that follows is compiled once and not for every task.
pub(crate) struct Trial<'a> {
    pub(crate) name: &'static str,
    inputs: &'static [&'static str],
    outputs: &'static [&'static str],
    pub(crate) labels: &'a [&'static str],
    pub(crate) hints: &'a [&'static str],
    pub(crate) given: &'a dyn Fn(usize) -> Vec<Value>,
    run: &'a dyn Fn(Who, usize) -> Vec<Value>,
}

impl Trial<'_> {
    /// The verdict on these answers, one for each case, given the right ones and those of each known mistake.
    pub(crate) fn judged(&self, got: &[Answer], right: &[Answer], wrong: &dyn Fn(usize) -> Vec<Answer>) -> Verdict {
        let passed = agreeing(got, right);
        let Some(first) = passed.iter().position(|passed| !passed) else {
            return Verdict::right(self.name, self.labels.len());
        };
        let case = Case { number: first + 1, of: self.labels.len(), label: self.labels[first], given: (self.given)(first) };
        judge(self.name, self.inputs, self.outputs, &case, &right[first], &got[first], self.hint(got, right, wrong, &passed))
    }

    /// The known mistake that explains these answers: it fails where they are wrong and nowhere else, and in the first case in which they
    /// are wrong values it gives the same; so it does in each later one, but that there may be a panic or a number that is not finite: one
    /// mistake more. A panic tells nothing: any may come to any mistake.
    fn hint(&self, got: &[Answer], right: &[Answer], wrong: &dyn Fn(usize) -> Vec<Answer>, passed: &[bool]) -> Option<&'static str> {
        let first = (0..got.len()).find(|&case| !passed[case] && got[case].is_ok())?;
        let mut best = (0, None);
        for (i, hint) in self.hints.iter().enumerate() {
            let wrong = wrong(i);
            let (same, harmless) = (agreeing(got, &wrong), agreeing(&wrong, right));
            let other = |case: usize| !got[case].as_ref().is_ok_and(|values| values.iter().all(Value::is_finite));
            let explains = |case: usize| if passed[case] { harmless[case] } else { same[case] || (case != first && other(case)) };
            let count = same.iter().filter(|same| **same).count();
            if (0..got.len()).all(explains) && count > best.0 {
                best = (count, Some(*hint));
            }
        }
        best.1
    }

    /// What somebody's function gives back for each case.
    pub(crate) fn answers(&self, who: Who) -> Vec<Answer> {
        let (bytes, ending) = process::run(self.labels.len(), &|case| {
            let values = panic::catch_unwind(AssertUnwindSafe(|| (self.run)(who, case)));
            encode(&values.map_err(|payload| {
                let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
                text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default()
            }))
        });
        let mut answers: Vec<Answer> = bytes.iter().map(|bytes| decode(bytes).map_err(Failure::Panic)).collect();
        answers.resize(self.labels.len(), Err(Failure::Stopped(ending.unwrap_or_default())));
        answers
    }
}

/// In which cases two functions gave back the same values.
pub(crate) fn agreeing(a: &[Answer], b: &[Answer]) -> Vec<bool> {
    let same = |(a, b): (&Answer, &Answer)| match (a, b) {
        (Ok(a), Ok(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.agrees(b)),
        _ => false,
    };
    a.iter().zip(b).map(same).collect()
}
