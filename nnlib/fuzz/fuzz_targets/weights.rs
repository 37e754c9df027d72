//! Weights as safetensors, ours and PyTorch's, for two small networks.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nnlib::{RandomState, Sequential};
use nnlib_fuzz::read;

fuzz_target!(|bytes: &[u8]| {
    let rng = &mut RandomState::new(0);
    let flat = Sequential::input(1).dense(2).build(rng);
    let image = Sequential::input((2, 3, 3)).conv2d(3, (2, 2)).prelu().flatten().dense(3).prelu().dense_without_bias(2).build(rng);
    for mut network in [flat.expect("a network"), image.expect("a network")] {
        let _ = read(bytes, bytes.len(), |path| network.load_weights(path));
    }
});
