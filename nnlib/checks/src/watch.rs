//! What happens in a folder, step by step, as far as the system tells: on Linux all of it, elsewhere nothing.

use std::path::Path;

pub(crate) enum Kind {
    Made,
    Changed,
    /// Removed, or renamed to another name.
    Gone,
    /// Renamed to this name.
    Came,
}

pub(crate) struct Event {
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// The same in the two events of a rename within the folder.
    pub(crate) cookie: u32,
}

#[cfg(target_os = "linux")]
pub(crate) struct Watch(std::fs::File);

#[cfg(target_os = "linux")]
impl Watch {
    /// Watches from now on.
    pub(crate) fn new(folder: &Path) -> Option<Self> {
        use std::os::{fd::FromRawFd, unix::ffi::OsStrExt};
        let folder = std::ffi::CString::new(folder.as_os_str().as_bytes()).ok()?;
        let mask = libc::IN_CREATE | libc::IN_MODIFY | libc::IN_DELETE | libc::IN_MOVED_FROM | libc::IN_MOVED_TO;
        // The path ends with a 0, and the descriptor is ours alone: it is closed with the file.
        unsafe {
            let descriptor = libc::inotify_init1(libc::IN_NONBLOCK | libc::IN_CLOEXEC);
            let file = (descriptor >= 0).then(|| std::fs::File::from_raw_fd(descriptor))?;
            (libc::inotify_add_watch(descriptor, folder.as_ptr(), mask) >= 0).then_some(Self(file))
        }
    }

    /// What has happened, in order.
    pub(crate) fn events(mut self) -> Vec<Event> {
        use std::io::Read;
        let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
        while let Ok(count @ 1..) = self.0.read(&mut part) {
            bytes.extend(&part[..count]);
        }
        let mut events = Vec::new();
        // Each is four numbers of 32 bits (watch, mask, cookie, size of the name), and the name filled up with zeros.
        let mut rest = &bytes[..];
        while let Some((head, after)) = rest.split_first_chunk::<16>() {
            let number = |i: usize| u32::from_ne_bytes([head[i], head[i + 1], head[i + 2], head[i + 3]]);
            let (mask, cookie, size) = (number(4), number(8), number(12) as usize);
            let name = String::from_utf8_lossy(&after[..size]).trim_end_matches('\0').to_owned();
            let kind = match mask {
                libc::IN_CREATE => Kind::Made,
                libc::IN_MODIFY => Kind::Changed,
                libc::IN_MOVED_TO => Kind::Came,
                _ => Kind::Gone,
            };
            events.push(Event { kind, name, cookie });
            rest = &after[size..];
        }
        events
    }
}

/// From now on, for the rest of this thread, waiting for the disk fails with an error, where the system allows that: a disk that breaks.
#[cfg(target_os = "linux")]
pub(crate) fn break_the_disk() {
    use libc::{BPF_ABS, BPF_JEQ, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W, SYS_fdatasync, SYS_fsync};
    let (is, give) = ((BPF_JMP | BPF_JEQ | BPF_K) as u16, (BPF_RET | BPF_K) as u16);
    let line = |code: u16, jt: u8, jf: u8, k: u32| libc::sock_filter { code, jt, jf, k };
    // The number of the system call is the first word of what the filter sees.
    let mut filter = [
        line((BPF_LD | BPF_W | BPF_ABS) as u16, 0, 0, 0),
        line(is, 1, 0, SYS_fsync as u32),
        line(is, 0, 1, SYS_fdatasync as u32),
        line(give, 0, 0, libc::SECCOMP_RET_ERRNO | libc::EIO as u32),
        line(give, 0, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
    // The program and its lines live until the system has copied them.
    unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program);
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn break_the_disk() {}

#[cfg(not(target_os = "linux"))]
pub(crate) struct Watch;

#[cfg(not(target_os = "linux"))]
impl Watch {
    pub(crate) fn new(_: &Path) -> Option<Self> {
        None
    }

    pub(crate) fn events(self) -> Vec<Event> {
        Vec::new()
    }
}
