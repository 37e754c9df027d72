//! Points made to be told apart: moons, circles, spirals, blobs.

use std::f64::consts::PI;

use ndarray::{Array1, Array2};

use super::{Dataset, checked_size};
use crate::error::Error;
use crate::error::check_finite;
use crate::random::RandomState;

/// Two interleaving half circles, which no straight line can part: scikit-learn's `make_moons(n, noise=noise)`.
///
/// `n` points in the plane, shuffled; the upper moon, n/2 of them, is class 0, the lower one class 1. Each coordinate gets Gaussian noise
/// of standard deviation `noise`. From the same seed the points are scikit-learn's.
///
/// ```
/// use nnlib::{RandomState, data::make_moons};
/// let moons = make_moons(200, 0.20, &mut RandomState::new(0))?; // np.random.seed(0); make_moons(200, noise=0.20)
/// assert_eq!((moons.x.dim(), moons.classes), ((200, 2), 2));
/// assert!((moons.x[[0, 0]] - 0.74346118).abs() < 1e-8);
/// # Ok::<(), nnlib::Error>(())
/// ```
///
/// # Errors
/// [`Error::Empty`] for zero points, [`Error::Value`] for a noise that is negative or not finite or more than 2²⁷ numbers,
/// [`Error::NotFinite`] where the noise takes a point to infinity.
pub fn make_moons(n: usize, noise: f64, rng: &mut RandomState) -> Result<Dataset, Error> {
    check_points(n, 2, noise)?;
    let upper = Array1::linspace(0.0, PI, n / 2);
    let lower = Array1::linspace(0.0, PI, n - n / 2);
    let points = upper.iter().map(|t| [t.cos(), t.sin()]).chain(lower.iter().map(|t| [1.0 - t.cos(), 1.0 - t.sin() - 0.5]));
    shuffled(points.collect(), n / 2, noise, rng)
}

/// A small circle within a large one of radius 1: scikit-learn's `make_circles(n, noise=noise, factor=factor)`.
///
/// `n` points in the plane, shuffled; the outer circle, n/2 of them, is class 0, the inner one, of radius `factor`, class 1. Each
/// coordinate gets Gaussian noise of standard deviation `noise`. From the same seed the points are scikit-learn's.
///
/// ```
/// use nnlib::{RandomState, data::make_circles};
/// let circles = make_circles(100, 0.1, 0.5, &mut RandomState::new(3))?;
/// assert_eq!((circles.x.dim(), circles.classes), ((100, 2), 2));
/// # Ok::<(), nnlib::Error>(())
/// ```
///
/// # Errors
/// [`Error::Empty`] for zero points, [`Error::Value`] for a noise that is negative or not finite or a factor outside [0, 1).
pub fn make_circles(n: usize, noise: f64, factor: f64, rng: &mut RandomState) -> Result<Dataset, Error> {
    check_points(n, 2, noise)?;
    if !(0.0..1.0).contains(&factor) {
        return Err(Error::value("factor, the inner circle's radius", "a number in [0, 1)", factor));
    }
    let circle = |n: usize, r: f64| (0..n).map(move |i| i as f64 * (2.0 * PI / n as f64)).map(move |t| [r * t.cos(), r * t.sin()]);
    shuffled(circle(n / 2, 1.0).chain(circle(n - n / 2, factor)).collect(), n / 2, noise, rng)
}

