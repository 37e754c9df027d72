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
mod tests {
    use ndarray::{Axis, array, s};
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{assert_close, fixture, floats, matrix, message};

    /// A single-channel image changed in a way that is known.
    fn changed(image: &Array2<f64>, change: Change) -> Array2<f64> {
        let (height, width) = image.dim();
        let pixels = image.iter().copied().collect::<Vec<_>>();
        let origin = change.origin(height, width);
        Array2::from_shape_fn((height, width), |(i, j)| interpolate(&pixels, height, width, origin(i as f64, j as f64)))
    }

    const SAME: Change = Change { down: 0.0, right: 0.0, degrees: 0.0, zoom: 1.0, mirrored: false };

    #[test]
    fn whole_steps_move_pixels() {
        let image = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]];
        let shifted = changed(&image, Change { down: 1.0, right: -1.0, ..SAME });
        assert_eq!(shifted, array![[0.0, 0.0, 0.0], [2.0, 3.0, 0.0], [5.0, 6.0, 0.0]]);
        assert_eq!(changed(&image, Change { mirrored: true, ..SAME }), array![[3.0, 2.0, 1.0], [6.0, 5.0, 4.0], [9.0, 8.0, 7.0]]);
        // np.rot90(image)
        let turned = changed(&image, Change { degrees: 90.0, ..SAME });
        assert_close(&turned, &array![[3.0, 6.0, 9.0], [2.0, 5.0, 8.0], [1.0, 4.0, 7.0]], 1e-12);
        let enlarged = changed(&array![[1.0, 3.0]], Change { zoom: 2.0, ..SAME });
        assert_close(&enlarged, &array![[1.5, 2.5]], 1e-12);
    }

    #[test]
    fn all_at_once_is_scipys_affine_transform() {
        let expected = fixture("affine.json");
        let [down, right, degrees, zoom] = floats(&expected["down_right_degrees_zoom"]).to_vec()[..] else { panic!("four numbers") };
        for (mirrored, key) in [(false, "changed"), (true, "mirrored")] {
            let change = Change { down, right, degrees, zoom, mirrored };
            assert_close(&changed(&matrix(&expected["image"]), change), &matrix(&expected[key]), 1e-12);
        }
    }

    #[test]
    fn channels_are_changed_alike_and_images_differently() {
        let augment = Augment { shift: 2.0, rotation: 30.0, zoom: 0.2, flip: true, ..Augment::images(2, 5, 6) };
        let channel = RandomState::new(1).rand_2d(1, 30);
        let image = ndarray::concatenate![Axis(1), channel, channel];
        let mut x = ndarray::concatenate![Axis(0), image, image];
        augment.apply(&mut x, &mut RandomState::new(0)).unwrap();
        assert_eq!(x.slice(s![.., ..30]), x.slice(s![.., 30..]));
        assert_ne!(x.row(0), x.row(1));
        let mut again = ndarray::concatenate![Axis(0), image, image].reversed_axes().as_standard_layout().to_owned().reversed_axes();
        augment.apply(&mut again, &mut RandomState::new(0)).unwrap();
        assert_eq!(again, x, "the same seed, whatever the order in memory");
    }

    #[test]
    fn bad_arguments_are_named() {
        let apply = |augment: Augment| message(augment.apply(&mut Array2::zeros((1, 6)), &mut RandomState::new(0)));
        let images = Augment::images(1, 2, 3);
        assert_eq!(apply(Augment { shift: -1.0, ..images }), "shift: expected a finite number of at least 0, got -1");
        assert_eq!(apply(Augment { rotation: f64::NAN, ..images }), "rotation: expected a finite number of at least 0, got NaN");
        assert_eq!(apply(Augment { zoom: 1.0, ..images }), "zoom: expected a number in [0, 1), got 1");
        assert_eq!(apply(Augment::images(1, 0, 5)), "height of the images: expected at least 1, got 0");
        assert_eq!(apply(Augment::images(0, 2, 3)), "channels of the images: expected at least 1, got 0");
        let vast = format!("images: expected shape (n, 2·{0}·{0}), got (1, 6)", usize::MAX);
        assert_eq!(apply(Augment::images(2, usize::MAX, usize::MAX)), vast);
        assert_eq!(apply(Augment::images(3, 2, 3)), "images: expected shape (n, 3·2·3), got (1, 6)");
    }

    proptest! {
        #[test]
        fn no_change_changes_nothing(seed: u32, n in 0_usize..3, channels in 1_usize..3, height in 1_usize..7, width in 1_usize..7) {
            let rng = &mut RandomState::new(seed);
            let x = rng.randn_2d(n, channels * height * width);
            let mut same = x.clone();
            Augment::images(channels, height, width).apply(&mut same, rng)?;
            prop_assert_eq!(same, x);
        }

        #[test]
        fn brightness_stays_within_bounds(seed: u32, shift in 0.0..9.0, rotation in 0.0..180.0, zoom in 0.0..0.9, flip: bool) {
            let rng = &mut RandomState::new(seed);
            let mut x = rng.rand_2d(3, 2 * 6 * 5);
            Augment { shift, rotation, zoom, flip, ..Augment::images(2, 6, 5) }.apply(&mut x, rng)?;
            prop_assert!(x.iter().all(|pixel| (0.0..=1.0).contains(pixel)));
        }
    }
}
