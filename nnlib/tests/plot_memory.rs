//! The largest figure takes little memory, as the operating system counts it.

#![cfg(target_os = "linux")]

use ndarray::array;
use nnlib::{Dataset, plot};

#[test]
fn the_largest_figure_is_made_within_150_mib() {
    let model = |x: &ndarray::Array2<f64>| x.column(0).mapv(|x| usize::from(x > 0.5));
    let data = Dataset::new(array![[-0.5, -0.5], [1.5, 1.5]], array![0, 1]).unwrap();
    let figure = plot::decision_boundary(&model, &data).unwrap();
    let grid = plot::grid(2, vec![figure; 4]).unwrap().title("Large").size(4000, 4000).unwrap();
    assert!(grid.png().unwrap().len() > 10_000);
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kib: usize = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kib < 150 * 1024, "{kib} KiB");
}
