//! The tasks of lesson 16: what is kept in a file and what comes from outside.

use std::fmt::Debug;
use std::fs;
use std::io::Write;
use std::panic::catch_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::Verdict;
use crate::task::Task;
use crate::watch::{Event, Kind, Watch, break_the_disk};

/// The numbers as bytes, eight each, the lowest first.
fn bytes(numbers: &[f64]) -> Vec<u8> {
    numbers.iter().flat_map(|v| v.to_le_bytes()).collect()
}

/// What came of something that may fail, as text.
fn told<T: Debug, E>(result: Result<T, E>) -> String {
    result.map_or_else(|_| "an error".to_owned(), |value| format!("{value:?}"))
}

/// Checks `read_numbers(bytes)`: the 64-bit numbers that stand in these bytes, eight for each, the lowest byte first; an error where the
/// bytes do not come out even.
pub fn read_numbers(read_numbers: fn(&[u8]) -> Result<Vec<f64>, String>) -> Verdict {
    fn numbers(bytes: &[u8], of: fn([u8; 8]) -> f64) -> Vec<f64> {
        bytes.chunks_exact(8).map(|eight| of(eight.try_into().expect("eight"))).collect()
    }
    fn even(bytes: &[u8]) -> Result<(), String> {
        if bytes.len().is_multiple_of(8) { Ok(()) } else { Err(format!("expected a multiple of 8 bytes, got {}", bytes.len())) }
    }
    let cut = bytes(&[1.0, 2.0])[..15].to_vec();
    Task::new(
        "read_numbers",
        read_numbers,
        &["bytes"],
        &["numbers"],
        |f, bytes: &Vec<u8>| told(f(bytes)),
        |bytes| {
            even(bytes)?;
            Ok(numbers(bytes, f64::from_le_bytes))
        },
    )
    .case("one number", bytes(&[1.0]))
    .case("three numbers", bytes(&[0.5, -2.0, 1e-3]))
    .case("none", Vec::new())
    .case("one byte short", cut)
    .case("three bytes alone", vec![0, 0, 1])
    .mistake("the highest byte is taken first. In the file it is the last: from_le_bytes.", |bytes| {
        even(bytes)?;
        Ok(numbers(bytes, f64::from_be_bytes))
    })
    .mistake("bytes that are left over are passed by in silence. A file that was cut short must be an error.", |bytes| {
        Ok(numbers(bytes, f64::from_le_bytes))
    })
    .mistake("the bytes are read as whole numbers. They are the 64 bits of a float.", |bytes| {
        even(bytes)?;
        Ok(numbers(bytes, |eight| u64::from_le_bytes(eight) as f64))
    })
    .mistake("a number has eight bytes. This reads four.", |bytes| {
        even(bytes)?;
        Ok(bytes.chunks_exact(4).map(|four| f64::from(f32::from_le_bytes(four.try_into().expect("four")))).collect())
    })
    .verdict()
}

