//! Files written: whole or not at all, in their place, with their permissions.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::message;

use nnlib::{Init, Loss, Model, Optimizer, RandomState, Sequential};
use tempfile::tempdir;

fn names(folder: &Path) -> Vec<PathBuf> {
    let mut names: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    names
}

fn small_model() -> Model {
    let network = Sequential::input(2).dense(2).build(&mut RandomState::new(0)).unwrap();
    network.compile(Loss::MeanSquaredError, Optimizer::sgd(0.1).unwrap()).unwrap()
}

#[test]
fn places_where_no_file_can_be_are_named_and_left_clean() {
    let folder = tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let model = small_model();
    fs::write(path("file"), "").unwrap();
    fs::create_dir(path("folder")).unwrap();
    let says = |action: &str, path: &Path, what: &str| format!("could not {action} {}: {what}", path.display());
    for (name, to_read, to_write) in [
        ("folder", "is a directory", "is a directory"),
        ("file/model.json", "Not a directory (os error 20)", "Not a directory (os error 20)"),
        ("none/model.json", "No such file or directory (os error 2)", "No such file or directory (os error 2)"),
    ] {
        assert_eq!(message(Model::load(path(name))), says("read", &path(name), to_read));
        assert_eq!(message(model.network().clone().load_weights(path(name))), says("read", &path(name), to_read));
        assert_eq!(message(model.save(path(name))), says("write", &path(name), to_write));
        assert_eq!(message(model.network().save_weights(path(name))), says("write", &path(name), to_write));
    }
    // A file that never ends would fill the memory.
    assert_eq!(message(Model::load("/dev/zero")), "could not read /dev/zero: not a regular file");
    let mut left = names(folder.path());
    left.sort();
    assert_eq!(left, [path("file"), path("folder")]);
    assert!(names(&path("folder")).is_empty());
}

#[cfg(unix)]
#[test]
fn files_without_permission_are_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempdir().unwrap();
    let path = folder.path().join("model.json");
    let model = small_model();
    model.save(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).unwrap();
    if fs::read(&path).is_ok() {
        println!("skipped: this user may read and write everything");
    } else {
        assert_eq!(message(Model::load(&path)), format!("could not read {}: Permission denied (os error 13)", path.display()));
        assert_eq!(message(model.save(&path)), format!("could not write {}: the file there is write-protected", path.display()));
    }
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_followed() {
    use std::os::unix::fs::symlink;
    let folder = tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let model = small_model();
    fs::create_dir(path("inner")).unwrap();
    symlink("inner/first", path("link")).unwrap();
    symlink(path("second"), path("inner/first")).unwrap();
    // The first time to where nothing is yet.
    for _ in 0..2 {
        model.save(path("link")).unwrap();
        assert!(path("link").is_symlink() && path("inner/first").is_symlink() && !path("second").is_symlink());
        assert_eq!(Model::load(path("second")).unwrap(), model);
        assert_eq!(names(folder.path()), [path("inner"), path("link"), path("second")]);
        assert_eq!(names(&path("inner")), [path("inner/first")]);
    }
    symlink("circle", path("circle")).unwrap();
    assert!(message(model.save(path("circle"))).contains("symbolic links"));
    assert!(path("circle").is_symlink());
    symlink("/dev/null", path("null")).unwrap();
    assert_eq!(message(model.save(path("null"))), format!("could not write {}: not a regular file", path("null").display()));
    // Figures go the same way.
    symlink("plot", path("figure.png")).unwrap();
    nnlib::plot::line("loss", &[0.0, 1.0], &[1.0, 2.0]).unwrap().save(path("figure.png")).unwrap();
    assert!(path("figure.png").is_symlink() && path("plot").is_file());
}

#[cfg(unix)]
#[test]
fn special_files_stay_what_they_are() {
    use std::os::unix::fs::FileTypeExt;
    let folder = tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let socket = folder.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let model = small_model();
    for path in [&pipe, &socket] {
        assert_eq!(message(model.save(path)), format!("could not write {}: not a regular file", path.display()));
        assert_eq!(message(model.network().save_weights(path)), format!("could not write {}: not a regular file", path.display()));
        assert_eq!(message(Model::load(path)), format!("could not read {}: not a regular file", path.display()));
        assert_eq!(message(model.network().clone().load_weights(path)), format!("could not read {}: not a regular file", path.display()));
    }
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo() && fs::metadata(&socket).unwrap().file_type().is_socket());
    assert_eq!(names(folder.path()), [pipe, socket]);
}

