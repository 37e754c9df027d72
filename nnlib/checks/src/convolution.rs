//! The tasks of lesson 14: convolution, pooling and dropout.

use ndarray::{Array2, array, s};
use nnlib::{RandomState, Sequential};

use crate::Verdict;
use crate::predict::numbers;
use crate::task::Task;

/// Checks `sizes()`: five numbers about the layers of a network for images of 28 × 28.
pub fn sizes(sizes: fn() -> [f64; 5]) -> Verdict {
    numbers(
        "sizes",
        sizes,
        [
            (
                "the output's side for a 5 × 5 kernel",
                24.0,
                &[
                    (23.0, "between the first and the last place lie 23 steps. How many places is that?"),
                    (28.0, "without a border the output is smaller than the image."),
                ],
            ),
            ("with a border of 2 zeros", 28.0, &[(26.0, "the border is on both sides."), (27.0, "one place more than steps.")]),
            (
                "with steps of 3, without a border",
                8.0,
                &[
                    (7.0, "the first place costs no step."),
                    (9.0, "a step that leads over the edge is not taken."),
                    (23.0 / 3.0, "there is no part of a place."),
                ],
            ),
            (
                "the weights and biases of 8 such kernels on an image of one colour",
                208.0,
                &[
                    (200.0, "each kernel has a bias."),
                    (201.0, "each kernel has its own bias."),
                    (4616.0, "a kernel has the same weights at every place."),
                ],
            ),
            (
                "the weights and biases of 16 kernels of 5 × 5 on those 8 maps",
                3216.0,
                &[
                    (416.0, "a kernel looks at all 8 maps."),
                    (3200.0, "each kernel has a bias."),
                    (3328.0, "a kernel has one bias, not one for each map."),
                ],
            ),
        ],
    )
}

