//! Training allocates nothing once its first epochs are done, as the operating system's allocator sees it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ops::ControlFlow;

use nnlib::prelude::*;

struct Counting;

thread_local! {
    /// This thread's alone: the test harness allocates on its own.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is the system allocator's; counting touches no memory of its own.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promise is the system allocator's condition.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How many allocations each epoch made, from the sixth to the hundredth.
fn by_epoch(model: &mut Model, x: &Array2<f64>, y: &Array1<usize>, batch_size: usize) -> Result<Vec<usize>, Error> {
    let mut counts = Vec::with_capacity(100);
    let count = FitOptions::epochs(100).batch_size(batch_size).threads(1).on_epoch_end(|_| {
        counts.push(ALLOCATIONS.get());
        ControlFlow::Continue(())
    });
    model.fit(x, y, count)?;
    Ok(counts.windows(2).skip(5).map(|pair| pair[1] - pair[0]).collect())
}

#[test]
fn a_step_allocates_nothing_after_the_first() -> Result<(), Error> {
    let data = data::make_moons(90, 0.20, &mut RandomState::new(0))?;
    let optimizers = [Optimizer::sgd(0.1)?, Optimizer::sgd(0.1)?.momentum(0.9)?.nesterov(), Optimizer::adam(0.01)?];
    for optimizer in optimizers {
        for batch_size in [90, 20] {
            let network = Sequential::input(2).dense(5).activation(Activation::Tanh).dense(2).build(&mut RandomState::new(0))?;
            let mut model = network.compile(Loss::SoftmaxCrossEntropy, optimizer.clone())?.l2(0.01)?.with_accuracy();
            let counts = by_epoch(&mut model, &data.x, &data.y, batch_size)?;
            // The history grows by doubling: its three lists move at 8, 16, 32 and 64 epochs, and nothing else does.
            let moves: usize = counts.iter().sum();
            assert!(moves <= 3 * 4, "{moves} allocations with batches of {batch_size}: {counts:?}");
            assert!(counts.iter().filter(|&&count| count > 0).count() <= 4, "{counts:?}");
        }
    }

    let images = RandomState::new(1).randn_2d(24, 64);
    let classes = Array1::from_shape_fn(24, |i| i % 3);
    let network = Sequential::input((1, 8, 8))
        .conv2d(2, (3, 3))
        .activation(Activation::Tanh)
        .max_pool2d(2)
        .flatten()
        .dense(3)
        .build(&mut RandomState::new(0))?;
    let mut model = network.compile(Loss::SoftmaxCrossEntropy, Optimizer::sgd(0.05)?)?;
    let counts = by_epoch(&mut model, &images, &classes, 8)?;
    assert!(counts.iter().sum::<usize>() <= 2 * 4, "{counts:?}");
    Ok(())
}
