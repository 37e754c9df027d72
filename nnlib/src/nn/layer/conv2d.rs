//! Convolution: kernels that slide over an image.

use ndarray::{Array1, Array4, ArrayView2, ArrayViewMut2};
use ndarray::{Array2, linalg::general_mat_mul};

use super::{Layer, LayerGradient, Memory, Parameters, ParametersMut, Shape, Step};
use crate::error::Error;
use crate::nn::init::Init;
use crate::random::RandomState;

/// What surrounds the image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Padding {
    /// Nothing: the kernel stays inside, and the output is smaller than the image.
    #[default]
    Valid,
    /// Zeros, so many that with stride 1 the output is as large as the image (and 1/stride of it, rounded up, otherwise).
    Same,
}

/// z\[o, i, j\] = b\[o\] + Σ over c, p, q of x\[c, i s + p, j s + q\] w\[o, c, p, q\], with stride s.
///
/// It is the cross-correlation that every deep-learning library calls a convolution. Images have shape (channels, height, width), kernels
/// (outputs, channels, rows, columns).
///
/// Backward, with δ = dL/dz: dL/dw sums over samples and places the product of δ and the pixel under the kernel's number, dL/db sums δ, and
/// dL/dx spreads δ back through the kernel.
#[derive(Clone, Debug, PartialEq)]
pub struct Conv2d {
    /// The kernels, OIHW.
    pub w: Array4<f64>,
    /// The biases (outputs,).
    pub b: Array1<f64>,
    input: (usize, usize),
    stride: usize,
    padding: Padding,
}

impl Conv2d {
    /// `outputs` kernels of `kernel` (rows, columns) on images of this shape, all zero until initialised.
    ///
    /// # Errors
    /// [`Error::Shape`] when the input is no image or smaller than the kernel, [`Error::Value`] for no kernels, an empty kernel or stride 0.
    pub fn new(input: Shape, outputs: usize, kernel: (usize, usize), stride: usize, padding: Padding) -> Result<Self, Error> {
        let Shape::Image { channels, height, width } = input else {
            return Err(Error::shape("input of a convolution", "(channels, height, width)", input));
        };
        let counts = [("kernels", outputs), ("rows of a kernel", kernel.0), ("columns of a kernel", kernel.1), ("stride", stride)];
        if let Some((what, _)) = counts.iter().find(|(_, count)| *count == 0) {
            return Err(Error::value(*what, "at least 1", 0));
        }
        if channels == 0 || (padding == Padding::Valid && (height < kernel.0 || width < kernel.1)) || height == 0 || width == 0 {
            return Err(Error::shape("input of a convolution", format!("at least (1, {}, {})", kernel.0, kernel.1), input));
        }
        Ok(Self {
            w: Array4::zeros((outputs, channels, kernel.0, kernel.1)),
            b: Array1::zeros(outputs),
            input: (height, width),
            stride,
            padding,
        })
    }
}

impl Conv2d {
    /// How far the kernel moves from one number of the output to the next.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// What surrounds the image.
    pub fn padding(&self) -> Padding {
        self.padding
    }

    /// The image's height and width.
    pub(crate) fn input(&self) -> (usize, usize) {
        self.input
    }
}

/// Where the kernel stands on the image, in whole numbers.
#[derive(Clone, Copy, Debug)]
struct Geometry {
    channels: usize,
    image: (usize, usize),
    kernel: (usize, usize),
    output: (usize, usize),
    stride: usize,
    /// Zeros above and to the left.
    before: (usize, usize),
}

impl Geometry {
    /// For each number of the kernel and each row of the output: the columns of the output for which it lies on the image, and where the
    /// first of them reads.
    fn for_each_run(&self, mut visit: impl FnMut(usize, usize, std::ops::Range<usize>, usize)) {
        let ((height, width), (rows, columns)) = (self.image, self.kernel);
        for k in 0..self.channels * rows * columns {
            let (c, p, q) = (k / (rows * columns), k / columns % rows, k % columns);
            let first = self.before.1.saturating_sub(q).div_ceil(self.stride);
            let last = (width + self.before.1).saturating_sub(q).div_ceil(self.stride).min(self.output.1);
            for i in 0..self.output.0 {
                let row = i * self.stride + p;
                if row >= self.before.0 && row < height + self.before.0 && first < last {
                    let start = (c * height + row - self.before.0) * width + first * self.stride + q - self.before.1;
                    visit(k, i, first..last, start);
                }
            }
        }
    }

    /// The pixels under each number of the kernel (rows) at each position (columns).
    fn columns(&self, image: &[f64], columns: &mut [f64]) {
        let positions = self.output.0 * self.output.1;
        columns.fill(0.0);
        self.for_each_run(|k, i, run, start| {
            let to = &mut columns[k * positions + i * self.output.1..][run];
            to.iter_mut().zip(image[start..].iter().step_by(self.stride)).for_each(|(to, pixel)| *to = *pixel);
        });
    }

    /// The way back: adds each column's numbers to the pixels they came from.
    fn add_columns(&self, columns: &[f64], image: &mut [f64]) {
        let positions = self.output.0 * self.output.1;
        self.for_each_run(|k, i, run, start| {
            let from = &columns[k * positions + i * self.output.1..][run];
            image[start..].iter_mut().step_by(self.stride).zip(from).for_each(|(pixel, from)| *pixel += *from);
        });
    }
}

