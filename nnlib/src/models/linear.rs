//! Linear regression, by steps and in one go.

use ndarray::{Array1, Array2, Axis, s};

use crate::error::Error;
use crate::error::{check_finite, check_positive};

/// A line, a plane, …: y_hat = x·w + b.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearModel {
    /// The weight of each feature, shape (d,).
    pub w: Array1<f64>,
    /// The bias: y_hat where all features are 0.
    pub b: f64,
}

impl LinearModel {
    /// The model that stochastic gradient descent starts from, w = 0 and b = 0.
    pub fn zeros(d: usize) -> Self {
        Self { w: Array1::zeros(d), b: 0.0 }
    }

    /// The prediction for each row of `x` (n, d), shape (n,).
    ///
    /// ```
    /// use ndarray::array;
    /// let model = nnlib::LinearModel { w: array![2.0], b: 1.0 };
    /// assert_eq!(model.predict(&array![[0.0], [3.0]])?, array![1.0, 7.0]);
    /// # Ok::<(), nnlib::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`] for another number of columns than there are weights, [`Error::NotFinite`] for a NaN or an infinity.
    pub fn predict(&self, x: &Array2<f64>) -> Result<Array1<f64>, Error> {
        self.check_columns(x)?;
        check_finite("x", x)?;
        Ok(x.dot(&self.w) + self.b)
    }

    /// The error E = Σᵢ (yᵢ − y_hatᵢ)² / 2: summed over the points, not averaged.
    ///
    /// # Errors
    /// As [`predict`](Self::predict), and [`Error::Shape`] for another number of values than rows.
    pub fn error(&self, x: &Array2<f64>, y: &Array1<f64>) -> Result<f64, Error> {
        check_data(x, y)?;
        Ok((y - &self.predict(x)?).mapv(|residual| residual * residual / 2.0).sum())
    }

    /// One sweep of stochastic gradient descent: for every point in turn,
    ///
    /// b ← b + α (yᵢ − y_hatᵢ), w ← w + α (yᵢ − y_hatᵢ) xᵢ,
    ///
    /// a step of the `learning_rate` α against the gradient of that point's share of [`error`](Self::error).
    ///
    /// # Errors
    /// As [`error`](Self::error), and [`Error::Value`] for a learning rate that is not above 0.
    pub fn sweep(&mut self, x: &Array2<f64>, y: &Array1<f64>, learning_rate: f64) -> Result<(), Error> {
        check_positive("learning rate", learning_rate)?;
        check_data(x, y)?;
        self.check_columns(x)?;
        for (x, y) in x.rows().into_iter().zip(y) {
            let step = learning_rate * (y - (self.b + x.dot(&self.w)));
            self.b += step;
            self.w.scaled_add(step, &x);
        }
        Ok(())
    }

    fn check_columns(&self, x: &Array2<f64>) -> Result<(), Error> {
        if x.ncols() != self.w.len() {
            return Err(Error::shape("x", format!("(n, {}), a column for each weight", self.w.len()), format!("{:?}", x.dim())));
        }
        Ok(())
    }
}

/// Linear regression by stochastic gradient descent.
///
/// | parameter | default | what it does | range |
/// | --- | --- | --- | --- |
/// | `learning_rate` | 0.01 | size of a step, α | above 0 |
/// | `epsilon` | 1e-4 | the fit ends when a sweep changes the error by less | above 0 |
/// | `max_sweeps` | 100,000 | the fit fails when it needs more | at least 1 |
///
/// It ends where it has become slow, not where it has arrived: the smaller `epsilon`, the closer to [`least_squares`], and because the points
/// pull one after the other it stays off by an amount that shrinks with the learning rate. Features on a common scale
/// ([`StandardScaler`](crate::data::StandardScaler)) need far fewer sweeps.
///
/// ```
/// use ndarray::array;
/// use nnlib::LinearSgd;
/// let x = array![[0.0, 3.0], [1.0, 3.0], [2.0, 3.0], [3.0, 2.0], [4.0, 4.0]];
/// let y = array![95.364, 97.217205, 75.195834, 60.105519, 49.342380];
/// let fit = LinearSgd::default().fit(&x, &y)?;
/// assert_eq!(fit.errors.len(), 2608); // sweeps
/// assert!((fit.model.b - 97.71994).abs() < 1e-5 && (fit.model.w[0] + 13.22432).abs() < 1e-5);
/// # Ok::<(), nnlib::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearSgd {
    /// Size of a step, α.
    pub learning_rate: f64,
    /// The fit ends when a sweep changes the error by less.
    pub epsilon: f64,
    /// The fit fails when it needs more sweeps.
    pub max_sweeps: usize,
}

impl Default for LinearSgd {
    fn default() -> Self {
        Self { learning_rate: 0.01, epsilon: 1e-4, max_sweeps: 100_000 }
    }
}

