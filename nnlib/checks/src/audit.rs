//! What has to hold for every task. To run a check at all, in these tests, audits its task.

use std::cell::RefCell;

use ndarray::{ArrayD, Axis, IxDyn};

use crate as check;
use crate::Verdict;
use crate::task::{Answer, Failure, Trial, Who, agreeing};
use crate::value::Value;

/// Every check, with a function that is not written yet.
fn unsolved() -> Vec<Verdict> {
    vec![
        check::split(|_, _, _, _| todo!()),
        check::circles(|_, _| todo!()),
        check::scaled(|| todo!()),
        check::k_nearest(|_, _, _, _| todo!()),
        check::line(|| todo!()),
        check::logistic_gradient(|_, _, _, _| todo!()),
        check::weighted_gradient(|_, _, _, _, _| todo!()),
        check::fit_line(|_, _| todo!()),
        check::slope(|_, _, _| todo!()),
        check::swish(|_| todo!()),
        check::swish_derivative(|_| todo!()),
        check::softplus_derivative(|_| todo!()),
        check::layer_shapes(|| todo!()),
        check::by_ratio(|| todo!()),
        check::softmax_at(|_, _| todo!()),
        check::smoothed_cross_entropy(|_, _, _| todo!()),
        check::ensemble(|_, _| todo!()),
        check::by_hand(|| todo!()),
        check::hidden_delta(|_, _, _| todo!()),
        check::backward(|_, _, _, _, _, _| todo!()),
        check::residual_gradient(|_, _, _, _| todo!()),
        check::largest_curvature(|_, _, _| todo!()),
        check::step(|_, _, _, _, _| todo!()),
        check::rates(|| todo!()),
        check::train_network(|_, _| todo!()),
        check::parameters(|| todo!()),
        check::gain(|_, _| todo!()),
        check::stop_early(|_, _| todo!()),
        check::train_stopped(|_, _, _, _, _, _| todo!()),
        check::momentum(|_, _, _, _, _| todo!()),
        check::nesterov(|_, _, _, _, _| todo!()),
        check::adam(|_, _, _, _, _, _| todo!()),
        check::train(|_, _, _, _, _, _, _| todo!()),
        check::train_annealed(|_, _, _, _, _, _, _, _| todo!()),
        check::elu_derivative(|_, _| todo!()),
        check::dead(|_, _, _| todo!()),
        check::leaky_delta(|_, _, _, _| todo!()),
        check::slope_gradient(|_, _| todo!()),
        check::train_elu(|_, _, _, _, _| todo!()),
        check::deep_shapes(|| todo!()),
        check::three_classes(|_| todo!()),
        check::deep_backward(|_, _, _| todo!()),
        check::train_deep(|_, _, _| todo!()),
        check::xor_by_hand(|| todo!()),
        check::backprop(|_, _, _, _, _| todo!()),
        check::tied_gradient(|_, _| todo!()),
        check::train_small(|_, _| todo!()),
        check::two_points(|| todo!()),
        check::sweep(|_, _, _, _, _| todo!()),
        check::unscale(|_, _, _, _| todo!()),
        check::huber_gradient(|_, _, _, _| todo!()),
        check::fit_huber(|_, _| todo!()),
        check::shares(|| todo!()),
        check::score_loss(|_, _| todo!()),
        check::threshold(|_, _, _| todo!()),
        check::impute(|_, _| todo!()),
        check::sizes(|| todo!()),
        check::dropout(|_, _, _, _| todo!()),
        check::convolve(|_, _, _, _| todo!()),
        check::kernel_gradient(|_, _, _, _| todo!()),
        check::max_pool_back(|_, _| todo!()),
        check::balance(|| todo!()),
        check::discriminator_loss(|_, _| todo!()),
        check::pack(|_, _| todo!()),
        check::delta_through(|_, _, _, _, _| todo!()),
        check::play(|_, _, _, _, _, _| todo!()),
        check::read_numbers(|_| todo!()),
        check::save(|_, _| todo!()),
        check::field(|_, _| todo!()),
        check::work_off(|_, _| todo!()),
    ]
}

#[test]
fn every_task_holds_what_it_should_and_says_when_it_is_not_solved() {
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).unwrap();
    let sources = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let tasks: usize = sources.map(|source| source.matches("\npub fn ").count()).sum();
    let verdicts = unsolved();
    assert_eq!(verdicts.len(), tasks, "a task is missing above");
    for verdict in verdicts {
        assert!(!verdict.passed() && verdict.to_string().contains("not solved yet"), "{verdict}");
    }
    let faults = FAULTS.take();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