impl Conv2d {
    fn geometry(&self) -> Geometry {
        let (_, channels, rows, columns) = self.w.dim();
        let along = |size: usize, kernel: usize| match self.padding {
            Padding::Valid => ((size - kernel) / self.stride + 1, 0),
            Padding::Same => {
                let output = size.div_ceil(self.stride);
                (output, ((output - 1) * self.stride + kernel).saturating_sub(size) / 2)
            }
        };
        let (vertical, horizontal) = (along(self.input.0, rows), along(self.input.1, columns));
        Geometry {
            channels,
            image: self.input,
            kernel: (rows, columns),
            output: (vertical.0, horizontal.0),
            stride: self.stride,
            before: (vertical.1, horizontal.1),
        }
    }

    /// The kernels as a matrix (outputs, channels · rows · columns).
    fn matrix(&self) -> ArrayView2<'_, f64> {
        let (o, c, p, q) = self.w.dim();
        ArrayView2::from_shape((o, c * p * q), self.w.as_slice().expect("contiguous")).expect("same size")
    }
}

impl Layer for Conv2d {
    fn name(&self) -> String {
        let (o, _, p, q) = self.w.dim();
        let stride = if self.stride == 1 { String::new() } else { format!(", stride {}", self.stride) };
        let padding = if self.padding == Padding::Same { ", same" } else { "" };
        format!("Convolution {o}@{p}×{q}{stride}{padding}")
    }

    fn output_shape(&self, input: Shape) -> Result<Shape, Error> {
        let expected = Shape::from((self.w.dim().1, self.input.0, self.input.1));
        if input != expected {
            return Err(Error::shape("input of a convolution", expected, input));
        }
        let output = self.geometry().output;
        Ok(Shape::from((self.b.len(), output.0, output.1)))
    }

    fn parameters(&self) -> Parameters<'_> {
        Parameters { w: self.matrix(), b: self.b.view() }
    }

    fn parameters_mut(&mut self) -> ParametersMut<'_> {
        let (o, c, p, q) = self.w.dim();
        let w = self.w.as_slice_mut().expect("contiguous");
        ParametersMut { w: ArrayViewMut2::from_shape((o, c * p * q), w).expect("same size"), b: self.b.view_mut() }
    }

    fn initialise(&mut self, init: Init, rng: &mut RandomState) {
        let (o, c, p, q) = self.w.dim();
        init.fill(self.w.as_slice_mut().expect("contiguous"), c * p * q, o * p * q, rng);
        self.b.fill(0.0);
    }

    fn forward(&self, x: &Array2<f64>, z: &mut Array2<f64>, memory: &mut Memory, _: Option<&mut RandomState>) {
        let geometry = self.geometry();
        let (w, positions) = (self.matrix(), geometry.output.0 * geometry.output.1);
        memory.values.resize(w.ncols() * positions, 0.0);
        for (x, mut z) in x.outer_iter().zip(z.outer_iter_mut()) {
            geometry.columns(x.to_slice().expect("contiguous"), &mut memory.values);
            let columns = ArrayView2::from_shape((w.ncols(), positions), &memory.values).expect("resized");
            let z = z.as_slice_mut().expect("contiguous");
            let mut z = ArrayViewMut2::from_shape((self.b.len(), positions), z).expect("the output's shape");
            for (mut row, &b) in z.outer_iter_mut().zip(&self.b) {
                row.fill(b);
            }
            general_mat_mul(1.0, &w, &columns, 1.0, &mut z);
        }
    }

    fn backward(&self, step: Step<'_>, delta: &Array2<f64>, mut delta_x: Option<&mut Array2<f64>>, gradient: Option<&mut LayerGradient>) {
        let geometry = self.geometry();
        let (w, positions) = (self.matrix(), geometry.output.0 * geometry.output.1);
        let (wanted, mut unwanted) = (gradient.is_some(), LayerGradient::default());
        let LayerGradient { w: dw, b: db, scratch: room } = gradient.unwrap_or(&mut unwanted);
        dw.fill(0.0);
        db.fill(0.0);
        room.resize(w.ncols() * positions, 0.0);
        for (s, delta) in delta.outer_iter().enumerate() {
            let delta =
                ArrayView2::from_shape((self.b.len(), positions), delta.to_slice().expect("contiguous")).expect("the output's shape");
            if wanted {
                geometry.columns(step.x.row(s).to_slice().expect("contiguous"), room);
                let columns = ArrayView2::from_shape((w.ncols(), positions), &*room).expect("resized");
                general_mat_mul(1.0, &delta, &columns.t(), 1.0, dw);
                for (db, row) in db.iter_mut().zip(delta.outer_iter()) {
                    *db += row.sum();
                }
            }
            if let Some(delta_x) = &mut delta_x {
                let mut columns = ArrayViewMut2::from_shape((w.ncols(), positions), &mut *room).expect("resized");
                general_mat_mul(1.0, &w.t(), &delta, 0.0, &mut columns);
                let mut delta_x = delta_x.row_mut(s);
                delta_x.fill(0.0);
                geometry.add_columns(room, delta_x.as_slice_mut().expect("contiguous"));
            }
        }
    }
}
