//! The tasks of lesson 14: convolution and pooling.

use ndarray::{Array2, array, s};
use nnlib::{RandomState, Sequential};

use crate::Verdict;
use crate::task::Task;

/// Checks `output_size(n, k, padding, stride)`: the places (n + 2 · padding − k) / stride + 1, rounded down, that a kernel of size k has on
/// an image of size n.
///
/// ```
/// use nnlib_checks as check;
/// assert!(check::output_size(|n, k, padding, stride| (n + 2 * padding - k) / stride + 1).passed());
/// ```
pub fn output_size(output_size: fn(usize, usize, usize, usize) -> usize) -> Verdict {
    type Input = (usize, usize, usize, usize);
    Task::new(
        "output_size",
        output_size,
        &["n", "k", "padding", "stride"],
        &["size"],
        |f, (n, k, padding, stride): &Input| f(*n, *k, *padding, *stride),
        |n, k, padding, stride| (n + 2 * padding - k) / stride + 1,
    )
    .case("a 5 × 5 kernel on a digit", (28, 5, 0, 1))
    .case("a border of one keeps the size of a 3 × 3 kernel", (28, 3, 1, 1))
    .case("every second place", (9, 3, 0, 2))
    .case("every second place, with a rest", (10, 3, 0, 2))
    .case("both", (10, 5, 2, 3))
    .mistake("the last place is missing: + 1.", |n, k, padding, stride| (n + 2 * padding - k) / stride)
    .mistake("the border is on both sides: 2 · padding.", |n, k, padding, stride| (n + padding - k) / stride + 1)
    .mistake("the stride is not used.", |n, k, padding, _| n + 2 * padding - k + 1)
    .mistake("the border is not used.", |n, k, _, stride| (n - k) / stride + 1)
    .mistake("the + 1 is divided, too. The first place costs no step.", |n, k, padding, stride| (n + 2 * padding - k + 1) / stride)
    .mistake("rounded up. A kernel that hangs over the edge has no place.", |n, k, padding, stride| {
        (n + 2 * padding - k).div_ceil(stride) + 1
    })
    .verdict()
}

/// The sums of products of a kernel and an image below it, at each place of this stride.
fn slide(x: &Array2<f64>, w: &Array2<f64>, b: f64, stride: usize) -> Array2<f64> {
    let ((height, width), (rows, columns)) = (x.dim(), w.dim());
    let places = ((height - rows) / stride + 1, (width - columns) / stride + 1);
    Array2::from_shape_fn(places, |(i, j)| {
        let (i, j) = (i * stride, j * stride);
        b + (&x.slice(s![i..i + rows, j..j + columns]) * w).sum()
    })
}

/// A kernel turned by 180°.
fn turned(w: &Array2<f64>) -> Array2<f64> {
    w.slice(s![..;-1, ..;-1]).to_owned()
}

