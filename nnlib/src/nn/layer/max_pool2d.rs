//! Max pooling: the largest of each window.

use ndarray::Array2;

use super::{Layer, LayerGradient, Memory, Shape, Step};
use crate::error::Error;
use crate::random::RandomState;

/// The largest number of each `size` × `size` window, the windows side by side; rows and columns that fill no window are left out.
///
/// Backward: each gradient goes to the number that won its window (the first one where several are equal).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaxPool2d {
    channels: usize,
    height: usize,
    width: usize,
    size: usize,
}

impl MaxPool2d {
    /// Windows of `size` × `size` on images of this shape.
    ///
    /// # Errors
    /// [`Error::Shape`] when the input is no image or smaller than a window, [`Error::Value`] for a window of 0.
    pub fn new(input: Shape, size: usize) -> Result<Self, Error> {
        let Shape::Image { channels, height, width } = input else {
            return Err(Error::shape("input of max pooling", "(channels, height, width)", input));
        };
        if size == 0 {
            return Err(Error::value("window of max pooling", "at least 1", size));
        }
        if height < size || width < size {
            return Err(Error::shape("input of max pooling", format!("at least ({channels}, {size}, {size})"), input));
        }
        Ok(Self { channels, height, width, size })
    }

    /// The height and width of a window.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The image's channels, height and width.
    pub(crate) fn input(&self) -> (usize, usize, usize) {
        (self.channels, self.height, self.width)
    }
}

impl Layer for MaxPool2d {
    fn name(&self) -> String {
        format!("Max pooling {0}×{0}", self.size)
    }

    fn output_shape(&self, input: Shape) -> Result<Shape, Error> {
        let expected = Shape::from((self.channels, self.height, self.width));
        if input != expected {
            return Err(Error::shape("input of max pooling", expected, input));
        }
        Ok(Shape::from((self.channels, self.height / self.size, self.width / self.size)))
    }

    fn forward(&self, x: &Array2<f64>, y: &mut Array2<f64>, memory: &mut Memory, _: Option<&mut RandomState>) {
        let (out_height, out_width) = (self.height / self.size, self.width / self.size);
        memory.indices.clear();
        for (x, mut y) in x.outer_iter().zip(y.outer_iter_mut()) {
            let (x, y) = (x.to_slice().expect("contiguous"), y.as_slice_mut().expect("contiguous"));
            for (o, y) in y.iter_mut().enumerate() {
                let (c, i, j) = (o / (out_height * out_width), o / out_width % out_height, o % out_width);
                let corner = (c * self.height + i * self.size) * self.width + j * self.size;
                let mut winner = corner;
                for di in 0..self.size {
                    for at in corner + di * self.width..corner + di * self.width + self.size {
                        if x[at] > x[winner] {
                            winner = at;
                        }
                    }
                }
                *y = x[winner];
                memory.indices.push(winner as u32);
            }
        }
    }

    fn backward(&self, step: Step<'_>, delta_y: &Array2<f64>, delta_x: Option<&mut Array2<f64>>, _: Option<&mut LayerGradient>) {
        let Some(delta_x) = delta_x else { return };
        delta_x.fill(0.0);
        let outputs = delta_y.ncols();
        for (s, (delta_y, mut delta_x)) in delta_y.outer_iter().zip(delta_x.outer_iter_mut()).enumerate() {
            for (&delta, &winner) in delta_y.iter().zip(&step.memory.indices[s * outputs..]) {
                delta_x[winner as usize] += delta;
            }
        }
    }
}
