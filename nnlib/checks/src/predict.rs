//! Predictions: numbers or shapes that a reader works out before running anything. A verdict does not give them away.

use std::panic::catch_unwind;

use crate::Verdict;
use crate::task::Task;
use crate::value::Values;

/// A question, its answer, and wrong answers with what to tell whoever gives them.
pub(crate) type Question<T> = (&'static str, T, &'static [(T, &'static str)]);

/// The verdict on a function that gives a number as the answer to each question.
pub(crate) fn numbers<const N: usize>(name: &'static str, theirs: fn() -> [f64; N], questions: [Question<f64>; N]) -> Verdict {
    answers(name, theirs, questions, |number| number)
}

/// The verdict on a function that gives the shape of an array, rows and columns, as the answer to each question.
pub(crate) fn shapes<const N: usize>(
    name: &'static str,
    theirs: fn() -> [(usize, usize); N],
    questions: [Question<(usize, usize)>; N],
) -> Verdict {
    answers(name, theirs, questions, |shape| format!("{shape:?}"))
}

fn answers<T: Copy + 'static, O: Values + 'static, const N: usize>(
    name: &'static str,
    theirs: fn() -> [T; N],
    questions: [Question<T>; N],
    value: fn(T) -> O,
) -> Verdict {
    let right = questions.map(|(_, answer, _)| answer);
    let mut task = Task::questions(name, move |&number| value(theirs()[number]), move |&number| value(right[number]));
    for (number, (text, _, wrong)) in questions.into_iter().enumerate() {
        // Each question stands by itself: a mistake in one goes with whatever is said to the others.
        task = task.case(text, number).variants(wrong.iter().map(|&(answer, hint)| (hint, answer)), move |&answer, &case| {
            value(if case == number { answer } else { catch_unwind(theirs).unwrap_or(right)[case] })
        });
    }
    task.verdict()
}
