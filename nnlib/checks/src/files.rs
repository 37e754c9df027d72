//! The tasks of lesson 16: what is kept in a file and what comes from outside.

use std::fmt::Debug;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Verdict;
use crate::task::Task;
use crate::watch::{Event, Kind, Watch};

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
///
/// ```
/// use nnlib_checks as check;
/// let verdict = check::read_numbers(|bytes| {
///     if bytes.len() % 8 != 0 {
///         return Err(format!("expected a multiple of 8 bytes, got {}", bytes.len()));
///     }
///     Ok(bytes.chunks_exact(8).map(|eight| f64::from_le_bytes(eight.try_into().unwrap())).collect())
/// });
/// assert!(verdict.passed());
/// ```
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

/// Checks `save(path, bytes)`: the bytes are in the file afterwards, whole, and at no moment has the file held anything but the old bytes
/// or the new ones; nothing else is left in the folder. A folder that is not there is an error, not a panic.
///
/// The check looks at the file's identity, and so knows whether the old file was written over; on Linux it sees every step in the folder.
///
/// ```
/// use nnlib_checks as check;
/// let verdict = check::save(|path, bytes| {
///     let beside = path.with_extension("new");
///     std::fs::write(&beside, bytes)?;
///     std::fs::rename(&beside, path)
/// });
/// assert!(verdict.passed());
/// ```
pub fn save(save: fn(&Path, &[u8]) -> std::io::Result<()>) -> Verdict {
    type Save = fn(&Path, &[u8]) -> std::io::Result<()>;
    /// What is there before, and where the save goes.
    type Input = (Option<&'static str>, &'static str);
    static FOLDERS: AtomicUsize = AtomicUsize::new(0);

    /// Saves in a folder of its own, and tells what is found there, and what happened to the old file meanwhile.
    fn tried(save: Save, before: Option<&str>, name: &str) -> (String, String, String) {
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
        let result = std::panic::catch_unwind(|| save(&path, b"the new model"));
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
            .filter(|name| name != "second-name")
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
    Task::new(
        "save",
        save,
        &["old file", "name"],
        &["result", "found in the folder", "the file"],
        |f, (before, name): &Input| tried(f, *before, name),
        |path, bytes| {
            let beside = path.with_extension("new");
            fs::write(&beside, bytes)?;
            fs::rename(&beside, path)
        },
    )
    .case("a new file", (None, "model.json"))
    .case("there is an old one", (Some("the old model"), "model.json"))
    .case("the old one is longer", (Some("the old model, which was longer than the new"), "model.json"))
    .case("a folder that is not there", (None, "nowhere/model.json"))
    .mistake("the old file is written over: killed half way, neither is there. Write beside it, then rename.", |path, bytes| {
        fs::write(path, bytes)
    })
    .mistake("the file beside is still there. rename moves it; copying leaves it, and writes over the old file, too.", |path, bytes| {
        let beside = path.with_extension("new");
        fs::write(&beside, bytes)?;
        fs::copy(&beside, path).map(|_| ())
    })
    .mistake("the new bytes wait beside, and the old file was never replaced. Rename.", |path, bytes| {
        fs::write(path.with_extension("new"), bytes)
    })
    .mistake(
        "between removing the old file, or putting it aside, and renaming the new one there is none. rename alone replaces it at once.",
        |path, bytes| {
            let beside = path.with_extension("new");
            fs::write(&beside, bytes)?;
            let _ = fs::remove_file(path);
            fs::rename(&beside, path)
        },
    )
    .mistake(
        "the new file waits in another folder. That may be another disk, from which rename fails: put it beside the old one.",
        |path, bytes| {
            let elsewhere = std::env::temp_dir().join(format!("model-{}", std::process::id()));
            fs::write(&elsewhere, bytes)?;
            let renamed = fs::rename(&elsewhere, path);
            let _ = fs::remove_file(&elsewhere);
            renamed
        },
    )
    .mistake("the error is swallowed: whoever saves must learn that it failed. Pass it on with ?.", |path, bytes| {
        let beside = path.with_extension("new");
        if fs::write(&beside, bytes).is_ok() {
            return fs::rename(&beside, path);
        }
        Ok(())
    })
    .verdict()
}

/// Checks `field(body, name)`: the finite number of a form's field in text such as `x1=0.5&x2=-0.25`, or an error where the field is missing
/// or no finite number.
///
/// ```
/// use nnlib_checks as check;
/// let verdict = check::field(|body, name| {
///     let value = body.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
///     let value = value.ok_or_else(|| format!("{name}: the field is missing"))?;
///     match value.parse::<f64>() {
///         Ok(number) if number.is_finite() => Ok(number),
///         _ => Err(format!("{name}: expected a finite number, got {value:?}")),
///     }
/// });
/// assert!(verdict.passed());
/// ```
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

/// Checks `escaped(text)`: the text as it may be put into a page, with &, <, > and " as &amp;, &lt;, &gt; and &quot;.
///
/// ```
/// use nnlib_checks as check;
/// let verdict = check::escaped(|text| {
///     text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
/// });
/// assert!(verdict.passed());
/// ```
pub fn escaped(escaped: fn(&str) -> String) -> Verdict {
    fn by(text: &str, pairs: &[(char, &str)]) -> String {
        pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(*from, to))
    }
    const PAIRS: [(char, &str); 4] = [('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;")];
    Task::new("escaped", escaped, &["text"], &["escaped"], |f, text: &&'static str| f(text), |text| by(text, &PAIRS))
        .case("nothing to do", "0.5")
        .case("a tag", "<b>0.5</b>")
        .case("a script", "<script>alert(\"hello\")</script>")
        .case("and", "salt & pepper")
        .case("escaped already", "&lt;")
        .case("out of a quoted attribute", "\" onclick=\"steal()")
        .mistake("& comes last here, and the & of &lt; becomes &amp;lt;. Replace & first.", |text| {
            by(text, &[('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;"), ('&', "&amp;")])
        })
        .mistake("& is left as it is. Then \"&lt;\" is shown as <, which is not what was sent.", |text| by(text, &PAIRS[1..]))
        .mistake("the quotation mark is left as it is. It ends an attribute, and another may begin.", |text| by(text, &PAIRS[..3]))
        .mistake("the tags are cut out. What was sent is to be shown, not changed.", |text| {
            by(text, &[('<', ""), ('>', ""), ('&', "&amp;"), ('"', "&quot;")])
        })
        .mistake("nothing is replaced.", str::to_owned)
        .verdict()
}
