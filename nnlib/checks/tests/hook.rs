//! A check catches panics and leaves the process's hook alone.

use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};

use nnlib_checks as check;

#[test]
fn a_check_does_not_touch_the_hook() {
    static TOLD: AtomicUsize = AtomicUsize::new(0);
    let before = panic::take_hook();
    panic::set_hook(Box::new(|_| {
        TOLD.fetch_add(1, Ordering::Relaxed);
    }));
    assert!(!check::softmax_at(|_, _| todo!()).passed());
    assert!(!check::softmax_at(|z, _| z.dot(z)).passed());
    assert_eq!(TOLD.load(Ordering::Relaxed), 0);
    assert!(panic::catch_unwind(|| panic!("told")).is_err());
    assert_eq!(TOLD.load(Ordering::Relaxed), 1);
    panic::set_hook(before);
}