/// Checks `convolve(x, w, b)`: z[i, j] = b + Σ x[i + p, j + q] w[p, q] at every place where the kernel lies inside the image; x (height,
/// width), w (rows, columns).
///
/// ```
/// use ndarray::{Array2, s};
/// use nnlib_checks as check;
/// let verdict = check::convolve(|x, w, b| {
///     let ((height, width), (rows, columns)) = (x.dim(), w.dim());
///     Array2::from_shape_fn((height - rows + 1, width - columns + 1), |(i, j)| b + (&x.slice(s![i..i + rows, j..j + columns]) * w).sum())
/// });
/// assert!(verdict.passed());
/// ```
pub fn convolve(convolve: fn(&Array2<f64>, &Array2<f64>, f64) -> Array2<f64>) -> Verdict {
    let mut rng = RandomState::new(12);
    let random = (rng.randn_2d(6, 5), rng.randn_2d(3, 2), 0.5);
    let square = (rng.randn_2d(5, 5), rng.randn_2d(3, 3), -0.25);
    let tiny = array![[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [4.0, 0.0, 1.0]];
    let wide = array![[1.0, 2.0, 0.0, 3.0], [0.0, 1.0, 3.0, -1.0], [4.0, 0.0, 1.0, 2.0]];
    Task::new(
        "convolve",
        convolve,
        &["x", "w", "b"],
        &["z"],
        |f, (x, w, b): &(Array2<f64>, Array2<f64>, f64)| f(x, w, *b),
        |x, w, b| slide(x, w, b, 1),
    )
    .case("3 × 4, a kernel of 2 × 3", (wide, array![[1.0, 0.0, 2.0], [0.0, -1.0, 0.5]], 0.0))
    .case("the tiny image of the lesson", (tiny.clone(), array![[1.0, 0.0], [0.0, -1.0]], 0.0))
    .case("another kernel and a bias", (tiny, array![[1.0, 2.0], [3.0, -1.0]], 0.5))
    .case("5 × 5, a kernel of 3 × 3", square)
    .case("6 × 5, a kernel of 3 × 2", random)
    .mistake("the kernel is turned by 180°. Mathematicians call that convolution; here the kernel is laid on as it is.", |x, w, b| {
        slide(x, &turned(w), b, 1)
    })
    .mistake("the kernel is transposed: p counts rows of both, q columns.", |x, w, b| slide(x, &w.t().to_owned(), b, 1))
    .mistake("the bias is missing.", |x, w, _| slide(x, w, 0.0, 1))
    .mistake("the bias is added to every product. It is added once.", |x, w, b| slide(x, w, b * w.len() as f64, 1))
    .mistake("the last row and column of places are missing: height − rows + 1.", |x, w, b| {
        slide(x, w, b, 1).slice(s![..-1, ..-1]).to_owned()
    })
    .mistake("the kernel hangs over the edge. Without a border the output is smaller than the image.", |x, w, b| {
        let mut wide = Array2::zeros((x.nrows() + w.nrows() - 1, x.ncols() + w.ncols() - 1));
        wide.slice_mut(s![..x.nrows(), ..x.ncols()]).assign(x);
        slide(&wide, w, b, 1)
    })
    .verdict()
}

/// Checks `kernel_gradient(x, delta)`: dL/dw[p, q] = Σ delta[i, j] x[i + p, j + q], for the convolution of x (height, width) whose output
/// has the gradient delta (height − rows + 1, width − columns + 1).
///
/// ```
/// use ndarray::{Array2, s};
/// use nnlib_checks as check;
/// let verdict = check::kernel_gradient(|x, delta| {
///     let (m, n) = delta.dim();
///     let size = (x.nrows() - m + 1, x.ncols() - n + 1);
///     Array2::from_shape_fn(size, |(p, q)| (&x.slice(s![p..p + m, q..q + n]) * delta).sum())
/// });
/// assert!(verdict.passed());
/// ```
pub fn kernel_gradient(kernel_gradient: fn(&Array2<f64>, &Array2<f64>) -> Array2<f64>) -> Verdict {
    let mut rng = RandomState::new(13);
    let (random, square) = ((rng.randn_2d(6, 5), rng.randn_2d(4, 4)), (rng.randn_2d(4, 4), rng.randn_2d(3, 3)));
    Task::new(
        "kernel_gradient",
        kernel_gradient,
        &["x", "delta"],
        &["dw"],
        |f, (x, delta): &(Array2<f64>, Array2<f64>)| f(x, delta),
        |x, delta| slide(x, delta, 0.0, 1),
    )
    .case(
        "3 × 4, a kernel of 2 × 2",
        (array![[1.0, 2.0, 0.0, 3.0], [0.0, 1.0, 3.0, -1.0], [4.0, 0.0, 1.0, 2.0]], array![[1.0, 0.0, 0.5], [0.5, -1.0, 2.0]]),
    )
    .case("4 × 4, a kernel of 2 × 2", square)
    .case("6 × 5, a kernel of 3 × 2", random)
    .mistake("the delta is turned by 180°. w[p, q] meets delta[i, j] and x[i + p, j + q]: nothing is turned.", |x, delta| {
        slide(x, &turned(delta), 0.0, 1)
    })
    .mistake("a mean over the places. The kernel is shared, and a shared weight sums over all of them.", |x, delta| {
        slide(x, delta, 0.0, 1) / delta.len() as f64
    })
    .mistake("only the first place is counted. The weight is used at every place.", |x, delta| {
        let size = (x.nrows() - delta.nrows() + 1, x.ncols() - delta.ncols() + 1);
        Array2::from_shape_fn(size, |(p, q)| delta[[0, 0]] * x[[p, q]])
    })
    .mistake("this is the gradient with respect to nothing: the sum of δ in every place. x is missing.", |x, delta| {
        let size = (x.nrows() - delta.nrows() + 1, x.ncols() - delta.ncols() + 1);
        Array2::from_elem(size, delta.sum())
    })
    .mistake("rows and columns are exchanged.", |x, delta| slide(x, delta, 0.0, 1).t().to_owned())
    .verdict()
}

/// Checks `max_pool(x)`: the largest of each 2 × 2 window, windows side by side; x (height, width), both even.
///
/// ```
/// use ndarray::{Array2, s};
/// use nnlib_checks as check;
/// let verdict = check::max_pool(|x| {
///     let window = |i: usize, j: usize| x.slice(s![2 * i..2 * i + 2, 2 * j..2 * j + 2]);
///     Array2::from_shape_fn((x.nrows() / 2, x.ncols() / 2), |(i, j)| window(i, j).fold(f64::NEG_INFINITY, |m, &v| m.max(v)))
/// });
/// assert!(verdict.passed());
/// ```
pub fn max_pool(max_pool: fn(&Array2<f64>) -> Array2<f64>) -> Verdict {
    /// A number of each 2 × 2 window, so many steps apart.
    fn pooled(x: &Array2<f64>, step: usize, of: fn([f64; 4]) -> f64) -> Array2<f64> {
        Array2::from_shape_fn(((x.nrows() - 2) / step + 1, (x.ncols() - 2) / step + 1), |(i, j)| {
            let (i, j) = (step * i, step * j);
            of([x[[i, j]], x[[i, j + 1]], x[[i + 1, j]], x[[i + 1, j + 1]]])
        })
    }
    fn largest(window: [f64; 4]) -> f64 {
        window.into_iter().fold(f64::NEG_INFINITY, f64::max)
    }
    let picture = array![[1.0, 5.0, 2.0, 0.0], [3.0, 4.0, 1.0, 7.0], [0.0, 0.0, 6.0, 6.0], [9.0, 8.0, 0.0, 1.0]];
    Task::new("max_pool", max_pool, &["x"], &["pooled"], |f, x: &Array2<f64>| f(x), |x| pooled(x, 2, largest))
        .case("2 × 4", array![[1.0, 5.0, 2.0, 0.0], [3.0, 4.0, 1.0, 7.0]])
        .case("the picture of the lesson", picture)
        .case("all below 0", array![[-1.0, -5.0], [-2.0, -3.0]])
        .case("6 × 4", RandomState::new(14).randn_2d(6, 4))
        .case("2 × 8", RandomState::new(15).randn_2d(2, 8))
        .mistake("the search for the largest starts at 0, and finds it where all are below. Start at −∞.", |x| {
            pooled(x, 2, |window| largest(window).max(0.0))
        })
        .mistake("this is the mean of the window.", |x| pooled(x, 2, |window| window.iter().sum::<f64>() / 4.0))
        .mistake("the windows overlap: the next begins two further on.", |x| pooled(x, 1, largest))
        .mistake("only the diagonal of the window is looked at. It has four numbers.", |x| pooled(x, 2, |[a, _, _, d]| a.max(d)))
        .mistake("this is the smallest of the window.", |x| pooled(x, 2, |window| window.into_iter().fold(f64::INFINITY, f64::min)))
        .mistake("this is the first of the window, whatever its size.", |x| pooled(x, 2, |[a, ..]| a))
        .verdict()
}

/// Checks `max_pool_back(x, delta)`: dL/dx of [`max_pool`], where delta (height / 2, width / 2) is the gradient of its output: the largest
/// of each window, of equals the first by rows, gets the window's delta, the others 0.
///
/// ```
/// use ndarray::Array2;
/// use nnlib_checks as check;
/// let verdict = check::max_pool_back(|x, delta| {
///     let mut dx = Array2::zeros(x.raw_dim());
///     for ((i, j), delta) in delta.indexed_iter() {
///         let mut winner = [2 * i, 2 * j];
///         for at in [[2 * i, 2 * j + 1], [2 * i + 1, 2 * j], [2 * i + 1, 2 * j + 1]] {
///             if x[at] > x[winner] {
///                 winner = at;
///             }
///         }
///         dx[winner] = *delta;
///     }
///     dx
/// });
/// assert!(verdict.passed());
/// ```
pub fn max_pool_back(max_pool_back: fn(&Array2<f64>, &Array2<f64>) -> Array2<f64>) -> Verdict {
    /// The four places of a window, by rows.
    fn window(i: usize, j: usize) -> [[usize; 2]; 4] {
        [[2 * i, 2 * j], [2 * i, 2 * j + 1], [2 * i + 1, 2 * j], [2 * i + 1, 2 * j + 1]]
    }
    /// Each number of a window gets what this function of the window's largest, the number itself and the delta says.
    fn spread(x: &Array2<f64>, delta: &Array2<f64>, of: fn(f64, f64, f64) -> f64) -> Array2<f64> {
        let mut dx = Array2::zeros(x.raw_dim());
        for ((i, j), &delta) in delta.indexed_iter() {
            let largest = window(i, j).iter().fold(f64::NEG_INFINITY, |m, &at| m.max(x[at]));
            window(i, j).iter().for_each(|&at| dx[at] = of(largest, x[at], delta));
        }
        dx
    }
    /// The last of equals wins where `later` says so.
    fn winners(x: &Array2<f64>, delta: &Array2<f64>, later: bool) -> Array2<f64> {
        let mut dx = Array2::zeros(x.raw_dim());
        for ((i, j), &delta) in delta.indexed_iter() {
            let better = |at: [usize; 2], best: [usize; 2]| if later { x[at] >= x[best] } else { x[at] > x[best] };
            let winner = window(i, j).into_iter().reduce(|best, at| if better(at, best) { at } else { best });
            dx[winner.expect("four")] = delta;
        }
        dx
    }
    let picture = array![[1.0, 5.0, 2.0, 0.0], [3.0, 4.0, 1.0, 7.0], [0.0, 0.0, 6.0, 6.0], [9.0, 8.0, 0.0, 1.0]];
    let mut rng = RandomState::new(16);
    let random = (rng.randn_2d(6, 4), rng.randn_2d(3, 2));
    Task::new(
        "max_pool_back",
        max_pool_back,
        &["x", "delta"],
        &["dx"],
        |f, (x, delta): &(Array2<f64>, Array2<f64>)| f(x, delta),
        |x, delta| {
            // nnlib's own layer, an image being a row.
            let (height, width) = x.dim();
            let layers = Sequential::input((1, height, width)).max_pool2d(2).build(&mut RandomState::new(0)).expect("even sizes");
            let row = |a: &Array2<f64>| a.to_shape((1, a.len())).expect("as many").into_owned();
            let pass = layers.forward(&row(x)).expect("an image");
            let gradients = layers.backward_from(&pass, &row(delta)).expect("its output's shape");
            gradients.x().to_shape((height, width)).expect("as many").into_owned()
        },
    )
    .case("two windows", (array![[1.0, 3.0, 2.0, 4.0], [2.0, 0.0, 5.0, 1.0]], array![[0.5, 0.25]]))
    .case("equal ones on the other diagonal", (array![[1.0, 4.0], [4.0, 0.0]], array![[0.5]]))
    .case("the picture of the lesson, with two equal sixes", (picture, array![[0.1, 0.2], [0.3, 0.4]]))
    .case("6 × 4", random)
    .mistake("all four numbers of a window get its delta. Only the winner had any influence.", |x, delta| {
        spread(x, delta, |_, _, delta| delta)
    })
    .mistake("the delta is shared among the four. The winner gets all of it.", |x, delta| spread(x, delta, |_, _, delta| delta / 4.0))
    .mistake("two equal largest numbers both get the delta. One of them is the winner: the first.", |x, delta| {
        spread(x, delta, |largest, v, delta| if v == largest { delta } else { 0.0 })
    })
    .mistake("of two equal largest numbers the last wins here. It is to be the first: > in place of >=.", |x, delta| {
        winners(x, delta, true)
    })
    .mistake("of two equal largest numbers the first down the columns wins here. It is to be the first by rows.", |x, delta| {
        winners(&x.t().to_owned(), &delta.t().to_owned(), false).t().to_owned()
    })
    .mistake("the winner gets its value times the delta. The slope of the maximum is 1.", |x, delta| x * winners(x, delta, false))
    .mistake("the losers get the delta and the winner nothing.", |x, delta| {
        spread(x, delta, |largest, v, delta| if v == largest { 0.0 } else { delta })
    })
    .verdict()
}
