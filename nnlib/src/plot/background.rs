//! A queue of drawing jobs that a thread of its own works off while training goes on.

use std::fmt::{self, Display};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::error::Error;

/// A queue of jobs that a thread of its own works off, in the order in which they were added.
///
/// Adding a job takes no time worth mentioning. A job that fails or panics is named in the report and takes nothing else down. Jobs still
/// waiting when the queue goes out of scope without [`join`](Background::join) are done first.
///
/// ```
/// use nnlib::plot::{Background, line};
/// let folder = std::env::temp_dir();
/// let mut drawing = Background::new();
/// for epoch in 1..=3 {
///     let loss = vec![0.7, 0.7 / f64::from(epoch)];
///     let path = folder.join(format!("loss-{epoch}.png"));
///     drawing.add(&format!("epoch {epoch}"), move || line("loss", &[0.0, 1.0], &loss)?.save(path));
/// }
/// let report = drawing.join();
/// assert_eq!(report.to_string().lines().next(), Some("3 jobs done, 0 failed"));
/// assert_eq!(report.failed().count(), 0);
/// # Ok::<(), nnlib::Error>(())
/// ```
#[derive(Debug)]
pub struct Background {
    /// Where jobs go, and who does them; nothing once the queue is closed.
    at_work: Option<(Sender<Job>, JoinHandle<Vec<Done>>)>,
}

/// A name, and what is to be done.
type Job = (String, Box<dyn FnOnce() -> Result<(), Error> + Send>);

/// One job of a [`Background`] queue, done.
#[derive(Debug)]
pub struct Done {
    /// The name it was added with.
    pub name: String,
    /// How it ended; a panic is an [`Error::Draw`] with its message.
    pub result: Result<(), Error>,
    /// How long it took.
    pub time: Duration,
}

/// What became of the jobs of a [`Background`] queue, in the order in which they were added.
#[derive(Debug)]
pub struct Report {
    /// Every job.
    pub jobs: Vec<Done>,
}

impl Default for Background {
    fn default() -> Self {
        Self::new()
    }
}

impl Background {
    /// An empty queue.
    pub fn new() -> Self {
        let (jobs, waiting) = channel();
        Self { at_work: Some((jobs, thread::spawn(move || waiting.into_iter().map(finish).collect()))) }
    }

    /// Puts a job at the end of the queue and returns at once.
    pub fn add(&mut self, name: &str, work: impl FnOnce() -> Result<(), Error> + Send + 'static) {
        if let Some((jobs, _)) = &self.at_work {
            // The thread takes jobs until this sender is dropped: somebody receives.
            let _ = jobs.send((name.to_owned(), Box::new(work)));
        }
    }

    /// Waits for all jobs and says what became of them.
    pub fn join(mut self) -> Report {
        Report { jobs: self.close() }
    }

    fn close(&mut self) -> Vec<Done> {
        let Some((jobs, thread)) = self.at_work.take() else { return Vec::new() };
        drop(jobs);
        // Jobs' panics are caught; the thread has none of its own.
        thread.join().unwrap_or_default()
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.close();
    }
}

fn finish((name, work): Job) -> Done {
    let start = Instant::now();
    let result = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let message = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Err(Error::Draw(format!("the job “{name}” panicked: {}", message.unwrap_or("without a message"))))
    });
    Done { name, result, time: start.elapsed() }
}

impl Report {
    /// The jobs that failed.
    pub fn failed(&self) -> impl Iterator<Item = &Done> {
        self.jobs.iter().filter(|job| job.result.is_err())
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failed = self.failed().count();
        write!(f, "{} jobs done, {failed} failed", self.jobs.len())?;
        for job in &self.jobs {
            let seconds = job.time.as_secs_f64();
            match &job.result {
                Ok(()) => write!(f, "\n{}: {seconds:.3} s", job.name)?,
                Err(error) => write!(f, "\n{}: {error} ({seconds:.3} s)", job.name)?,
            }
        }
        Ok(())
    }
}