/// Checks `save(path, bytes)`: the bytes are in the file afterwards, whole and on the disk, and at no moment has the file held anything but the
/// old bytes or the new ones; nothing else is left in the folder. A folder that is not there is an error, not a panic.
///
/// The check looks at the file's identity, and so knows whether the old file was written over; on Linux it sees every step in the folder, and
/// has the disk report an error to whoever waits for it.
pub fn save(save: fn(&Path, &[u8]) -> std::io::Result<()>) -> Verdict {
    type Save = fn(&Path, &[u8]) -> std::io::Result<()>;
    /// What is there before, where the save goes, and how the disk is.
    type Input = (Option<&'static str>, &'static str, &'static str);
    const BROKEN: &str = "reports an error when one waits for it";
    static FOLDERS: AtomicUsize = AtomicUsize::new(0);

    /// Saves in a folder of its own, and tells what is found there, and what happened to the old file meanwhile.
    fn tried(save: Save, before: Option<&str>, name: &str, disk: &str) -> (String, String, String) {
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("nnlib-check-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder for temporary files");
        let (path, second) = (folder.join(name), folder.join("second-name"));
        if let Some(before) = before {
            fs::write(&path, before).expect("room for a few bytes");
            // A second name of the same file: what is written over the first shows here, what is renamed does not. (Without links all
            // answers look alike in this.)
            let _ = fs::hard_link(&path, &second);
        }
        let watch = Watch::new(&folder);
        if disk == BROKEN {
            break_the_disk();
        }
        let result = catch_unwind(|| save(&path, b"the new model"));
        let events = watch.map(|watch| watch.events()).unwrap_or_default();
        let kept = match (before, fs::read_to_string(&second)) {
            (Some(before), Ok(now)) if now != before => "was written over",
            _ => steps(&events, name),
        }
        .to_owned();
        let mut found: Vec<String> = fs::read_dir(&folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|file| file != "second-name" && (disk != BROKEN || file == name))
            .map(|name| format!("{name}: {:?}", fs::read_to_string(folder.join(&name)).unwrap_or_default()))
            .collect();
        found.sort();
        // The folder is ours alone; what cannot be removed the system will.
        let _ = fs::remove_dir_all(&folder);
        match result {
            Ok(result) => (told(result.map(|()| "saved")), if found.is_empty() { "nothing".to_owned() } else { found.join(", ") }, kept),
            Err(payload) => std::panic::resume_unwind(payload),
        }
    }
    /// What the events mean for the file of this name.
    fn steps(events: &[Event], name: &str) -> &'static str {
        for (i, event) in events.iter().enumerate() {
            match event.kind {
                Kind::Gone if event.name == name => return "was gone before the new one was there",
                Kind::Made | Kind::Changed if event.name == name => return "was made under its own name, and then filled",
                Kind::Came if event.name == name && !events[..i].iter().any(|left| left.cookie == event.cookie) => {
                    return "was replaced by a file from another folder";
                }
                _ => {}
            }
        }
        "was whole at every moment"
    }
    fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
        let mut file = fs::File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }
    Task::new(
        "save",
        save,
        &["old file", "name", "disk"],
        &["result", "found in the folder", "the file"],
        |f, (before, name, disk): &Input| tried(f, *before, name, disk),
        |path, bytes| {
            let beside = path.with_extension("new");
            write(&beside, bytes)?;
            fs::rename(&beside, path)
        },
    )
    .case("a new file", (None, "model.json", "works"))
    .case("there is an old one", (Some("the old model"), "model.json", "works"))
    .case("the old one is longer", (Some("the old model, which was longer than the new"), "model.json", "works"))
    .case("a folder that is not there", (None, "nowhere/model.json", "works"))
    // The last: a broken disk stays so.
    .case("the bytes do not get to the disk", (Some("the old model"), "model.json", BROKEN))
    .mistake(
        "the name may change before the bytes are on the disk, and after a power failure the file is empty. Which method of a file waits, and \
         says when it failed? (sync_all.)",
        |path, bytes| {
            let beside = path.with_extension("new");
            fs::write(&beside, bytes)?;
            fs::rename(&beside, path)
        },
    )
    .mistake("the disk is waited for when the name has changed already. First the bytes, then the name.", |path, bytes| {
        let beside = path.with_extension("new");
        fs::write(&beside, bytes)?;
        fs::rename(&beside, path)?;
        fs::File::open(path)?.sync_all()
    })
    .mistake("the old file is written over: killed half way, neither is there. Write beside it, then rename.", |path, bytes| {
        write(path, bytes)
    })
    .mistake("the file beside is still there. rename moves it; copying leaves it, and writes over the old file, too.", |path, bytes| {
        let beside = path.with_extension("new");
        write(&beside, bytes)?;
        fs::copy(&beside, path).map(|_| ())
    })
    .mistake("the new bytes wait beside, and the old file was never replaced. Rename.", |path, bytes| {
        write(&path.with_extension("new"), bytes)
    })
    .mistake(
        "between removing the old file, or putting it aside, and renaming the new one there is none. rename alone replaces it at once.",
        |path, bytes| {
            let beside = path.with_extension("new");
            write(&beside, bytes)?;
            let _ = fs::remove_file(path);
            fs::rename(&beside, path)
        },
    )
    .mistake(
        "the new file waits in another folder. That may be another disk, from which rename fails: put it beside the old one.",
        |path, bytes| {
            let elsewhere = std::env::temp_dir().join(format!("model-{}", std::process::id()));
            write(&elsewhere, bytes)?;
            let renamed = fs::rename(&elsewhere, path);
            let _ = fs::remove_file(&elsewhere);
            renamed
        },
    )
    .mistake("the error is swallowed: whoever saves must learn that it failed. Pass it on with ?.", |path, bytes| {
        let beside = path.with_extension("new");
        if write(&beside, bytes).is_ok() {
            return fs::rename(&beside, path);
        }
        Ok(())
    })
    .verdict()
}

