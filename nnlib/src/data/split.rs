//! Holding points back: train and test sets, folds of a cross-validation.

use ndarray::Array1;

use super::{Dataset, checked_size};
use crate::error::Error;
use crate::random::RandomState;

/// The points in random order, split into a training and a test set: scikit-learn's `train_test_split(x, y, test_size=test_fraction)`.
///
/// The test set gets n·`test_fraction` points, rounded up. From the same seed both sets are scikit-learn's.
///
/// ```
/// use nnlib::{RandomState, data::{make_moons, train_test_split}};
/// let mut rng = RandomState::new(0);
/// let (train, test) = train_test_split(&make_moons(200, 0.20, &mut rng)?, 0.25, &mut rng)?;
/// assert_eq!((train.len(), test.len()), (150, 50));
/// # Ok::<(), nnlib::Error>(())
/// ```
///
/// # Errors
/// [`Error::Empty`] without points, [`Error::Value`] for a fraction outside (0, 1) or one that leaves no point to one side.
pub fn train_test_split(data: &Dataset, test_fraction: f64, rng: &mut RandomState) -> Result<(Dataset, Dataset), Error> {
    data.check_labels()?;
    let n_test = test_size(data.len(), test_fraction, 1)?;
    let order = rng.permutation(data.len()).to_vec();
    Ok((data.select(&order[n_test..])?, data.select(&order[..n_test])?))
}

/// As [`train_test_split`], but with every class in the same proportion on both sides: scikit-learn's `train_test_split(…, stratify=y)`.
///
/// A class's share of the training set is rounded down; the points that are then missing come from the classes whose shares lost the most,
/// the lower class first among equals.
///
/// ```
/// use nnlib::{RandomState, data::{make_moons, stratified_split}};
/// let mut rng = RandomState::new(0);
/// let (train, test) = stratified_split(&make_moons(200, 0.20, &mut rng)?, 0.25, &mut rng)?;
/// assert_eq!((train.class_counts(), test.class_counts()), (vec![75, 75], vec![25, 25]));
/// # Ok::<(), nnlib::Error>(())
/// ```
///
/// # Errors
/// [`Error::Empty`] without points, [`Error::Value`] for a fraction outside (0, 1), one that leaves a side with fewer points than there are
/// classes, or a class with a single point.
pub fn stratified_split(data: &Dataset, test_fraction: f64, rng: &mut RandomState) -> Result<(Dataset, Dataset), Error> {
    data.check_labels()?;
    let counts = data.class_counts();
    let occurring = counts.iter().filter(|&&count| count > 0).count();
    let n_test = test_size(data.len(), test_fraction, occurring)?;
    if let Some(class) = counts.iter().position(|&count| count == 1) {
        return Err(Error::value(format!("points of class {class}"), "at least 2, one for each side of a stratified split", 1));
    }
    let (mut train, mut test) = (Vec::new(), Vec::new());
    let mut members = vec![Vec::new(); data.classes];
    data.y.iter().enumerate().for_each(|(row, &class)| members[class].push(row));
    for (members, n_train) in members.into_iter().zip(largest_remainders(&counts, data.len() - n_test)) {
        let order = rng.permutation(members.len()).mapv(|i| members[i]);
        train.extend(order.iter().take(n_train));
        test.extend(order.iter().skip(n_train));
    }
    rng.shuffle(&mut train);
    rng.shuffle(&mut test);
    Ok((data.select(&train)?, data.select(&test)?))
}

/// One round of a cross-validation: the rows to train on and the rows to test on, both ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// The rows to train on.
    pub train: Vec<usize>,
    /// The rows held back.
    pub test: Vec<usize>,
}

/// Parts `n` rows into `k` folds, each held back once: scikit-learn's `KFold(k)`, shuffled when there is a generator.
///
/// The folds are runs of rows (of a random order of them), as even as they go, the longer ones first.
///
/// ```
/// use nnlib::data::k_fold;
/// let folds = k_fold(5, 2, None)?;
/// assert_eq!((&folds[0].test, &folds[0].train), (&vec![0, 1, 2], &vec![3, 4]));
/// # Ok::<(), nnlib::Error>(())
/// ```
///
/// # Errors
/// [`Error::Value`] for fewer than 2 folds or more than there are rows, or for more than 2²⁷ row numbers in all.
pub fn k_fold(n: usize, k: usize, rng: Option<&mut RandomState>) -> Result<Vec<Fold>, Error> {
    check_folds(k, n, "rows")?;
    checked_size("rows in the folds", n, k)?;
    let order = rng.map_or_else(|| (0..n).collect(), |rng| rng.permutation(n));
    let mut fold_of = vec![0; n];
    for (place, &row) in order.iter().enumerate() {
        // The first n % k folds have one row more.
        let long = (n / k + 1) * (n % k);
        fold_of[row] = if place < long { place / (n / k + 1) } else { n % k + (place - long) / (n / k) };
    }
    Ok(folds(&fold_of, k))
}

