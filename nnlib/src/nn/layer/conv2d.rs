//! Convolution: kernels that slide over an image.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, Array4, ArrayView2, ArrayView4, ArrayViewMut2};

use super::{Layer, LayerGradient, Memory, Parameters, ParametersMut, Step, check_sizes};
use crate::error::{Error, check_finite};
use crate::kernel;
use crate::math::shape::{Convolution, Padding, Shape};
use crate::nn::init::Init;
use crate::random::RandomState;

/// z\[o, i, j\] = b\[o\] + Σ over c, p, q of x\[c, i s + p, j s + q\] w\[o, c, p, q\], with stride s.
///
/// It is the cross-correlation that every deep-learning library calls a convolution. Images have shape (channels, height, width), kernels
/// (outputs, channels, rows, columns).
///
/// Backward, with δ = dL/dz: dL/dw sums over samples and positions the product of δ and the pixel under the kernel's number, dL/db sums δ,
/// and dL/dx spreads δ back through the kernel.
#[derive(Clone, Debug, PartialEq)]
pub struct Conv2d {
    /// (outputs, channels · rows · columns): a kernel in each row.
    w: Array2<f64>,
    /// (outputs,), or empty in a layer without biases.
    b: Array1<f64>,
    at: Convolution,
    padding: Padding,
}

impl Conv2d {
    /// `outputs` kernels of `kernel` (rows, columns) on images of this shape, all zero until initialised.
    ///
    /// # Errors
    /// [`Error::Shape`] when the input is no image or smaller than the kernel, [`Error::Value`] for no kernels, an empty kernel, stride 0, or
    /// too many numbers.
    pub fn new(input: Shape, outputs: usize, kernel: (usize, usize), stride: usize, padding: Padding) -> Result<Self, Error> {
        let at = place(input, outputs, kernel, stride, padding)?;
        Ok(Self { w: Array2::zeros((outputs, at.taps())), b: Array1::zeros(outputs), at, padding })
    }

    /// Kernels `w` (outputs, channels, rows, columns), in any memory layout, and biases `b` (outputs,), or an empty array for none.
    ///
    /// ```
    /// use ndarray::{Array1, Array4};
    /// use nnlib::layer::{Conv2d, Padding};
    /// let from_keras = Array4::zeros((5, 3, 1, 8)); // (rows, columns, channels, outputs)
    /// let w = from_keras.permuted_axes([3, 2, 0, 1]);
    /// let conv = Conv2d::with_parameters((1, 28, 28).into(), w, Array1::zeros(8), 1, Padding::Same)?;
    /// assert_eq!(conv.w().dim(), (8, 1, 5, 3));
    /// # Ok::<(), nnlib::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`] for other channels than the input's or another number of biases, [`Error::NotFinite`] for a NaN or an infinity, and as
    /// [`Conv2d::new`].
    pub fn with_parameters(input: Shape, w: Array4<f64>, b: Array1<f64>, stride: usize, padding: Padding) -> Result<Self, Error> {
        let (outputs, channels, rows, columns) = w.dim();
        let at = place(input, outputs, (rows, columns), stride, padding)?;
        if channels != at.image[0] {
            return Err(Error::shape("kernels of a convolution", format!("{} channels, as the input has", at.image[0]), channels));
        }
        if !b.is_empty() && b.len() != outputs {
            return Err(Error::shape("biases of a convolution", format!("({outputs},), or none"), format!("({},)", b.len())));
        }
        check_finite("w", &w)?;
        check_finite("b", &b)?;
        let w = w.as_standard_layout().into_owned().into_shape_with_order((outputs, at.taps())).expect("as many numbers");
        Ok(Self { w, b: b.as_standard_layout().into_owned(), at, padding })
    }

    /// The kernels (outputs, channels, rows, columns).
    pub fn w(&self) -> ArrayView4<'_, f64> {
        let ([channels, ..], [rows, columns]) = (self.at.image, self.at.kernel);
        self.w.view().into_shape_with_order((self.at.outputs, channels, rows, columns)).expect("as many numbers")
    }

    /// The biases (outputs,); none, and empty, in a layer without.
    pub fn b(&self) -> &Array1<f64> {
        &self.b
    }

    /// How far the kernel moves from one number of the output to the next.
    pub fn stride(&self) -> usize {
        self.at.stride
    }

    /// What surrounds the image.
    pub fn padding(&self) -> Padding {
        self.padding
    }

    /// `im2col`: the pixels under each number of the kernel (rows) at each position (columns).
    fn im2col(&self, image: &[f64], columns: &mut [f64]) {
        columns.fill(0.0);
        self.at.for_each_run(|tap, i, run, start| {
            let to = &mut columns[tap * self.at.positions() + i * self.at.output[1]..][run];
            to.iter_mut().zip(image[start..].iter().step_by(self.at.stride)).for_each(|(to, pixel)| *to = *pixel);
        });
    }

    /// `col2im`: adds each column's numbers to the pixels that `im2col` took them from.
    fn col2im(&self, columns: &[f64], image: &mut [f64]) {
        self.at.for_each_run(|tap, i, run, start| {
            let from = &columns[tap * self.at.positions() + i * self.at.output[1]..][run];
            image[start..].iter_mut().step_by(self.at.stride).zip(from).for_each(|(pixel, from)| *pixel += *from);
        });
    }
}

