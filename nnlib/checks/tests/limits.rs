//! Whatever a reader's function does to the process that runs it, the check says so and goes on.

use std::time::Instant;

use ndarray::{Array2, array};
use nnlib::activation;
use nnlib_checks as check;

fn endless() -> ! {
    loop {
        std::hint::spin_loop();
    }
}

#[test]
fn a_loop_without_end_is_stopped() {
    for verdict in [
        check::softmax_at(|z, _| if z.nrows() > 1 { endless() } else { activation::softmax(z) }),
        check::swish(|_| {
            loop {
                std::thread::sleep(std::time::Duration::from_secs(1))
            }
        }),
    ] {
        assert!(!verdict.passed());
        assert!(verdict.to_string().contains("still running after 5 seconds"), "{verdict}");
    }
    let verdict = check::softmax_at(|z, _| if z.nrows() > 1 { endless() } else { activation::softmax(z) });
    assert!(verdict.to_string().contains("case 2 of 6"), "{verdict}");
}

#[test]
#[cfg(target_os = "linux")]
fn an_answer_that_fills_memory_is_stopped() {
    let start = Instant::now();
    let verdict = check::softmax_at(|_, _| {
        let mut all = Vec::new();
        loop {
            all.push(Vec::<u8>::with_capacity(1 << 24));
            std::hint::black_box(&all);
        }
    });
    assert!(verdict.to_string().contains("more than 1024 MiB of memory"), "{verdict}");
    assert!(start.elapsed().as_secs() < 60);
}

#[test]
fn a_function_that_calls_itself_without_end_is_told() {
    fn deeper(z: f64) -> f64 {
        if z.is_nan() { z } else { std::hint::black_box(deeper(z + 1.0)) + z }
    }
    let verdict = check::swish(deeper);
    assert!(verdict.to_string().contains("call itself without end"), "{verdict}");
}

#[test]
fn a_function_that_ends_the_program_is_told() {
    let verdict = check::swish(|_| std::process::exit(0));
    assert!(verdict.to_string().contains("left the program"), "{verdict}");
    assert!(!check::swish(|_| std::process::abort()).passed());
}

#[test]
fn a_check_may_be_called_inside_a_reader_s_function() {
    let verdict = check::softmax_at(|z, t| {
        assert!(check::swish(|z| z / (1.0 + (-z).exp())).passed());
        assert!(!check::split(|_, _, _, _| todo!()).passed());
        activation::softmax(&(z / t))
    });
    assert!(verdict.passed(), "{verdict}");
    fn itself(z: &Array2<f64>, t: f64) -> Array2<f64> {
        assert!(check::softmax_at(itself).passed());
        activation::softmax(&(z / t))
    }
    assert!(!check::softmax_at(itself).passed());
}

#[test]
fn threads_of_its_own_are_a_function_s_own_affair() {
    let verdict = check::softmax_at(|z, t| std::thread::scope(|scope| scope.spawn(|| activation::softmax(&(z / t))).join().unwrap()));
    assert!(verdict.passed(), "{verdict}");
}

#[test]
fn what_a_check_costs_a_large_notebook_is_little() {
    let large = vec![1u8; 1 << 28];
    assert!(!check::softmax_at(|_, _| array![[0.0]]).passed());
    assert_eq!(large.iter().map(|&byte| usize::from(byte)).sum::<usize>(), 1 << 28);
}
