use crate::support::{assert_sha256, message};
use nnlib::data::{Digits, digits};

#[test]
fn the_files_are_those_of_the_readme() {
    for name in ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"] {
        assert_sha256(name, &std::fs::read(format!("{}/data/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap());
    }
}

#[test]
fn there_are_eight_and_two_thousand_of_ten_kinds() {
    let digits = digits().unwrap();
    assert_eq!((digits.train.x.dim(), digits.test.x.dim()), ((8000, 784), (2000, 784)));
    assert_eq!((digits.height, digits.width), (28, 28));
    let (train, test) = (digits.train.class_counts(), digits.test.class_counts());
    // The counts of the first 10,000 images of MNIST's training set.
    let both: Vec<usize> = train.iter().zip(&test).map(|(a, b)| a + b).collect();
    assert_eq!(both, [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]);
    assert!(train.iter().all(|&count| count > 600) && test.iter().all(|&count| count > 150));
    let ink = |x: &ndarray::Array2<f64>| x.iter().all(|pixel| (0.0..=1.0).contains(pixel)) && x.iter().any(|&pixel| pixel == 1.0);
    assert!(ink(&digits.train.x) && ink(&digits.test.x));
    // MNIST's mean grey level is known to everyone who normalises with it.
    assert!((digits.train.x.mean().unwrap() - 0.1307).abs() < 0.001);
}

#[test]
fn a_folder_is_read_like_the_embedded_files() {
    let folder = tempfile::tempdir().unwrap();
    let read = || message(Digits::read(folder.path()));
    let image = |n: u8, width: u8| [&[0, 0, 8, 3, 0, 0, 0, n, 0, 0, 0, 1, 0, 0, 0, width][..], &vec![51; usize::from(n * width)]].concat();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("train-images-idx3-ubyte", &image(2, 3));
    let path = folder.path().join("train-labels-idx1-ubyte");
    assert_eq!(read(), format!("could not find {}.gz: no such file, nor without .gz behind it", path.display()));
    write("train-labels-idx1-ubyte", &[0, 0, 8, 1, 0, 0, 0, 1, 7]);
    assert_eq!(read(), format!("labels in {}: expected shape (2,), one for each image, got (1,)", path.display()));
    write("train-labels-idx1-ubyte", &[0, 0, 8, 1, 0, 0, 0, 2, 7, 9]);
    write("t10k-images-idx3-ubyte.gz", &image(1, 4));
    write("t10k-labels-idx1-ubyte", &[0, 0, 8, 1, 0, 0, 0, 1, 0]);
    assert_eq!(read(), "images held out: expected shape 1×3 pixels, as those to train on, got 1×4");
    write("t10k-images-idx3-ubyte.gz", &image(1, 3));
    let digits = Digits::read(folder.path()).unwrap();
    assert_eq!((digits.train.y.to_vec(), digits.test.y.to_vec(), digits.height, digits.width), (vec![7, 9], vec![0], 1, 3));
    assert!(digits.train.x.iter().all(|&pixel| pixel == 0.2));
}
