//! Images slightly changed, so that a network sees more of them than there are.

use ndarray::Array2;

use crate::error::Error;
use crate::random::RandomState;

/// Random changes to images: shift, rotation, zoom and mirroring, drawn anew for each image each time.
///
/// | parameter | default | what it does | unit and range |
/// | --- | --- | --- | --- |
/// | `shift` | 0 | moves down and to the right by uniform draws from ±`shift` | pixels, at least 0 |
/// | `rotation` | 0 | turns about the centre by a uniform draw from ±`rotation` | degrees, at least 0 |
/// | `zoom` | 0 | enlarges about the centre by a uniform draw from 1 ± `zoom` | a share, in [0, 1) |
/// | `flip` | no | mirrors left and right, every other time | |
///
/// An image is a row of `x`, shape (n, channels·height·width): channel after channel, row after row (NCHW). The changes are made in one go,
/// each new pixel interpolated between the four old ones about the place that it comes from; what comes from outside is 0.
///
/// A digit may be shifted and turned a little; mirrored, it is another sign. What is right depends on the pictures.
///
/// ```
/// use nnlib::{RandomState, data::{Augment, digits}};
/// let mut x = digits()?.test.x;
/// let augment = Augment { shift: 2.0, rotation: 10.0, zoom: 0.1, ..Augment::images(1, 28, 28) };
/// augment.apply(&mut x, &mut RandomState::new(0))?;
/// # Ok::<(), nnlib::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Augment {
    /// Channels of an image: 1 for grey.
    pub channels: usize,
    /// Rows of pixels.
    pub height: usize,
    /// Pixels in a row.
    pub width: usize,
    /// The most pixels to shift by.
    pub shift: f64,
    /// The most degrees to turn by.
    pub rotation: f64,
    /// The largest share to enlarge or shrink by.
    pub zoom: f64,
    /// Whether to mirror.
    pub flip: bool,
}

impl Augment {
    /// No change yet, for images of this size.
    pub fn images(channels: usize, height: usize, width: usize) -> Self {
        Self { channels, height, width, shift: 0.0, rotation: 0.0, zoom: 0.0, flip: false }
    }

    /// Changes every image in place.
    ///
    /// # Errors
    /// [`Error::Value`] for a parameter outside its range, [`Error::Shape`] for rows that are no images of the size stated.
    pub fn apply(&self, x: &mut Array2<f64>, rng: &mut RandomState) -> Result<(), Error> {
        for (what, most) in [("shift", self.shift), ("rotation", self.rotation)] {
            if !(most.is_finite() && most >= 0.0) {
                return Err(Error::value(what, "a finite number of at least 0", most));
            }
        }
        if !(0.0..1.0).contains(&self.zoom) {
            return Err(Error::value("zoom", "a number in [0, 1)", self.zoom));
        }
        let Self { channels, height, width, .. } = *self;
        for (what, size) in [("channels", channels), ("height", height), ("width", width)] {
            if size == 0 {
                return Err(Error::value(format!("{what} of the images"), "at least 1", size));
            }
        }
        if channels.checked_mul(height).and_then(|size| size.checked_mul(width)) != Some(x.ncols()) {
            let expected = format!("(n, {channels}·{height}·{width})");
            return Err(Error::shape("images", expected, format!("{:?}", x.dim())));
        }
        let mut image = vec![0.0; x.ncols()];
        for mut row in x.rows_mut() {
            image.iter_mut().zip(&row).for_each(|(to, from)| *to = *from);
            let origin = self.draw(rng).origin(height, width);
            let mut pixels = row.iter_mut();
            for channel in image.chunks(height * width) {
                for i in 0..height {
                    // In the order of the row's pixels: the inner iterator ends first, so that none is lost.
                    for (j, pixel) in (0..width).zip(&mut pixels) {
                        *pixel = interpolate(channel, height, width, origin(i as f64, j as f64));
                    }
                }
            }
        }
        Ok(())
    }

    fn draw(&self, rng: &mut RandomState) -> Change {
        // What is off draws nothing.
        let mut within = |most: f64| if most > 0.0 { rng.uniform(-most, most) } else { 0.0 };
        let (down, right) = (within(self.shift), within(self.shift));
        let (degrees, zoom) = (within(self.rotation), 1.0 + within(self.zoom));
        Change { down, right, degrees, zoom, mirrored: self.flip && rng.random_sample() < 0.5 }
    }
}

/// One image's change: mirrored, enlarged, turned counter-clockwise, then shifted.
struct Change {
    down: f64,
    right: f64,
    degrees: f64,
    zoom: f64,
    mirrored: bool,
}

impl Change {
    /// The old place, row and column, of what is at a new one.
    fn origin(self, height: usize, width: usize) -> impl Fn(f64, f64) -> (f64, f64) {
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        let centre = ((height as f64 - 1.0) / 2.0, (width as f64 - 1.0) / 2.0);
        move |i, j| {
            let (i, j) = (i - centre.0 - self.down, j - centre.1 - self.right);
            let (i, j) = ((cos * i + sin * j) / self.zoom, (cos * j - sin * i) / self.zoom);
            (centre.0 + i, centre.1 + if self.mirrored { -j } else { j })
        }
    }
}

/// The value between the four pixels about a place, each weighted by how near it is; 0 outside.
fn interpolate(pixels: &[f64], height: usize, width: usize, (i, j): (f64, f64)) -> f64 {
    // Places from one pixel outside on are all 0. One pixel more makes them positive, so that a cast is the floor, without a call.
    if !(i > -1.0 && j > -1.0 && i < height as f64 && j < width as f64) {
        return 0.0;
    }
    let (bottom, right) = ((i + 1.0) as usize, (j + 1.0) as usize);
    let (below, beside) = (i + 1.0 - bottom as f64, j + 1.0 - right as f64);
    let at =
        |i: usize, j: usize| if i.wrapping_sub(1) < height && j.wrapping_sub(1) < width { pixels[(i - 1) * width + j - 1] } else { 0.0 };
    (1.0 - below) * ((1.0 - beside) * at(bottom, right) + beside * at(bottom, right + 1))
        + below * ((1.0 - beside) * at(bottom + 1, right) + beside * at(bottom + 1, right + 1))
}

#[cfg(test)]
#[path = "../../tests/unit/data_augment.rs"]
mod tests;
