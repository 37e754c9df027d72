// Runs in every kernel before the notebook's first cell; kernel.py hands it over. It is one statement and leaves no
// names behind: those would be compiled again with every cell.
{
    use std::io::Write;
    use std::time::{Duration, Instant};

    fn say(text: &str) {
        let _ = std::io::stderr().write_all(text.as_bytes()); // `eprint!` would panic where nobody listens any more
    }

    // The line of a cell, as evcxr has put it among its own.
    fn line_of_cell(number: u32) -> Option<String> {
        let code = std::path::Path::new(&std::env::var_os("EVCXR_TMPDIR")?).join("src/lib.rs");
        let code = std::fs::read_to_string(code).ok()?;
        let mut lines = code.lines().skip(number as usize - 1);
        // A last expression stands in parentheses that show it, and an operator is said to be where they begin.
        let line = lines.find(|line| *line != "(" && !line.starts_with("evcxr_send_text_plain("))?;
        Some(line.trim().to_string())
    }

    // What a panic shows: what happened, and where. The words go by another way than the kernel's knowledge that the
    // cell has ended: the cell is held until they have arrived, or they would stand below the next one.
    let cells = std::thread::current().id();
    let last = std::sync::Mutex::new(None::<Instant>);
    std::panic::set_hook(Box::new(move |panic| {
        let what = panic.payload_as_str().unwrap_or("a panic without a message");
        let place = panic.location().map(|place| {
            let (file, number) = (place.file(), place.line());
            let line = if file == "src/lib.rs" { line_of_cell(number) } else { None };
            line.unwrap_or_else(|| {
                let folder = file.rfind("/src/").and_then(|src| file[..src].rfind('/'));
                format!("{}:{number}", &file[folder.map_or(0, |slash| slash + 1)..])
            })
        });
        let in_cell = std::thread::current().id() == cells;
        let who = if in_cell { "" } else { "thread " };
        say(&format!("{who}panicked: {what}\n      at: {}\n", place.unwrap_or_default()));
        if in_cell {
            let mut last = last.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            // Not after each of many that a cell catches.
            if last.is_none_or(|last| last.elapsed() > Duration::from_millis(200)) {
                std::thread::sleep(Duration::from_millis(100));
            }
            *last = Some(Instant::now());
        }
    }));

    // The signs of life that execution.py asks for: a panic, which the words before and behind it show to be heard.
    if let Some(questions) = std::env::var_os("KERNEL_SIGNS") {
        std::thread::spawn(move || {
            let Ok(questions) = std::fs::File::open(questions) else { return };
            for nonce in std::io::BufRead::lines(std::io::BufReader::new(questions)).map_while(Result::ok) {
                say(&format!("{nonce} begins\n"));
                let message = nonce.clone();
                let _ = std::thread::spawn(move || panic!("{message}")).join();
                say(&format!("{nonce} ends\n"));
            }
        });
    }
};