/// As many spiral arms as there are `classes`, each turning by four radians on its way from the centre to radius 1.
///
/// `n_per_class` points an arm, arm after arm from the centre outwards. `noise` is the standard deviation of the angle, in radians; 0.2 is
/// usual. For arm j with r from 0 to 1:
///
/// t = 2πj/classes + 4r + noise·Gaussian, x = (r sin t, r cos t).
///
/// Source: A. Karpathy, "Putting it together", notes of Stanford's CS231n. There arm j starts at an angle of 4j, which is nearly even for
/// three arms and puts the twelfth on the first; here they are evenly spaced, whatever their number.
///
/// ```
/// use nnlib::{RandomState, data::make_spirals};
/// let spirals = make_spirals(100, 3, 0.2, &mut RandomState::new(0))?;
/// assert_eq!((spirals.x.dim(), spirals.classes), ((300, 2), 3));
/// # Ok::<(), nnlib::Error>(())
/// ```
///
/// # Errors
/// [`Error::Empty`] for zero points or classes, [`Error::Value`] for a noise that is negative or not finite or more than 2²⁷ numbers,
/// [`Error::NotFinite`] where the noise takes a point to infinity.
pub fn make_spirals(n_per_class: usize, classes: usize, noise: f64, rng: &mut RandomState) -> Result<Dataset, Error> {
    if classes == 0 {
        return Err(Error::empty("classes"));
    }
    check_points(n_per_class, classes.saturating_mul(2), noise)?;
    let n = n_per_class * classes;
    let mut x = Array2::zeros((n, 2));
    for (i, mut point) in x.rows_mut().into_iter().enumerate() {
        let (arm, step) = (i / n_per_class, i % n_per_class);
        let r = step as f64 / (n_per_class - 1).max(1) as f64;
        let t = 2.0 * PI * arm as f64 / classes as f64 + 4.0 * r + noise * rng.randn();
        point[0] = r * t.sin();
        point[1] = r * t.cos();
    }
    Dataset::new(x, (0..n).map(|i| i / n_per_class).collect())
}

/// Round clouds, one a class, about the given `centers`: scikit-learn's `make_blobs(n, centers=centers, cluster_std=std)`.
///
/// `centers` has shape (classes, d). `n` points in d dimensions, shuffled, as evenly over the classes as they go; each coordinate is
/// Gaussian with standard deviation `std`. From the same seed the points are scikit-learn's.
///
/// ```
/// use ndarray::array;
/// use nnlib::{RandomState, data::make_blobs};
/// let blobs = make_blobs(90, &array![[0.0, 0.0], [4.0, 0.0], [2.0, 3.0]], 0.5, &mut RandomState::new(0))?;
/// assert_eq!((blobs.x.dim(), blobs.classes), ((90, 2), 3));
/// # Ok::<(), nnlib::Error>(())
/// ```
///
/// # Errors
/// [`Error::Empty`] for zero points or centres, [`Error::NotFinite`] for a centre that is not finite, [`Error::Value`] for a standard
/// deviation that is negative or not finite.
pub fn make_blobs(n: usize, centers: &Array2<f64>, std: f64, rng: &mut RandomState) -> Result<Dataset, Error> {
    if centers.is_empty() {
        return Err(Error::empty("centers"));
    }
    check_points(n, centers.ncols(), std)?;
    check_finite("centers", centers)?;
    let classes = centers.nrows();
    let mut y = Vec::with_capacity(n);
    for class in 0..classes {
        y.extend(std::iter::repeat_n(class, n / classes + usize::from(class < n % classes)));
    }
    let mut x = Array2::zeros((n, centers.ncols()));
    for (mut point, &class) in x.rows_mut().into_iter().zip(&y) {
        point.zip_mut_with(&centers.row(class), |x, &center| *x = rng.normal(center, std));
    }
    let blobs = Dataset::with_classes(x, y.into(), classes)?;
    blobs.select(&rng.permutation(n).to_vec())
}

/// Shuffles the points, the first `zeros` of which are of class 0 and the others of class 1, then adds the noise, in scikit-learn's order.
fn shuffled(points: Vec<[f64; 2]>, zeros: usize, noise: f64, rng: &mut RandomState) -> Result<Dataset, Error> {
    let order = rng.permutation(points.len());
    let x = Array2::from_shape_fn((points.len(), 2), |(i, j)| points[order[i]][j] + rng.normal(0.0, noise));
    Dataset::with_classes(x, order.mapv(|i| usize::from(i >= zeros)), 2)
}

fn check_points(n: usize, numbers_each: usize, noise: f64) -> Result<(), Error> {
    if n == 0 {
        return Err(Error::empty("points to make"));
    }
    if !(noise.is_finite() && noise >= 0.0) {
        return Err(Error::value("noise", "a finite number of at least 0", noise));
    }
    checked_size("points to make", n, numbers_each).map(|_| ())
}