#[cfg(unix)]
#[test]
fn permissions_are_kept() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempdir().unwrap();
    let path = folder.path().join("model.json");
    let (old, new) = (small_model(), large_models());
    old.save(&path).unwrap();
    for mode in [0o600, 0o640, 0o666, 0o700] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        new[0].save(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, mode);
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    assert_eq!(message(old.save(&path)), format!("could not write {}: the file there is write-protected", path.display()));
    assert_eq!(Model::load(&path).unwrap(), new[0]);
    assert_eq!(names(folder.path()), [path]);
}

#[test]
fn names_of_any_legal_length_fit() {
    let folder = tempdir().unwrap();
    for n in [1, 250, 255] {
        let path = folder.path().join("n".repeat(n));
        small_model().save(&path).unwrap();
        assert_eq!(Model::load(&path).unwrap(), small_model());
    }
    assert!(message(small_model().save(folder.path().join("n".repeat(256)))).contains("too long"));
    assert_eq!(names(folder.path()).len(), 3);
}

#[test]
fn only_what_nobody_writes_any_more_is_removed() {
    let folder = tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in [".nnlib-1-0.tmp", ".nnlib-99999999-7.tmp", ".nnlib-1-1.tmp", "nnlib-1-0.tmp", ".nnlib-1-0.json", ".other.tmp"] {
        fs::write(path(name), "unfinished").unwrap();
    }
    fs::create_dir(path(".nnlib-folder.tmp")).unwrap();
    let writing = fs::File::open(path(".nnlib-1-1.tmp")).unwrap();
    writing.lock().unwrap();
    small_model().save(path("model.json")).unwrap();
    let kept = [".nnlib-1-0.json", ".nnlib-1-1.tmp", ".nnlib-folder.tmp", ".other.tmp", "model.json", "nnlib-1-0.tmp"];
    assert_eq!(names(folder.path()), kept.map(path));
    drop(writing);
    small_model().save(path("model.json")).unwrap();
    assert!(!path(".nnlib-1-1.tmp").exists());
}

#[test]
fn many_threads_save_into_one_folder() {
    let folder = tempdir().unwrap();
    let models = large_models();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (models, folder) = (&models, folder.path());
            scope.spawn(move || (0..10).for_each(|i| models[(thread + i) % 2].save(folder.join(format!("{}.json", i % 3))).unwrap()));
        }
    });
    assert_eq!(names(folder.path()).len(), 3);
    names(folder.path()).iter().for_each(|path| assert!(models.contains(&Model::load(path).unwrap())));
}

/// Two models that differ, of a size that takes a while to write.
fn large_models() -> [Model; 2] {
    [0, 1].map(|seed| {
        let network = Sequential::input(100).init(Init::HeNormal).dense(300).dense(2).build(&mut RandomState::new(seed)).unwrap();
        network.compile(Loss::MeanSquaredError, Optimizer::sgd(0.1).unwrap()).unwrap()
    })
}

const CHILD: &str = "NNLIB_TEST_SAVES_TO";

#[test]
#[ignore = "a child of the next test: saves again and again until it is killed"]
fn saves_until_killed() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let models = large_models();
    models[0].save(&path).unwrap();
    println!("saving");
    for model in models.iter().cycle().take(1_000_000) {
        model.save(&path).unwrap();
        model.network().save_weights(Path::new(&path).with_extension("safetensors")).unwrap();
    }
}

#[test]
fn killed_at_any_moment_the_old_file_or_the_new_one_is_there() {
    use std::io::{BufRead, BufReader};
    let folder = tempdir().unwrap();
    let path = folder.path().join("model.json");
    let models = large_models();
    let unfinished = || names(folder.path()).iter().filter(|path| path.extension().is_some_and(|e| e == "tmp")).count();
    let mut interrupted = 0;
    for round in 0..12_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "places::saves_until_killed", "--ignored", "--nocapture"])
            .env(CHILD, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().contains("saving")), "the child did not begin");
        std::thread::sleep(Duration::from_millis(20 + 7 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        let loaded = Model::load(&path).unwrap();
        assert!(models.contains(&loaded), "round {round}: neither the old nor the new model");
        let weights = path.with_extension("safetensors");
        if weights.exists() {
            let mut network = loaded.into_network();
            network.load_weights(&weights).unwrap();
            assert!(models.iter().any(|model| *model.network() == network), "round {round}: neither the old nor the new weights");
        }
        interrupted += unfinished();
        // The next save removes what the killed process could not.
        models[0].save(&path).unwrap();
        assert_eq!(unfinished(), 0, "round {round}");
    }
    println!("{interrupted} of 12 kills met a file half written");
}
