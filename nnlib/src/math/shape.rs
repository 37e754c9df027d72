//! The shape of a sample, and where windows stand on an image, in whole numbers.

use std::fmt;
use std::ops::Range;

/// The shape of one sample, which stands in a row of `size()` numbers.
///
/// ```
/// use nnlib::layer::Shape;
/// assert_eq!(Shape::from((1, 28, 28)).size(), 784);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// So many features.
    Flat(usize),
    /// An image: channel by channel, each row by row.
    Image {
        /// The number of channels: 1 for grey levels.
        channels: usize,
        /// The number of rows of pixels.
        height: usize,
        /// The number of pixels in a row.
        width: usize,
    },
}

impl Shape {
    /// How many numbers a sample has; `usize::MAX` where they are more than that.
    pub fn size(self) -> usize {
        match self {
            Self::Flat(features) => features,
            Self::Image { channels, height, width } => channels.saturating_mul(height).saturating_mul(width),
        }
    }
}

impl From<usize> for Shape {
    fn from(features: usize) -> Self {
        Self::Flat(features)
    }
}

impl From<(usize, usize, usize)> for Shape {
    fn from((channels, height, width): (usize, usize, usize)) -> Self {
        Self::Image { channels, height, width }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flat(features) => write!(f, "({features},)"),
            Self::Image { channels, height, width } => write!(f, "({channels}, {height}, {width})"),
        }
    }
}

/// What surrounds the image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Padding {
    /// Nothing: the kernel stays inside, and the output is smaller than the image.
    #[default]
    Valid,
    /// Zeros, so many that with stride 1 the output is as large as the image (and 1/stride of it, rounded up, otherwise).
    Same,
}

/// Where a kernel stands on an image of (channels, rows, columns): position (i, j) of the output has the kernel's corner at pixel
/// (i · stride − before₀, j · stride − before₁).
///
/// A number of the kernel, at (channel, row, column) in it, is called a tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Convolution {
    /// The image's channels, rows and columns.
    pub(crate) image: [usize; 3],
    /// The number of kernels.
    pub(crate) outputs: usize,
    /// The kernel's rows and columns.
    pub(crate) kernel: [usize; 2],
    /// From one position of the kernel to the next.
    pub(crate) stride: usize,
    /// Rows of zeros above the image and columns to its left. There are as many below and to the right as the output asks for.
    pub(crate) before: [usize; 2],
    /// The output's rows and columns.
    pub(crate) output: [usize; 2],
}

impl Convolution {
    /// Kernels on images that are at least as large as they are, unless zeros surround them.
    pub(crate) fn new(image: [usize; 3], outputs: usize, kernel: [usize; 2], stride: usize, padding: Padding) -> Self {
        let along = |axis: usize| {
            let (size, kernel) = (image[axis + 1], kernel[axis]);
            match padding {
                Padding::Valid => ((size - kernel) / stride + 1, 0),
                Padding::Same => {
                    let output = size.div_ceil(stride);
                    (output, ((output - 1) * stride + kernel).saturating_sub(size) / 2)
                }
            }
        };
        let (vertical, horizontal) = (along(0), along(1));
        Self { image, outputs, kernel, stride, before: [vertical.1, horizontal.1], output: [vertical.0, horizontal.0] }
    }

    /// Numbers in an image.
    pub(crate) fn inputs(&self) -> usize {
        self.image.iter().product()
    }

    /// Positions of the kernel.
    pub(crate) fn positions(&self) -> usize {
        self.output[0] * self.output[1]
    }

    /// Numbers in a kernel.
    pub(crate) fn taps(&self) -> usize {
        self.image[0] * self.kernel[0] * self.kernel[1]
    }

    /// For each tap and each row of the output: the columns of the output at which the tap lies on the image, and the pixel under the first.
    pub(crate) fn for_each_run(&self, mut visit: impl FnMut(usize, usize, Range<usize>, usize)) {
        let ([_, height, width], [rows, columns], [above, left]) = (self.image, self.kernel, self.before);
        for tap in 0..self.taps() {
            let (c, p, q) = (tap / (rows * columns), tap / columns % rows, tap % columns);
            let first = left.saturating_sub(q).div_ceil(self.stride);
            let last = (width + left).saturating_sub(q).div_ceil(self.stride).min(self.output[1]);
            for i in 0..self.output[0] {
                let row = i * self.stride + p;
                if (above..height + above).contains(&row) && first < last {
                    visit(tap, i, first..last, (c * height + row - above) * width + first * self.stride + q - left);
                }
            }
        }
    }
}

/// Windows of `size` × `size` side by side on an image; rows and columns that fill no window are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pooling {
    /// The image's channels, rows and columns.
    pub(crate) image: [usize; 3],
    /// A window's rows, and columns.
    pub(crate) size: usize,
}

impl Pooling {
    /// Numbers in an image.
    pub(crate) fn inputs(&self) -> usize {
        self.image.iter().product()
    }

    /// The output's rows and columns.
    pub(crate) fn output(&self) -> [usize; 2] {
        [self.image[1] / self.size, self.image[2] / self.size]
    }

    /// Windows on an image.
    pub(crate) fn outputs(&self) -> usize {
        self.image[0] * self.output()[0] * self.output()[1]
    }

    /// The pixel in a window's corner.
    #[inline(always)]
    pub(crate) fn corner(&self, window: usize) -> usize {
        let ([_, height, width], [rows, columns]) = (self.image, self.output());
        (window / (rows * columns) * height + window / columns % rows * self.size) * width + window % columns * self.size
    }

    /// From a window's corner to each of its pixels, row by row.
    #[inline(always)]
    pub(crate) fn offsets(&self) -> impl Iterator<Item = usize> + Clone {
        let (size, width) = (self.size, self.image[2]);
        (0..size * size).map(move |at| at / size * width + at % size)
    }
}