/// Checks `field(body, name)`: the finite number of a form's field in text such as `x1=0.5&x2=-0.25`, or an error where the field is missing
/// or no finite number.
pub fn field(field: fn(&str, &str) -> Result<f64, String>) -> Verdict {
    fn found<'a>(body: &'a str, name: &str) -> Option<&'a str> {
        body.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }
    fn number(text: Option<&str>) -> Result<f64, String> {
        text.ok_or("missing")?.parse().map_err(|_| "no number".to_owned())
    }
    fn finite(number: f64) -> Result<f64, String> {
        if number.is_finite() { Ok(number) } else { Err("not finite".to_owned()) }
    }
    Task::new(
        "field",
        field,
        &["body", "name"],
        &["number"],
        |f, (body, name): &(&'static str, &'static str)| told(f(body, name)),
        |body, name| number(found(body, name)).and_then(finite),
    )
    .case("the first field", ("x1=0.5&x2=-0.25", "x1"))
    .case("the second", ("x1=0.5&x2=-0.25", "x2"))
    .case("a name that begins another", ("x10=7&x1=3", "x1"))
    .case("a name that ends another", ("max1=5&x1=3", "x1"))
    .case("the field is missing", ("x1=0.5", "x2"))
    .case("the field is missing, and another ends like it", ("max1=5", "x1"))
    .case("no number", ("x1=many", "x1"))
    .case("nothing", ("x1=", "x1"))
    .case("an infinity", ("x1=inf", "x1"))
    .case("no number by name", ("x1=NaN", "x1"))
    .mistake("Rust reads \"inf\" and \"NaN\" as numbers. Ask is_finite().", |body, name| number(found(body, name)))
    .mistake("a missing field counts as 0. Whoever forgot it gets an answer to a question they did not ask.", |body, name| {
        number(found(body, name).or(Some("0"))).and_then(finite)
    })
    .mistake("what is no number counts as 0.", |body, name| {
        Ok(number(Some(found(body, name).ok_or("missing")?)).and_then(finite).unwrap_or(0.0))
    })
    .mistake("x1 is found in x10, too. The name ends where the = stands.", |body, name| {
        number(body.split('&').find(|pair| pair.starts_with(name)).and_then(|pair| pair.split('=').nth(1))).and_then(finite)
    })
    .mistake("x1= is found at the end of max1=, too. Where does a field begin?", |body, name| {
        let value = body.split_once(&format!("{name}=")).and_then(|(_, rest)| rest.split('&').next());
        number(value).and_then(finite)
    })
    .mistake("this always reads the first field, whatever its name.", |body, _| {
        number(body.split('&').next().and_then(|pair| pair.split('=').nth(1))).and_then(finite)
    })
    .verdict()
}

