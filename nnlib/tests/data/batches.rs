use proptest::prelude::*;

use crate::support::message;
use nnlib::RandomState;
use nnlib::data::Batches;

#[test]
fn bad_arguments_are_named() {
    assert_eq!(message(Batches::new(0, 1)), "rows to make batches of: expected at least one, got none");
    let vast = format!("rows to make batches of: expected at most 134217728 numbers in all, got {} × 1", usize::MAX);
    assert_eq!(message(Batches::new(usize::MAX, 1)), vast);
    assert_eq!(message(Batches::new(1, 0)), "batch size: expected at least 1, got 0");
}

proptest! {
    #[test]
    fn every_epoch_holds_every_row_once(seed: u32, n in 1_usize..100, size in 1_usize..120) {
        let mut batches = Batches::new(n, size)?;
        let mut rng = RandomState::new(seed);
        for _ in 0..3 {
            batches.shuffle(&mut rng);
            let sizes: Vec<usize> = batches.iter().map(<[usize]>::len).collect();
            prop_assert_eq!(sizes.len(), n.div_ceil(size));
            prop_assert!(sizes[..sizes.len() - 1].iter().all(|&len| len == size));
            let mut rows: Vec<usize> = batches.into_iter().flatten().copied().collect();
            rows.sort_unstable();
            prop_assert_eq!(rows, (0..n).collect::<Vec<_>>());
        }
    }
}
