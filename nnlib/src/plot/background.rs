//! A queue of drawing jobs that worker threads work off while training goes on.

use std::fmt::{self, Display};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::Error;

/// A queue of jobs that worker threads work off, in the order in which they were added.
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
/// report.into_result()?;
/// # Ok::<(), nnlib::Error>(())
/// ```
#[derive(Debug)]
pub struct Background {
    jobs: Option<Sender<Job>>,
    done: Receiver<(usize, Done)>,
    workers: Vec<JoinHandle<()>>,
    added: usize,
}

struct Job {
    number: usize,
    name: String,
    work: Box<dyn FnOnce() -> Result<(), Error> + Send>,
}

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
    /// An empty queue with a worker for each processor but one, and at least one.
    pub fn new() -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let (jobs, waiting) = channel::<Job>();
        let (report, done) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        let workers = (0..processors.saturating_sub(1).max(1)).map(|_| {
            let (waiting, report) = (Arc::clone(&waiting), report.clone());
            thread::spawn(move || work_off(&waiting, &report))
        });
        Self { jobs: Some(jobs), done, workers: workers.collect(), added: 0 }
    }

    /// Puts a job at the end of the queue and returns at once.
    pub fn add(&mut self, name: &str, work: impl FnOnce() -> Result<(), Error> + Send + 'static) {
        self.push(name, Box::new(work));
    }

    fn push(&mut self, name: &str, work: Box<dyn FnOnce() -> Result<(), Error> + Send>) {
        let job = Job { number: self.added, name: name.to_owned(), work };
        self.added += 1;
        // The workers take jobs until this sender is dropped, so there is always somebody to receive.
        if let Some(jobs) = &self.jobs {
            let _ = jobs.send(job);
        }
    }

    /// Waits for all jobs and says what became of them.
    pub fn join(mut self) -> Report {
        self.finish();
        let mut jobs: Vec<(usize, Done)> = self.done.try_iter().collect();
        jobs.sort_by_key(|(number, _)| *number);
        Report { jobs: jobs.into_iter().map(|(_, done)| done).collect() }
    }

    fn finish(&mut self) {
        self.jobs = None;
        for worker in self.workers.drain(..) {
            // Jobs' panics are caught; a worker has none of its own.
            let _ = worker.join();
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.finish();
    }
}

fn work_off(waiting: &Mutex<Receiver<Job>>, report: &Sender<(usize, Done)>) {
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { number, name, work }) = next else { return };
        let start = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
            let message = panic.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
            Err(Error::Draw(format!("the job “{name}” panicked: {}", message.unwrap_or_else(|| "without a message".to_owned()))))
        });
        let _ = report.send((number, Done { name, result, time: start.elapsed() }));
    }
}

impl Report {
    /// The jobs that failed.
    pub fn failed(&self) -> impl Iterator<Item = &Done> {
        self.jobs.iter().filter(|job| job.result.is_err())
    }

    /// `Ok` when every job succeeded, else the first job's error.
    ///
    /// # Errors
    /// The first job's that failed.
    pub fn into_result(self) -> Result<(), Error> {
        self.jobs.into_iter().try_for_each(|job| job.result)
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