/// Checks `work_off(jobs, workers)`: what each job returns, in the order of the jobs, and none where it panics. So many threads work at the same
/// time as there are workers, or jobs if there are fewer, and no more.
pub fn work_off(work_off: fn(Vec<fn() -> f64>, usize) -> Vec<Option<f64>>) -> Verdict {
    type Input = (Vec<&'static str>, usize);
    type Job = fn() -> f64;
    static WANTED: AtomicUsize = AtomicUsize::new(0);
    static AT_WORK: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    static ALONE: AtomicBool = AtomicBool::new(false);

    struct Shift;
    impl Drop for Shift {
        fn drop(&mut self) {
            AT_WORK.fetch_sub(1, Ordering::SeqCst);
        }
    }
    /// Counts itself, waits for as many others as there should be, if they come at all, and a little longer.
    fn job(number: usize, milliseconds: u64) -> f64 {
        MOST.fetch_max(1 + AT_WORK.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
        let (_shift, start) = (Shift, Instant::now());
        while MOST.load(Ordering::SeqCst) < WANTED.load(Ordering::SeqCst) && !ALONE.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(1));
            ALONE.fetch_or(start.elapsed() > Duration::from_millis(400), Ordering::SeqCst);
        }
        thread::sleep(Duration::from_millis(milliseconds));
        number as f64
    }
    fn tried(work_off: fn(Vec<Job>, usize) -> Vec<Option<f64>>, (names, workers): &Input) -> (String, usize) {
        let of = |name: &&str| -> Job {
            match *name {
                "slow 1" => || job(1, 60),
                "2" => || job(2, 20),
                "3" => || job(3, 20),
                "4" => || job(4, 20),
                _ => || {
                    job(0, 20);
                    panic!("a job that fails")
                },
            }
        };
        WANTED.store((*workers).min(names.len()), Ordering::SeqCst);
        [&AT_WORK, &MOST].into_iter().for_each(|count| count.store(0, Ordering::SeqCst));
        ALONE.store(false, Ordering::SeqCst);
        (format!("{:?}", work_off(names.iter().map(of).collect(), *workers)), MOST.load(Ordering::SeqCst))
    }
    /// Every worker takes the next job until there is none, and sends what it has, with the job's number.
    fn worked(jobs: Vec<Job>, workers: usize) -> Vec<(usize, Option<f64>)> {
        let queue = Mutex::new(jobs.into_iter().enumerate());
        let (sender, receiver) = mpsc::channel();
        thread::scope(|scope| {
            for _ in 0..workers {
                let (queue, sender) = (&queue, sender.clone());
                let next = move || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                scope.spawn(move || {
                    while let Some((number, job)) = next() {
                        let _ = sender.send((number, catch_unwind(job).ok()));
                    }
                });
            }
        });
        drop(sender);
        receiver.into_iter().collect()
    }
    fn in_order(mut results: Vec<(usize, Option<f64>)>) -> Vec<Option<f64>> {
        results.sort_by_key(|(number, _)| *number);
        results.into_iter().map(|(_, result)| result).collect()
    }
    Task::new(
        "work_off",
        work_off,
        &["jobs", "workers"],
        &["results", "most at work at the same time"],
        |f, input: &Input| tried(f, input),
        |jobs, workers| in_order(worked(jobs, workers)),
    )
    .case("three jobs, one worker", (vec!["slow 1", "2", "3"], 1))
    .case("four jobs, two workers", (vec!["slow 1", "2", "3", "4"], 2))
    .case("a job that panics", (vec!["2", "panic", "3"], 2))
    .case("the first panics, and there is one worker", (vec!["panic", "2"], 1))
    .case("more workers than jobs", (vec!["slow 1", "2", "3"], 8))
    .case("nothing to do", (Vec::new(), 2))
    .mistake("one job after the other: the workers do not work at the same time.", |jobs, _| in_order(worked(jobs, 1)))
    .mistake("a thread for each job, however few workers there are to be.", |jobs, _| {
        let count = jobs.len();
        in_order(worked(jobs, count))
    })
    .mistake("the results stand in the order in which they came. Asked for is the order of the jobs.", |jobs, workers| {
        worked(jobs, workers).into_iter().map(|(_, result)| result).collect()
    })
    .mistake("a job that panics has no place among the results. It leaves a None.", |jobs, workers| {
        in_order(worked(jobs, workers)).into_iter().filter(Option::is_some).collect()
    })
    .mistake("a job that panics counts as 0, which a job might return as well. It leaves a None.", |jobs, workers| {
        in_order(worked(jobs, workers)).into_iter().map(|result| result.or(Some(0.0))).collect()
    })
    .mistake("a worker whose job panics does not come back for the next.", |jobs, workers| {
        let mut left = workers;
        let results = in_order(worked(jobs, workers));
        results
            .into_iter()
            .map(|result| {
                if left == 0 {
                    None
                } else {
                    left -= usize::from(result.is_none());
                    result
                }
            })
            .collect()
    })
    .mistake("the results stand in reverse order.", |jobs, workers| in_order(worked(jobs, workers)).into_iter().rev().collect())
    .verdict()
}