thread_local! {
    /// What the tasks lack that have been audited.
    static FAULTS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

pub(crate) fn audit(trial: &Trial<'_>) {
    let cases = trial.labels.len();
    let fault = |holds: bool, otherwise: &dyn Fn() -> String| {
        if !holds {
            FAULTS.with_borrow_mut(|faults| faults.push(format!("{}: {}", trial.name, otherwise())));
        }
    };
    fault(cases >= 3, &|| "too few cases to tell mistakes apart".to_owned());
    fault(trial.hints.len() >= 2, &|| "too few known mistakes".to_owned());
    let right = trial.answers(Who::Right);
    let wrong: Vec<Vec<Answer>> = (0..trial.hints.len()).map(|i| trial.answers(Who::Mistake(i))).collect();
    let verdict = |got: &[Answer]| trial.judged(got, &right, &|i| wrong[i].clone());
    for (answer, label) in right.iter().zip(trial.labels) {
        let finite = answer.as_ref().is_ok_and(|values| values.iter().all(Value::is_finite));
        fault(finite, &|| format!("the right answer to {label:?} is none: {answer:?}"));
    }
    fault(verdict(&right).passed(), &|| "the right answer does not pass".to_owned());
    for value in (trial.given)(0) {
        let square = matches!(value, Value::Numbers(array) if array.ndim() == 2 && array.len() > 1 && array.shape()[0] == array.shape()[1] && array != array.t());
        fault(!square, &|| "a matrix of the first case is square: a forgotten transpose should be an error of shapes".to_owned());
    }
    for (hint, wrong) in trial.hints.iter().zip(&wrong) {
        let verdict = verdict(wrong);
        fault(!verdict.passed(), &|| format!("no case shows this mistake: {hint}"));
        fault(verdict.hint() == Some(*hint), &|| format!("is taken for another mistake: {hint}\n{verdict}"));
        fault(verdict.to_string().contains(hint), &|| format!("the reader does not see the hint: {hint}"));
    }
    let mut near = near_misses(&right);
    near.retain(|(_, got)| agreeing(got, &right) != vec![true; cases]);
    fault(near.len() >= 10, &|| format!("{} near misses: {:?}", near.len(), near.iter().map(|(what, _)| what).collect::<Vec<_>>()));
    // Where words judge, every case has the same right ones; and halves and the like may be right.
    let words = right.iter().flatten().flatten().all(|value| matches!(value, Value::Text(_)));
    let mut others = mixed(&right, &wrong);
    others.retain(|(_, got)| agreeing(got, &right) != vec![true; cases]);
    for (what, got) in degenerate(trial, &right).iter().filter(|(_, got)| !words || !agreeing(got, &right)[0]).chain(&near).chain(&others) {
        let verdict = verdict(got);
        fault(!verdict.passed(), &|| format!("{what} passes"));
        let Some(hint) = verdict.hint() else { continue };
        let passed = agreeing(got, &right);
        let first = (0..cases).find(|&case| got[case].is_ok() && !passed[case]);
        let explains = |mistake: &Vec<Answer>| {
            let harmless = agreeing(mistake, &right);
            (0..cases).all(|case| !passed[case] || harmless[case]) && first.is_some_and(|first| agreeing(got, mistake)[first])
        };
        let named = trial.hints.iter().zip(&wrong).any(|(other, mistake)| *other == hint && explains(mistake));
        fault(named, &|| format!("{what}: the hint misleads\n{verdict}"));
    }
}

/// The right answers with each value replaced.
fn with(right: &[Answer], of: impl Fn(&ArrayD<f64>) -> ArrayD<f64>) -> Vec<Answer> {
    let value = |value: &Value| match value {
        Value::Numbers(array) => Value::Numbers(of(array)),
        Value::Text(text) => Value::Text(format!("{text} and more")),
    };
    right.iter().map(|answer| Ok(answer.as_ref().unwrap().iter().map(value).collect())).collect()
}

/// Answers that know nothing of the task.
fn degenerate(trial: &Trial<'_>, right: &[Answer]) -> Vec<(String, Vec<Answer>)> {
    let mut all = vec![
        ("no value at all".to_owned(), vec![Ok(Vec::new()); right.len()]),
        ("a panic".to_owned(), vec![Err(Failure::Panic("index out of bounds".to_owned())); right.len()]),
        ("an empty array".to_owned(), with(right, |_| ArrayD::zeros(IxDyn(&[0])))),
        ("an axis too many".to_owned(), with(right, |array| array.clone().insert_axis(Axis(0)))),
        ("the first case's answer".to_owned(), vec![right[0].clone(); right.len()]),
        ("one value too many".to_owned(), right.iter().map(|a| a.clone().map(|v| [v.clone(), v].concat())).collect()),
    ];
    for constant in [0.0, 1.0, -1.0, 0.5, f64::NAN, f64::INFINITY] {
        all.push((format!("always {constant}"), with(right, |array| array.mapv(|_| constant))));
    }
    for i in 0..(trial.given)(0).len() {
        let given = |case: usize| (trial.given)(case).get(i).cloned();
        let same = |(case, answer): (usize, &Answer)| Ok(answer.as_ref().unwrap().iter().filter_map(|_| given(case)).collect());
        all.push((format!("input {i} itself"), right.iter().enumerate().map(same).collect()));
    }
    all
}

/// Answers as they come from a sign, a factor, an index, an axis or an order gone wrong.
fn near_misses(right: &[Answer]) -> Vec<(String, Vec<Answer>)> {
    let mut all = vec![
        ("transposed".to_owned(), with(right, |array| array.t().to_owned())),
        (
            "backwards".to_owned(),
            with(right, |array| {
                ArrayD::from_shape_vec(array.raw_dim(), array.iter().copied().collect::<Vec<_>>().into_iter().rev().collect()).unwrap()
            }),
        ),
        ("a mean in place of each".to_owned(), with(right, |array| array.mapv(|_| array.mean().unwrap_or(0.0)))),
        (
            "the last left out".to_owned(),
            with(right, |array| array.iter().take(array.len().saturating_sub(1)).copied().collect::<ndarray::Array1<f64>>().into_dyn()),
        ),
        ("a sum".to_owned(), with(right, |array| ndarray::arr0(array.sum()).into_dyn())),
        ("divided by their number".to_owned(), with(right, |array| array / (1.0 + array.len() as f64))),
        ("the last case like the first".to_owned(), [&right[..right.len() - 1], &right[..1]].concat()),
        ("each case like the one before".to_owned(), [&right[right.len() - 1..], &right[..right.len() - 1]].concat()),
        ("the values in reverse order".to_owned(), right.iter().map(|a| a.clone().map(|v| v.into_iter().rev().collect())).collect()),
    ];
    for factor in [-1.0, 2.0, 0.5, 0.1, 1.0 + 1e-6] {
        all.push((format!("times {factor}"), with(right, |array| array * factor)));
    }
    for offset in [1.0, -1.0, 1e-6] {
        all.push((format!("{offset} added"), with(right, |array| array + offset)));
    }
    for (what, of) in [
        ("squared", (|v| v * v) as fn(f64) -> f64),
        ("without its sign", f64::abs),
        ("cut at 0", |v| v.max(0.0)),
        ("rounded", f64::round),
        ("1 minus it", |v| 1.0 - v),
    ] {
        all.push((what.to_owned(), with(right, |array| array.mapv(of))));
    }
    all
}

/// Each known mistake in one case alone, in all but one, and with a panic in the others.
fn mixed(right: &[Answer], wrong: &[Vec<Answer>]) -> Vec<(String, Vec<Answer>)> {
    let mut all = Vec::new();
    for (i, wrong) in wrong.iter().enumerate() {
        for case in (0..right.len()).filter(|&case| !agreeing(wrong, right)[case]) {
            let only = |there: &[Answer], elsewhere: &[Answer]| -> Vec<Answer> {
                (0..right.len()).map(|c| if c == case { there[c].clone() } else { elsewhere[c].clone() }).collect()
            };
            let panics = vec![Err(Failure::Panic("shapes".to_owned())); right.len()];
            all.push((format!("mistake {i} in case {case} alone"), only(wrong, right)));
            all.push((format!("mistake {i} in case {case}, else panics"), only(wrong, &panics)));
            all.push((format!("a panic in case {case}, else mistake {i}"), only(&panics, wrong)));
            let halved: Vec<Answer> = with(right, |array| array / 2.0);
            all.push((format!("mistake {i} but for case {case}"), only(&halved, wrong)));
        }
    }
    all
}
