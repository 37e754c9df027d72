use super::*;
use ndarray::{Axis, array, s};
use proptest::prelude::*;

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
