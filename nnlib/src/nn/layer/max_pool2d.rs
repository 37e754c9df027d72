//! Max pooling: the largest of each window.

use ndarray::Array2;

use super::{Layer, LayerGradient, Memory, Step};
use crate::error::Error;
use crate::kernel;
use crate::math::shape::{Pooling, Shape};
use crate::random::RandomState;

/// The largest number of each `size` × `size` window, the windows side by side; rows and columns that fill no window are left out.
///
/// Backward: each gradient goes to the number that won its window (the first one where several are equal; a NaN wins over every number).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaxPool2d {
    pooling: Pooling,
}

impl MaxPool2d {
    /// Windows of `size` × `size` on images of this shape.
    ///
    /// # Errors
    /// [`Error::Shape`] when the input is no image or smaller than a window, [`Error::Value`] for a window of 0.
    pub fn new(input: Shape, size: usize) -> Result<Self, Error> {
        Ok(Self { pooling: pooling("max pooling", input, size)? })
    }

    /// The height and width of a window.
    pub fn size(&self) -> usize {
        self.pooling.size
    }
}

/// Windows of `size` × `size` on images of this shape, for a layer of this name.
pub(super) fn pooling(layer: &str, input: Shape, size: usize) -> Result<Pooling, Error> {
    let Shape::Image { channels, height, width } = input else {
        return Err(Error::shape(format!("input of {layer}"), "(channels, height, width)", input));
    };
    if size == 0 {
        return Err(Error::value(format!("window of {layer}"), "at least 1", size));
    }
    if channels == 0 || height < size || width < size {
        return Err(Error::shape(format!("input of {layer}"), format!("at least (1, {size}, {size})"), input));
    }
    Ok(Pooling { image: [channels, height, width], size })
}

/// The shape of what pooling makes of an image, which must be the one that it was made for.
pub(super) fn pooled(layer: &str, pooling: &Pooling, input: Shape) -> Result<Shape, Error> {
    let ([channels, height, width], [rows, columns]) = (pooling.image, pooling.output());
    let expected = Shape::from((channels, height, width));
    if input == expected {
        Ok(Shape::from((channels, rows, columns)))
    } else {
        Err(Error::shape(format!("input of {layer}"), expected, input))
    }
}

impl Layer for MaxPool2d {
    fn name(&self) -> String {
        format!("Max pooling {0}×{0}", self.pooling.size)
    }

    fn output_shape(&self, input: Shape) -> Result<Shape, Error> {
        pooled("max pooling", &self.pooling, input)
    }

    fn forward(&self, x: &Array2<f64>, y: &mut Array2<f64>, memory: &mut Memory, _: Option<&mut RandomState>) {
        memory.indices.clear();
        for (x, mut y) in x.outer_iter().zip(y.outer_iter_mut()) {
            for (window, y) in y.iter_mut().enumerate() {
                let corner = self.pooling.corner(window);
                let mut winner = corner;
                for pixel in self.pooling.offsets().map(|offset| corner + offset) {
                    if x[pixel] > x[winner] || (x[pixel].is_nan() && !x[winner].is_nan()) {
                        winner = pixel;
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
        let winners = step.memory.indices.chunks_exact(delta_y.ncols());
        for ((delta_y, mut delta_x), winners) in delta_y.outer_iter().zip(delta_x.outer_iter_mut()).zip(winners) {
            delta_y.iter().zip(winners).for_each(|(&delta, &winner)| delta_x[winner as usize] = delta);
        }
    }

    fn lower(&self) -> Option<kernel::Layer<'_>> {
        Some(kernel::Layer::MaxPool2d(self.pooling))
    }
}