/// What stochastic gradient descent came to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LinearFit {
    /// The model after the last sweep.
    pub model: LinearModel,
    /// The error after each sweep.
    pub errors: Vec<f64>,
}

impl LinearSgd {
    /// Sweeps over the points `x` (n, d) with values `y` (n,) from w = 0, b = 0 until the error hardly changes any more.
    ///
    /// # Errors
    /// [`Error::Value`] for a parameter outside its range or more sweeps than allowed, [`Error::Diverged`] when the error outgrows all
    /// numbers, [`Error::Empty`], [`Error::Shape`] and [`Error::NotFinite`] for bad data.
    pub fn fit(&self, x: &Array2<f64>, y: &Array1<f64>) -> Result<LinearFit, Error> {
        check_positive("epsilon", self.epsilon)?;
        let mut model = LinearModel::zeros(x.ncols());
        let mut errors = Vec::new();
        let mut change = f64::INFINITY;
        while change >= self.epsilon {
            if errors.len() == self.max_sweeps {
                let expected = format!("an error that changes by less than {} within {} of them", self.epsilon, self.max_sweeps);
                return Err(Error::value("sweeps", expected, format!("a change of {change}")));
            }
            model.sweep(x, y, self.learning_rate)?;
            let error = model.error(x, y)?;
            if !error.is_finite() {
                return Err(Error::Diverged { epoch: errors.len() + 1, loss: error });
            }
            change = (error - errors.last().unwrap_or(&0.0)).abs();
            errors.push(error);
        }
        Ok(LinearFit { model, errors })
    }
}

/// The w and b with the least squared error, found in one go: `np.linalg.lstsq(np.c_[np.ones(n), x], y)`.
///
/// The points are centred on their mean, which takes care of b, and the rest is solved by Householder's QR decomposition: with x = Q·R the
/// best w solves R·w = Qᵀ·y. That keeps twice the digits of the normal equations xᵀx·w = xᵀy.
///
/// Source: G. Golub and C. Van Loan, "Matrix Computations", section 5.3.
///
/// ```
/// use ndarray::array;
/// let model = nnlib::least_squares(&array![[0.0], [1.0], [2.0]], &array![1.0, 3.0, 5.0])?;
/// assert!((model.w[0] - 2.0).abs() < 1e-12 && (model.b - 1.0).abs() < 1e-12);
/// # Ok::<(), nnlib::Error>(())
/// ```
///
/// # Errors
/// [`Error::Shape`] for fewer points than coefficients or another number of values than points, [`Error::Value`] for a feature that is
/// constant or a combination of those before it, [`Error::Empty`] and [`Error::NotFinite`] for bad data.
pub fn least_squares(x: &Array2<f64>, y: &Array1<f64>) -> Result<LinearModel, Error> {
    check_data(x, y)?;
    let (n, d) = x.dim();
    if n <= d {
        return Err(Error::shape("x", format!("at least {} rows, one for each coefficient", d + 1), format!("({n}, {d})")));
    }
    let (x_mean, y_mean) = (x.sum_axis(Axis(0)) / n as f64, y.sum() / n as f64);
    let (mut r, mut qy) = (x - &x_mean, y - y_mean);
    for k in 0..d {
        let mut v = r.slice(s![k.., k]).to_owned();
        let norm = v.dot(&v).sqrt();
        // What is left of the column after those before it, against what rounding leaves of nothing.
        if norm <= 1e-14 * n as f64 * x.column(k).dot(&x.column(k)).sqrt() {
            let expected = "one that is neither constant nor a combination of those before it";
            return Err(Error::value(format!("column {k} of x"), expected, "one that is"));
        }
        v[0] += norm.copysign(v[0]);
        let scale = 2.0 / v.dot(&v);
        for mut column in r.slice_mut(s![k.., k..]).columns_mut() {
            let along = scale * v.dot(&column);
            column.scaled_add(-along, &v);
        }
        let mut rest = qy.slice_mut(s![k..]);
        let along = scale * v.dot(&rest);
        rest.scaled_add(-along, &v);
    }
    let mut w = Array1::zeros(d);
    for k in (0..d).rev() {
        let known: f64 = r.slice(s![k, k + 1..]).dot(&w.slice(s![k + 1..]));
        w[k] = (qy[k] - known) / r[[k, k]];
    }
    let b = y_mean - x_mean.dot(&w);
    Ok(LinearModel { w, b })
}

fn check_data(x: &Array2<f64>, y: &Array1<f64>) -> Result<(), Error> {
    if x.is_empty() {
        return Err(Error::empty("data points"));
    }
    if x.nrows() != y.len() {
        return Err(Error::shape("y", format!("({},), one for each row of x", x.nrows()), format!("({},)", y.len())));
    }
    check_finite("x", x)?;
    check_finite("y", y)
}