/// Parts rows with the labels `y` into `k` folds with the classes in the same proportions: scikit-learn's `StratifiedKFold(k)`, shuffled
/// within each class when there is a generator.
///
/// ```
/// use ndarray::array;
/// use nnlib::data::stratified_k_fold;
/// let folds = stratified_k_fold(&array![0, 0, 0, 0, 1, 1], 2, None)?;
/// assert_eq!(folds[0].test, [0, 1, 4]);
/// # Ok::<(), nnlib::Error>(())
/// ```
///
/// # Errors
/// [`Error::Value`] for fewer than 2 folds or more than the rarest class has rows, [`Error::Empty`] for no labels.
pub fn stratified_k_fold(y: &Array1<usize>, k: usize, mut rng: Option<&mut RandomState>) -> Result<Vec<Fold>, Error> {
    // The rows of each class, the classes in the order in which they appear.
    let mut members: Vec<(usize, Vec<usize>)> = Vec::new();
    for (row, &label) in y.iter().enumerate() {
        match members.iter_mut().find(|(class, _)| *class == label) {
            Some((_, rows)) => rows.push(row),
            None => members.push((label, vec![row])),
        }
    }
    let (class, rarest) = members.iter().min_by_key(|(_, rows)| rows.len()).ok_or_else(|| Error::empty("labels"))?;
    check_folds(k, rarest.len(), &format!("rows of class {class}"))?;

    checked_size("rows in the folds", y.len(), k)?;
    let mut fold_of = vec![0; y.len()];
    let mut dealt = 0;
    for (_, rows) in members {
        // Dealing all rows out in turn, class by class, says how many of this class each fold gets.
        let mut turns: Vec<usize> = (dealt..dealt + rows.len()).map(|turn| turn % k).collect();
        turns.sort_unstable();
        if let Some(rng) = rng.as_deref_mut() {
            rng.shuffle(&mut turns);
        }
        dealt += rows.len();
        for (row, fold) in rows.into_iter().zip(turns) {
            fold_of[row] = fold;
        }
    }
    Ok(folds(&fold_of, k))
}

/// The folds when row i is held back in round `fold_of[i]`.
fn folds(fold_of: &[usize], k: usize) -> Vec<Fold> {
    let round = |fold| {
        let (test, train) = (0..fold_of.len()).partition(|&row| fold_of[row] == fold);
        Fold { train, test }
    };
    (0..k).map(round).collect()
}

fn check_folds(k: usize, most: usize, what: &str) -> Result<(), Error> {
    if k < 2 || k > most {
        return Err(Error::value("folds", format!("at least 2 and at most {most}, the number of {what}"), k));
    }
    Ok(())
}

/// The number of test points, when either side is to have at least `least`.
fn test_size(n: usize, fraction: f64, least: usize) -> Result<usize, Error> {
    if !(fraction > 0.0 && fraction < 1.0) {
        return Err(Error::value("test fraction", "a number between 0 and 1, both excluded", fraction));
    }
    let n_test = (fraction * n as f64).ceil() as usize;
    if n_test < least || n - n_test < least {
        let expected = format!("one that leaves at least {least} of {n} points to each side");
        return Err(Error::value("test fraction", expected, fraction));
    }
    Ok(n_test)
}

/// `total` seats for classes in proportion to their `counts` (Hamilton's method).
fn largest_remainders(counts: &[usize], total: usize) -> Vec<usize> {
    let n: usize = counts.iter().sum();
    let mut seats: Vec<usize> = counts.iter().map(|&count| count * total / n).collect();
    let mut by_remainder: Vec<usize> = (0..counts.len()).collect();
    by_remainder.sort_by_key(|&class| std::cmp::Reverse(counts[class] * total % n));
    let missing = total - seats.iter().sum::<usize>();
    for &class in &by_remainder[..missing] {
        seats[class] += 1;
    }
    seats
}
