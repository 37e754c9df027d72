//! Runs a function in a process of its own, so that whatever it does to that process, the notebook's goes on.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{fs, iter, mem, panic, ptr};

use crate::value::{read, write};

/// How long a function may take for all cases together.
const SECONDS: u32 = 5;

/// How much memory it may ask for.
const MEMORY: u64 = 1 << 30;

/// Whether this process runs a function: the checks that it may call start no further one.
static INSIDE: AtomicBool = AtomicBool::new(false);

/// A process started meanwhile by another thread would hold our end open.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// What this gives for 0, 1, … up to `cases`, and why there is not one for each, if so.
pub(crate) fn run(cases: usize, of: &dyn Fn(usize) -> Vec<u8>) -> (Vec<Vec<u8>>, Option<String>) {
    if INSIDE.load(Ordering::Relaxed) {
        return ((0..cases).map(of).collect(), None);
    }
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    // Text that waits to be printed would be printed by both, and a lock that another thread holds would be held for ever in the child.
    let mut out = io::stdout().lock();
    let _ = out.flush();
    match UnixStream::pair().map(|ends| (ends, unsafe { libc::fork() })) {
        Ok(((ours, theirs), 0)) => {
            drop(ours);
            child(theirs, cases, of)
        }
        Ok(((mut ours, theirs), process)) if process > 0 => {
            drop((theirs, out));
            let mut bytes = Vec::new();
            let received = ours.read_to_end(&mut bytes);
            let ending = wait(process);
            let mut rest = &bytes[..];
            let answers = iter::from_fn(|| read(&mut rest).map(<[u8]>::to_vec)).collect();
            (answers, if received.is_ok() { ending } else { Some("its answers could not be read".to_owned()) })
        }
        _ => (Vec::new(), Some(format!("no process could be started for it: {}", io::Error::last_os_error()))),
    }
}

/// Sends the answers, and ends.
fn child(mut end: UnixStream, cases: usize, of: &dyn Fn(usize) -> Vec<u8>) -> ! {
    INSIDE.store(true, Ordering::Relaxed);
    panic::set_hook(Box::new(|_| {}));
    // As the system's manual asks for: each pointer is to a value of its type that lives.
    unsafe {
        libc::signal(libc::SIGALRM, libc::SIG_DFL);
        let mut none: libc::sigset_t = mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, ptr::null_mut());
        libc::alarm(SECONDS);
        if let Some(used) = data_in_use() {
            let limit = used + MEMORY;
            libc::setrlimit(libc::RLIMIT_DATA, &libc::rlimit { rlim_cur: limit, rlim_max: limit });
        }
    }
    for case in 0..cases {
        let mut bytes = Vec::new();
        write(&of(case), &mut bytes);
        if end.write_all(&bytes).is_err() {
            break;
        }
    }
    let _ = io::stdout().flush();
    unsafe { libc::_exit(0) }
}

/// The bytes of data that this process has, where the system tells.
fn data_in_use() -> Option<u64> {
    let pages: u64 = fs::read_to_string("/proc/self/statm").ok()?.split_whitespace().nth(5)?.parse().ok()?;
    Some(pages * unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as u64)
}

/// Waits for the process to end, and says how it did unless it did as it should.
fn wait(process: libc::pid_t) -> Option<String> {
    let mut status = 0;
    while unsafe { libc::waitpid(process, &raw mut status, 0) } < 0 {
        if io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
            return Some("nothing is known of its end".to_owned());
        }
    }
    if libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGALRM {
        Some(format!("your code was still running after {SECONDS} seconds, and was stopped. Does a loop never end?"))
    } else if libc::WIFSIGNALED(status) {
        Some(format!(
            "your code ended the process that ran it. Did it ask for more than {} MiB of memory, or does a function call itself without end?",
            MEMORY >> 20
        ))
    } else {
        Some("your code left the program in place of returning.".to_owned())
    }
}
