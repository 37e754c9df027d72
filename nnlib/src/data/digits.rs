//! Handwritten digits. Source and licence stand in `data/README.md`.

use std::borrow::Cow;
use std::io;
use std::path::Path;

use super::{Dataset, idx};
use crate::error::Error;
use crate::file;

/// Handwritten digits: images to train on and images held out.
///
/// An image is a row of `x`, pixel after pixel from the top left, from 0 for paper to 1 for ink: NCHW with a single channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Digits {
    /// The digits to train on.
    pub train: Dataset,
    /// The digits held out.
    pub test: Dataset,
    /// Rows of pixels in an image.
    pub height: usize,
    /// Pixels in a row.
    pub width: usize,
}

/// 8,000 handwritten digits to train on and 2,000 held out, of 28×28 pixels: the first 10,000 of MNIST's training images. They travel inside
/// the crate.
///
/// ```
/// let digits = nnlib::data::digits()?;
/// assert_eq!((digits.train.x.dim(), digits.test.x.dim()), ((8000, 784), (2000, 784)));
/// assert_eq!((digits.height, digits.width, digits.train.classes), (28, 28, 10));
/// # Ok::<(), nnlib::Error>(())
/// ```
///
/// # Errors
/// None, unless the crate was built from damaged files.
pub fn digits() -> Result<Digits, Error> {
    Digits::from_files(&|name| {
        let file = FILES.iter().find(|(file, _)| *file == name).map(|(_, bytes)| *bytes);
        let missing = || Error::file("find", name, io::ErrorKind::NotFound.into());
        Ok((name.to_owned(), Cow::Borrowed(file.ok_or_else(missing)?)))
    })
}

const FILES: [(&str, &[u8]); 4] = [
    ("train-images-idx3-ubyte", include_bytes!("../../data/train-images-idx3-ubyte.gz")),
    ("train-labels-idx1-ubyte", include_bytes!("../../data/train-labels-idx1-ubyte.gz")),
    ("t10k-images-idx3-ubyte", include_bytes!("../../data/t10k-images-idx3-ubyte.gz")),
    ("t10k-labels-idx1-ubyte", include_bytes!("../../data/t10k-labels-idx1-ubyte.gz")),
];

/// What errors call a file, and its bytes.
type Source = (String, Cow<'static, [u8]>);

impl Digits {
    /// Reads the four files of MNIST, or of another set in its form with ten classes, from a folder: `train-images-idx3-ubyte`,
    /// `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, each gzipped (with `.gz` behind its name) or not.
    ///
    /// # Errors
    /// Those of [`read_idx_images`](super::read_idx_images) and [`read_idx_labels`](super::read_idx_labels), and [`Error::Shape`] when the
    /// four files do not go together.
    pub fn read(folder: impl AsRef<Path>) -> Result<Self, Error> {
        Self::from_files(&|name| {
            let plain = folder.as_ref().join(name);
            let gzipped = folder.as_ref().join(format!("{name}.gz"));
            let path = if plain.exists() { plain } else { gzipped };
            if !path.exists() {
                let error = io::Error::new(io::ErrorKind::NotFound, "no such file, nor without .gz behind it");
                return Err(Error::file("find", file::name(&path), error));
            }
            Ok((file::name(&path), Cow::Owned(file::read(&path)?)))
        })
    }

    fn from_files(open: &dyn Fn(&str) -> Result<Source, Error>) -> Result<Self, Error> {
        let set = |set: &str| {
            let (name, file) = open(&format!("{set}-images-idx3-ubyte"))?;
            let images = idx::images(&name, &file)?;
            let (name, file) = open(&format!("{set}-labels-idx1-ubyte"))?;
            let y = idx::labels(&name, &file, 10)?;
            let (n, height, width) = images.dim();
            if y.len() != n {
                return Err(Error::shape(format!("labels in {name}"), format!("({n},), one for each image"), format!("({},)", y.len())));
            }
            let x = images.mapv(|level| f64::from(level) / 255.0).into_shape_with_order((n, height * width));
            let x = x.map_err(|error| Error::shape("images", "those of the file", error))?;
            Ok((Dataset::with_classes(x, y, 10)?, height, width))
        };
        let ((train, height, width), (test, test_height, test_width)) = (set("train")?, set("t10k")?);
        if (height, width) != (test_height, test_width) {
            let expected = format!("{height}×{width} pixels, as those to train on");
            return Err(Error::shape("images held out", expected, format!("{test_height}×{test_width}")));
        }
        Ok(Self { train, test, height, width })
    }
}