/// Checks `dropout(a, delta, u, p)`: the activations a and the deltas (n, h) of a dropout layer in training: 0 where u < p, else divided by 1 − p;
/// u (n, h) are uniform random numbers.
pub fn dropout(dropout: fn(&Array2<f64>, &Array2<f64>, &Array2<f64>, f64) -> (Array2<f64>, Array2<f64>)) -> Verdict {
    type Input = (Array2<f64>, Array2<f64>, Array2<f64>, f64);
    /// Both with a factor of its own, given u and p.
    fn by([a, delta, u]: [&Array2<f64>; 3], p: f64, forward: fn(f64, f64) -> f64, back: fn(f64, f64) -> f64) -> (Array2<f64>, Array2<f64>) {
        (a * u.mapv(|u| forward(u, p)), delta * u.mapv(|u| back(u, p)))
    }
    fn kept(u: f64, p: f64) -> f64 {
        if u < p { 0.0 } else { 1.0 / (1.0 - p) }
    }
    let mut rng = RandomState::new(24);
    let mut random = |n: usize, h: usize, p: f64| -> Input { (rng.randn_2d(n, h), rng.randn_2d(n, h), rng.rand_2d(n, h), p) };
    Task::new(
        "dropout",
        dropout,
        &["a", "delta", "u", "p"],
        &["a behind it", "delta before it"],
        |f, (a, delta, u, p): &Input| f(a, delta, u, *p),
        |a, delta, u, p| by([a, delta, u], p, kept, kept),
    )
    .case("one sample, a quarter dropped", (array![[1.0, 2.0, 3.0]], array![[0.5, -1.0, 0.25]], array![[0.1, 0.25, 0.9]], 0.25))
    .case("four samples, half dropped", random(4, 3, 0.5))
    .case("three samples, four fifths dropped", random(3, 5, 0.8))
    .case("nothing dropped", random(2, 3, 0.0))
    .mistake("what is kept is not divided by 1 − p: the next layer would get less in training than later.", |a, delta, u, p| {
        by([a, delta, u], p, |u, p| kept(u, p) * (1.0 - p), |u, p| kept(u, p) * (1.0 - p))
    })
    .mistake("divided by p. It is the share kept, 1 − p, that makes good for what is lost.", |a, delta, u, p| {
        by([a, delta, u], p, |u, p| if u < p { 0.0 } else { 1.0 / p }, |u, p| if u < p { 0.0 } else { 1.0 / p })
    })
    .mistake("multiplied by 1 − p. That makes less of what is left: divide.", |a, delta, u, p| {
        by([a, delta, u], p, |u, p| if u < p { 0.0 } else { 1.0 - p }, |u, p| if u < p { 0.0 } else { 1.0 - p })
    })
    .mistake("the other ones are dropped: where u < p is 0.", |a, delta, u, p| {
        by([a, delta, u], p, |u, p| if u < p { 1.0 / (1.0 - p) } else { 0.0 }, |u, p| if u < p { 1.0 / (1.0 - p) } else { 0.0 })
    })
    .mistake("u = p is dropped, too: dropped is where u < p.", |a, delta, u, p| {
        by([a, delta, u], p, |u, p| if u <= p { 0.0 } else { kept(u, p) }, |u, p| if u <= p { 0.0 } else { kept(u, p) })
    })
    .mistake("the deltas come back through neurons that were dropped. What has no influence gets none.", |a, delta, u, p| {
        by([a, delta, u], p, kept, |_, p| 1.0 / (1.0 - p))
    })
    .mistake("the deltas are not divided by 1 − p. What multiplies forward multiplies backward.", |a, delta, u, p| {
        by([a, delta, u], p, kept, |u, p| kept(u, p) * (1.0 - p))
    })
    .mistake("the deltas come back as if nothing had been dropped.", |a, delta, u, p| by([a, delta, u], p, kept, |_, _| 1.0))
    .mistake("the activations are dropped, and only the deltas divided by 1 − p.", |a, delta, u, p| {
        by([a, delta, u], p, |u, p| kept(u, p) * (1.0 - p), kept)
    })
    .mistake("nothing is dropped: that is right later, when nobody trains.", |a, delta, _, _| (a.clone(), delta.clone()))
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

/// Checks `convolve(x, w, b, stride)`: z[i, j] = b + Σ x[si + p, sj + q] w[p, q] with the stride s, at every place where the kernel lies inside the
/// image; x (height, width), w (rows, columns).
pub fn convolve(convolve: fn(&Array2<f64>, &Array2<f64>, f64, usize) -> Array2<f64>) -> Verdict {
    type Input = (Array2<f64>, Array2<f64>, f64, usize);
    let mut rng = RandomState::new(12);
    let mut random = |x: (usize, usize), w: (usize, usize), b: f64, stride: usize| -> Input {
        (rng.randn_2d(x.0, x.1), rng.randn_2d(w.0, w.1), b, stride)
    };
    let wide = array![[1.0, 2.0, 0.0, 3.0], [0.0, 1.0, 3.0, -1.0], [4.0, 0.0, 1.0, 2.0]];
    Task::new("convolve", convolve, &["x", "w", "b", "stride"], &["z"], |f, (x, w, b, stride): &Input| f(x, w, *b, *stride), slide)
        .case("3 × 4, a kernel of 2 × 3, a stride of 1", (wide, array![[1.0, 0.0, 2.0], [0.0, -1.0, 0.5]], 0.0, 1))
        .case("7 × 5, a kernel of 3 × 3, a stride of 2", random((7, 5), (3, 3), 0.5, 2))
        .case("6 × 8, a kernel of 3 × 2, a stride of 2, with a rest", random((6, 8), (3, 2), -0.25, 2))
        .case("10 × 10, a kernel of 3 × 3, a stride of 3", random((10, 10), (3, 3), 1.0, 3))
        .mistake("the stride is not used.", |x, w, b, _| slide(x, w, b, 1))
        .mistake(
            "there are as many places as with a stride of 1 here, and those that hang over the edge are cut. How many steps fit?",
            |x, w, b, stride| {
                let all = slide(x, w, b, stride);
                Array2::from_shape_fn((x.nrows() - w.nrows() + 1, x.ncols() - w.ncols() + 1), |at| all.get(at).copied().unwrap_or(b))
            },
        )
        .mistake("the last row and column of places are missing: as many places as steps, and one more.", |x, w, b, stride| {
            let all = slide(x, w, b, stride);
            all.slice(s![..all.nrows() - 1, ..all.ncols() - 1]).to_owned()
        })
        .mistake("the stride moves within the kernel, too: p and q go one pixel at a time.", |x, w, b, stride| {
            Array2::from_shape_fn(slide(x, w, b, stride).raw_dim(), |(i, j)| {
                b + w.indexed_iter().map(|((p, q), w)| w * x.get([stride * (i + p), stride * (j + q)]).copied().unwrap_or(0.0)).sum::<f64>()
            })
        })
        .mistake("the stride is taken along the rows only.", |x, w, b, stride| {
            slide(x, w, b, 1).slice(s![.., ..;stride as isize]).to_owned()
        })
        .mistake("the stride is taken down the columns only.", |x, w, b, stride| {
            slide(x, w, b, 1).slice(s![..;stride as isize, ..]).to_owned()
        })
        .mistake(
            "the kernel is turned by 180°. Mathematicians call that convolution; here the kernel is laid on as it is.",
            |x, w, b, stride| slide(x, &turned(w), b, stride),
        )
        .mistake("the kernel is transposed: p counts rows of both, q columns.", |x, w, b, stride| slide(x, &w.t().to_owned(), b, stride))
        .mistake("the bias is missing.", |x, w, _, stride| slide(x, w, 0.0, stride))
        .mistake("the bias is added to every product. It is added once.", |x, w, b, stride| slide(x, w, b * w.len() as f64, stride))
        .verdict()
}

/// Checks `kernel_gradient(x, delta, size, stride)`: dL/dw[p, q] = Σ delta[i, j] x[si + p, sj + q] for a kernel of this size (rows, columns) and the
/// stride s; x (height, width), delta of the shape of the output.
pub fn kernel_gradient(kernel_gradient: fn(&Array2<f64>, &Array2<f64>, (usize, usize), usize) -> Array2<f64>) -> Verdict {
    type Input = (Array2<f64>, Array2<f64>, (usize, usize), usize);
    /// The sums of delta times the pixel at this place, given (i, j), (p, q) and the stride.
    fn sums(x: &Array2<f64>, delta: &Array2<f64>, size: (usize, usize), at: impl Fn([usize; 2], [usize; 2]) -> [usize; 2]) -> Array2<f64> {
        Array2::from_shape_fn(size, |(p, q)| {
            delta.indexed_iter().map(|((i, j), delta)| delta * x.get(at([i, j], [p, q])).copied().unwrap_or(0.0)).sum()
        })
    }
    fn right(x: &Array2<f64>, delta: &Array2<f64>, size: (usize, usize), stride: usize) -> Array2<f64> {
        sums(x, delta, size, |[i, j], [p, q]| [stride * i + p, stride * j + q])
    }
    let mut rng = RandomState::new(13);
    let mut random = |x: (usize, usize), size: (usize, usize), stride: usize| -> Input {
        let places = ((x.0 - size.0) / stride + 1, (x.1 - size.1) / stride + 1);
        (rng.randn_2d(x.0, x.1), rng.randn_2d(places.0, places.1), size, stride)
    };
    let wide = array![[1.0, 2.0, 0.0, 3.0], [0.0, 1.0, 3.0, -1.0], [4.0, 0.0, 1.0, 2.0]];
    Task::new(
        "kernel_gradient",
        kernel_gradient,
        &["x", "delta", "rows", "columns", "stride"],
        &["dw"],
        |f, (x, delta, size, stride): &Input| f(x, delta, *size, *stride),
        right,
    )
    .case("3 × 4, a kernel of 2 × 2, a stride of 1", (wide, array![[1.0, 0.0, 0.5], [0.5, -1.0, 2.0]], (2, 2), 1))
    .case("7 × 5, a kernel of 3 × 3, a stride of 2", random((7, 5), (3, 3), 2))
    .case("6 × 8, a kernel of 3 × 2, a stride of 2, with a rest", random((6, 8), (3, 2), 2))
    .case("10 × 10, a kernel of 3 × 3, a stride of 3", random((10, 10), (3, 3), 3))
    .mistake("the stride is not used: the place of δ[i, j] is (s i, s j).", |x, delta, size, _| {
        sums(x, delta, size, |[i, j], [p, q]| [i + p, j + q])
    })
    .mistake("the stride multiplies p and q. They go one pixel at a time.", |x, delta, size, stride| {
        sums(x, delta, size, |[i, j], [p, q]| [i + stride * p, j + stride * q])
    })
    .mistake("the stride multiplies all of it. p and q go one pixel at a time.", |x, delta, size, stride| {
        sums(x, delta, size, |[i, j], [p, q]| [stride * (i + p), stride * (j + q)])
    })
    .mistake(
        "the delta is turned by 180°. w[p, q] meets δ[i, j] and x[s i + p, s j + q]: nothing is turned.",
        |x, delta, size, stride| right(x, &turned(delta), size, stride),
    )
    .mistake("the kernel is turned by 180°.", |x, delta, size, stride| turned(&right(x, delta, size, stride)))
    .mistake("a mean over the places. The kernel is shared, and a shared weight sums over all of them.", |x, delta, size, stride| {
        right(x, delta, size, stride) / delta.len() as f64
    })
    .mistake("only the first place is counted. The weight is used at every place.", |x, delta, size, _| {
        Array2::from_shape_fn(size, |(p, q)| delta[[0, 0]] * x[[p, q]])
    })
    .mistake("x is missing: this is the gradient of the bias in every place.", |_, delta, size, _| Array2::from_elem(size, delta.sum()))
    .mistake("rows and columns are exchanged.", |x, delta, size, stride| right(x, delta, (size.1, size.0), stride).t().to_owned())
    .verdict()
}

/// Checks `max_pool_back(x, delta)`: dL/dx of max pooling, where delta (height / 2, width / 2) is the gradient of its output: the largest
/// of each window, of equals the first by rows, gets the window's delta, the others 0.
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