/// Where such kernels stand on images of this shape.
fn place(input: Shape, outputs: usize, kernel: (usize, usize), stride: usize, padding: Padding) -> Result<Convolution, Error> {
    let Shape::Image { channels, height, width } = input else {
        return Err(Error::shape("input of a convolution", "(channels, height, width)", input));
    };
    if stride == 0 {
        return Err(Error::value("stride", "at least 1", 0));
    }
    let (rows, columns) = kernel;
    let sizes = [("rows of a kernel", rows), ("columns of a kernel", columns), ("channels of an image", channels), ("kernels", outputs)];
    check_sizes(&sizes)?;
    let smallest = if padding == Padding::Valid { kernel } else { (1, 1) };
    if height < smallest.0 || width < smallest.1 {
        return Err(Error::shape("input of a convolution", format!("at least (1, {}, {})", smallest.0, smallest.1), input));
    }
    Ok(Convolution::new([channels, height, width], outputs, [rows, columns], stride, padding))
}

impl Layer for Conv2d {
    fn name(&self) -> String {
        let stride = if self.at.stride == 1 { String::new() } else { format!(", stride {}", self.at.stride) };
        let padding = if self.padding == Padding::Same { ", same" } else { "" };
        let bias = if self.b.is_empty() { ", no bias" } else { "" };
        format!("Convolution {}@{}×{}{stride}{padding}{bias}", self.at.outputs, self.at.kernel[0], self.at.kernel[1])
    }

    fn output_shape(&self, input: Shape) -> Result<Shape, Error> {
        let [channels, height, width] = self.at.image;
        let expected = Shape::from((channels, height, width));
        if input != expected {
            return Err(Error::shape("input of a convolution", expected, input));
        }
        Ok(Shape::from((self.at.outputs, self.at.output[0], self.at.output[1])))
    }

    fn parameters(&self) -> Parameters<'_> {
        Parameters { w: self.w.view(), b: self.b.view() }
    }

    fn parameters_mut(&mut self) -> ParametersMut<'_> {
        ParametersMut { w: self.w.view_mut(), b: self.b.view_mut() }
    }

    fn initialise(&mut self, init: Init, rng: &mut RandomState) {
        let [rows, columns] = self.at.kernel;
        init.fill(self.w.as_slice_mut().expect("standard layout"), self.at.taps(), self.at.outputs * rows * columns, rng);
        self.b.fill(0.0);
    }

    fn forward(&self, x: &Array2<f64>, z: &mut Array2<f64>, memory: &mut Memory, _: Option<&mut RandomState>) {
        let (taps, positions) = (self.at.taps(), self.at.positions());
        memory.values.resize(taps * positions, 0.0);
        for (x, z) in x.outer_iter().zip(z.outer_iter_mut()) {
            self.im2col(x.to_slice().expect("standard layout"), &mut memory.values);
            let columns = ArrayView2::from_shape((taps, positions), &memory.values).expect("resized");
            let mut z = z.into_shape_with_order((self.at.outputs, positions)).expect("the output's shape");
            z.fill(0.0);
            z.outer_iter_mut().zip(&self.b).for_each(|(mut z, &b)| z.fill(b));
            general_mat_mul(1.0, &self.w, &columns, 1.0, &mut z);
        }
    }

    fn backward(&self, step: Step<'_>, delta: &Array2<f64>, mut delta_x: Option<&mut Array2<f64>>, gradient: Option<&mut LayerGradient>) {
        let (taps, positions) = (self.at.taps(), self.at.positions());
        let (wanted, mut unwanted) = (gradient.is_some(), LayerGradient::default());
        let LayerGradient { w: dw, b: db, workspace } = gradient.unwrap_or(&mut unwanted);
        dw.fill(0.0);
        db.fill(0.0);
        workspace.resize(taps * positions, 0.0);
        for (s, delta) in delta.outer_iter().enumerate() {
            let delta = delta.into_shape_with_order((self.at.outputs, positions)).expect("the output's shape");
            if wanted {
                self.im2col(step.x.row(s).to_slice().expect("standard layout"), workspace);
                let columns = ArrayView2::from_shape((taps, positions), &*workspace).expect("resized");
                general_mat_mul(1.0, &delta, &columns.t(), 1.0, dw);
                db.iter_mut().zip(delta.outer_iter()).for_each(|(db, row)| *db += row.sum());
            }
            if let Some(delta_x) = &mut delta_x {
                let mut columns = ArrayViewMut2::from_shape((taps, positions), &mut *workspace).expect("resized");
                general_mat_mul(1.0, &self.w.t(), &delta, 0.0, &mut columns);
                let mut delta_x = delta_x.row_mut(s);
                delta_x.fill(0.0);
                self.col2im(workspace, delta_x.as_slice_mut().expect("standard layout"));
            }
        }
    }

    fn units(&self) -> (&'static str, ArrayView2<'_, f64>) {
        ("kernel", self.w.view())
    }

    fn lower(&self) -> Option<kernel::Layer<'_>> {
        let (w, b) = (self.w.as_slice().expect("standard layout"), self.b.as_slice().expect("standard layout"));
        Some(kernel::Layer::Conv2d { w, b, convolution: self.at })
    }
}
