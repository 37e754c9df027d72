//! Logistic regression: the best that straight lines can do, and so the baseline of every network.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, concatenate, s};

use crate::data::Dataset;
use crate::data::split::stratified_k_fold;
use crate::error::{Error, check_finite, check_positive};
use crate::math::activation::softmax;
use crate::math::loss::Loss;
use crate::metrics::accuracy;
use crate::models::lbfgs::minimise;
use crate::nn::classifier::{Classifier, classes};

/// Logistic regression, to be fitted: scikit-learn's `LogisticRegression`.
///
/// | parameter | default | what it does | range |
/// | --- | --- | --- | --- |
/// | `c` | 1 | weight of the data against the L2 penalty: the smaller, the more regular | above 0 |
/// | `tolerance` | 1e-6 | the fit ends when no component of the gradient of J is larger | above 0 |
/// | `max_iterations` | 1000 | the fit fails when it needs more | at least 1 |
///
/// With two classes it is y_hat = sigmoid(x·w + b), with more y_hat = softmax(x·w + b). The fit minimises the mean cross-entropy with an L2
/// penalty on the weights, not on the bias,
///
/// J(w, b) = 1/n · Σᵢ −ln y_hat\[i, yᵢ\] + 1/(2·C·n) · Σ w²,
///
/// which has the same minimum as scikit-learn's C · Σᵢ −ln y_hat\[i, yᵢ\] + ½ Σ w². J is convex: there is one best line, and the fit finds it
/// (by L-BFGS, from w = 0). On thousands of images a `tolerance` of 1e-3 costs no accuracy and saves most of the time.
///
/// ```
/// use nnlib::{Classifier, LogisticRegression, RandomState, data::make_moons, metrics::accuracy};
/// let moons = make_moons(200, 0.20, &mut RandomState::new(0))?;
/// let model = LogisticRegression::new(1.0).fit(&moons)?; // LogisticRegression(C=1.0).fit(x, y)
/// assert_eq!(model.w.dim(), (2, 1));
/// assert_eq!(accuracy(&moons.y, &model.predict_classes(&moons.x)?)?, 0.84);
/// # Ok::<(), nnlib::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogisticRegression {
    /// Weight of the data against the L2 penalty.
    pub c: f64,
    /// The fit ends when no component of the gradient is larger.
    pub tolerance: f64,
    /// The fit fails when it needs more iterations.
    pub max_iterations: usize,
}

impl Default for LogisticRegression {
    fn default() -> Self {
        Self::new(1.0)
    }
}

impl LogisticRegression {
    /// A regression of strength `c`, the other parameters at their defaults.
    pub fn new(c: f64) -> Self {
        Self { c, tolerance: 1e-6, max_iterations: 1000 }
    }

    /// Finds the weights that suit the data best.
    ///
    /// # Errors
    /// [`Error::Value`] for a parameter outside its range, fewer than two classes, a class without points (whose bias would be −∞), or a fit
    /// that needs more iterations; [`Error::Empty`] and [`Error::NotFinite`] for bad data.
    pub fn fit(&self, data: &Dataset) -> Result<LogisticModel, Error> {
        check_positive("c", self.c)?;
        check_positive("tolerance", self.tolerance)?;
        if data.is_empty() {
            return Err(Error::empty("data points"));
        }
        data.check_labels()?;
        check_finite("x", &data.x)?;
        if data.classes < 2 {
            return Err(Error::value("classes", "at least 2", data.classes));
        }
        if let Some(class) = data.class_counts().iter().position(|&count| count == 0) {
            return Err(Error::value(format!("points of class {class}"), "at least 1", 0));
        }
        let (d, outputs) = (data.features(), if data.classes == 2 { 1 } else { data.classes });
        let theta = minimise(
            &|theta| objective(data, self.c, theta.slice(s![..d * outputs]), theta.slice(s![d * outputs..])),
            Array1::zeros((d + 1) * outputs),
            self.tolerance,
            self.max_iterations,
        )?;
        let (w, b) = theta.view().split_at(Axis(0), d * outputs);
        Ok(LogisticModel { w: matrix(w, outputs).to_owned(), b: b.to_owned() })
    }
}

/// J and its gradient, for w (row by row) and b.
fn objective(data: &Dataset, c: f64, w: ArrayView1<'_, f64>, b: ArrayView1<'_, f64>) -> (f64, Array1<f64>) {
    let n = data.len() as f64;
    let z = scores(&data.x, matrix(w, b.len()), b);
    let mut delta = Array2::zeros(z.raw_dim());
    let loss = Loss::SoftmaxCrossEntropy.value_and_gradient(z.as_standard_layout().view(), (&data.y).into(), 1.0 / n, &mut delta);
    let delta = delta.slice(s![.., data.classes - b.len()..]);
    let penalty = 1.0 / (c * n);
    let dw = data.x.t().dot(&delta) + penalty * &matrix(w, b.len());
    let db = delta.sum_axis(Axis(0));
    let gradient = Array1::from_iter(dw.into_iter().chain(db));
    (loss + penalty / 2.0 * w.dot(&w), gradient)
}

/// The score of each class, x·w + b, shape (n, classes). Two classes share one column of w: the score of class 0 is 0.
fn scores(x: &Array2<f64>, w: ArrayView2<'_, f64>, b: ArrayView1<'_, f64>) -> Array2<f64> {
    let z = x.dot(&w) + b;
    if b.len() == 1 { concatenate![Axis(1), Array2::zeros((x.nrows(), 1)), z] } else { z }
}

fn matrix(w: ArrayView1<'_, f64>, columns: usize) -> ArrayView2<'_, f64> {
    let rows = w.len() / columns;
    w.into_shape_with_order((rows, columns)).expect("w holds whole rows")
}

/// A fitted logistic regression.
///
/// Between two classes the boundary is the line x·w + b = 0.
#[derive(Clone, Debug, PartialEq)]
pub struct LogisticModel {
    /// The weights, shape (d, 1) for two classes and (d, classes) for more.
    pub w: Array2<f64>,
    /// The biases, shape (1,) for two classes and (classes,) for more.
    pub b: Array1<f64>,
}

impl LogisticModel {
    /// The probability of each class for each row of `x` (n, d), shape (n, classes): `predict_proba(x)`.
    ///
    /// ```
    /// use ndarray::array;
    /// use nnlib::{Dataset, LogisticRegression};
    /// let data = Dataset::new(array![[-2.0], [-1.0], [1.0], [2.0]], array![0, 0, 1, 1])?;
    /// let p = LogisticRegression::new(1.0).fit(&data)?.predict_proba(&array![[0.0]])?;
    /// assert!((p[[0, 0]] - 0.5).abs() < 1e-6 && (p.sum() - 1.0).abs() < 1e-15);
    /// # Ok::<(), nnlib::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`] for another number of columns than it was fitted on, [`Error::NotFinite`] for a NaN or an infinity.
    pub fn predict_proba(&self, x: &Array2<f64>) -> Result<Array2<f64>, Error> {
        if x.ncols() != self.w.nrows() {
            return Err(Error::shape("x", format!("(n, {})", self.w.nrows()), format!("{:?}", x.dim())));
        }
        check_finite("x", x)?;
        Ok(softmax(&scores(x, self.w.view(), self.b.view())))
    }
}

impl Classifier for LogisticModel {
    fn predict_classes(&self, x: &Array2<f64>) -> Result<Array1<usize>, Error> {
        Ok(classes(self.predict_proba(x)?.view(), 0.5).collect())
    }

    fn probabilities(&self, x: &Array2<f64>) -> Result<Option<Array2<f64>>, Error> {
        self.predict_proba(x).map(Some)
    }
}

/// Logistic regression whose strength is found by cross-validation: scikit-learn's `LogisticRegressionCV`.
///
/// | parameter | default | what it does | range |
/// | --- | --- | --- | --- |
/// | `cs` | ten from 1e-4 to 1e4, evenly spaced on a logarithmic scale | the strengths to try, weakest first | each above 0 |
/// | `folds` | 5 | stratified folds, in the order of the rows | 2 to the size of the rarest class |
/// | `tolerance`, `max_iterations` | as [`LogisticRegression`] | | |
///
/// Every strength is fitted on each fold's training rows and judged by its accuracy on the rows held back; the first of the strengths with
/// the best mean is fitted once more, on all rows.
///
/// ```
/// use nnlib::{LogisticRegressionCv, RandomState, data::make_moons};
/// let moons = make_moons(200, 0.20, &mut RandomState::new(0))?;
/// let found = LogisticRegressionCv::default().fit(&moons)?; // LogisticRegressionCV().fit(x, y)
/// assert!((found.c - 2.782559402207126).abs() < 1e-12);
/// # Ok::<(), nnlib::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LogisticRegressionCv {
    /// The strengths to try.
    pub cs: Vec<f64>,
    /// The number of stratified folds.
    pub folds: usize,
    /// As [`LogisticRegression::tolerance`].
    pub tolerance: f64,
    /// As [`LogisticRegression::max_iterations`].
    pub max_iterations: usize,
}

impl Default for LogisticRegressionCv {
    fn default() -> Self {
        let LogisticRegression { tolerance, max_iterations, .. } = LogisticRegression::default();
        Self { cs: Array1::logspace(10.0, -4.0, 4.0, 10).to_vec(), folds: 5, tolerance, max_iterations }
    }
}

/// What a cross-validation found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LogisticCv {
    /// The best strength.
    pub c: f64,
    /// The accuracy on the rows held back, shape (folds, strengths).
    pub scores: Array2<f64>,
    /// The regression of the best strength, fitted on all rows.
    pub model: LogisticModel,
}

impl LogisticRegressionCv {
    /// Finds the strength that suits rows held back best, and its weights.
    ///
    /// # Errors
    /// [`Error::Empty`] without strengths, and those of [`stratified_k_fold`] and [`LogisticRegression::fit`].
    pub fn fit(&self, data: &Dataset) -> Result<LogisticCv, Error> {
        if self.cs.is_empty() {
            return Err(Error::empty("strengths to try"));
        }
        let fit = |c, data: &Dataset| LogisticRegression { c, tolerance: self.tolerance, max_iterations: self.max_iterations }.fit(data);
        let folds = stratified_k_fold(&data.y, self.folds, None)?;
        let mut scores = Array2::zeros((self.folds, self.cs.len()));
        for (fold, mut scores) in folds.iter().zip(scores.rows_mut()) {
            let (train, test) = (data.select(&fold.train)?, data.select(&fold.test)?);
            for (&c, score) in self.cs.iter().zip(&mut scores) {
                *score = accuracy(&test.y, &fit(c, &train)?.predict_classes(&test.x)?)?;
            }
        }
        // Means that are equal can differ in their rounding, which must not choose.
        let sums = scores.sum_axis(Axis(0));
        let best = sums.fold(0.0, |a: f64, &b| a.max(b)) - 1e-9;
        let c = self.cs[sums.iter().position(|&sum| sum >= best).unwrap_or(0)];
        Ok(LogisticCv { c, scores, model: fit(c, data)? })
    }
}

#[cfg(test)]
#[path = "../../tests/unit/models_logistic.rs"]
mod tests;
