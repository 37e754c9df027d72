//! NumPy's legacy random generator, bit for bit, so that a tutorial's seed gives the tutorial's numbers.

use std::convert::Infallible;

use ndarray::{Array1, Array2};
use rand::{Rng, SeedableRng, TryRng};

use crate::error::Error;

const N: usize = 624;
const M: usize = 397;

/// The Mersenne Twister MT19937 with the draws of NumPy's `numpy.random.RandomState`.
///
/// The same seed gives the same numbers as NumPy, whichever the draw. It also implements [`rand`]'s [`Rng`] and [`SeedableRng`], so that
/// it serves wherever `rand` asks for a generator.
///
/// Sources: M. Matsumoto and T. Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998); NumPy's `legacy-distributions.c`.
///
/// ```
/// use nnlib::RandomState;
/// let mut rng = RandomState::new(0); // numpy.random.seed(0)
/// assert_eq!(rng.random_sample(), 0.5488135039273248); // numpy.random.random_sample()
/// assert_eq!(rng.uniform(-1.0, 1.0), 0.43037873274483895); // numpy.random.uniform(-1, 1)
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RandomState {
    state: [u32; N],
    next: usize,
    /// The polar method makes Gaussians in pairs; the second waits here.
    spare_gaussian: Option<f64>,
}

impl RandomState {
    /// A generator that gives the numbers of `numpy.random.RandomState(seed)`.
    pub fn new(seed: u32) -> Self {
        let mut state = [seed; N];
        for i in 1..N {
            let last = state[i - 1];
            state[i] = 1_812_433_253_u32.wrapping_mul(last ^ (last >> 30)).wrapping_add(i as u32);
        }
        Self { state, next: N, spare_gaussian: None }
    }

    /// The next 32 bits of the twister.
    fn word(&mut self) -> u32 {
        if self.next == N {
            self.twist();
        }
        let mut y = self.state[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    fn twist(&mut self) {
        let mix = |high: u32, low: u32| {
            let y = (high & 0x8000_0000) | (low & 0x7fff_ffff);
            (y >> 1) ^ ((y & 1) * 0x9908_b0df)
        };
        let s = &mut self.state;
        for i in 0..N - M {
            s[i] = s[i + M] ^ mix(s[i], s[i + 1]);
        }
        for i in N - M..N - 1 {
            s[i] = s[i + M - N] ^ mix(s[i], s[i + 1]);
        }
        s[N - 1] = s[M - 1] ^ mix(s[N - 1], s[0]);
        self.next = 0;
    }

    /// A uniform number in [0, 1) with 53 random bits: `random_sample()`.
    pub fn random_sample(&mut self) -> f64 {
        let high = f64::from(self.word() >> 5);
        let low = f64::from(self.word() >> 6);
        (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0
    }

    /// A uniform number in [`low`, `high`): `uniform(low, high)`.
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.random_sample()
    }

    /// A standard Gaussian by Marsaglia's polar method: `randn()`.
    pub fn randn(&mut self) -> f64 {
        if let Some(gaussian) = self.spare_gaussian.take() {
            return gaussian;
        }
        loop {
            let x1 = 2.0 * self.random_sample() - 1.0;
            let x2 = 2.0 * self.random_sample() - 1.0;
            let r2 = x1 * x1 + x2 * x2;
            if r2 < 1.0 && r2 != 0.0 {
                let f = (-2.0 * r2.ln() / r2).sqrt();
                self.spare_gaussian = Some(f * x1);
                return f * x2;
            }
        }
    }

    /// A Gaussian with mean `loc` and standard deviation `scale`: `normal(loc, scale)`.
    pub fn normal(&mut self, loc: f64, scale: f64) -> f64 {
        loc + scale * self.randn()
    }

    /// An array of standard Gaussians, drawn row by row: `randn(rows, columns)`.
    ///
    /// ```
    /// let w = nnlib::RandomState::new(0).randn_2d(2, 3);
    /// assert_eq!(w[[0, 0]], 1.764052345967664);
    /// ```
    pub fn randn_2d(&mut self, rows: usize, columns: usize) -> Array2<f64> {
        Array2::from_shape_simple_fn((rows, columns), || self.randn())
    }

    /// An array of uniform numbers in [0, 1), drawn row by row: `rand(rows, columns)`.
    pub fn rand_2d(&mut self, rows: usize, columns: usize) -> Array2<f64> {
        Array2::from_shape_simple_fn((rows, columns), || self.random_sample())
    }

    /// A uniform integer in 0..=`max`, by masking and rejection as NumPy's legacy code does.
    fn interval(&mut self, max: u64) -> u64 {
        if max == 0 {
            return 0;
        }
        let mask = u64::MAX >> max.leading_zeros();
        loop {
            let word =
                if max > u64::from(u32::MAX) { (u64::from(self.word()) << 32) | u64::from(self.word()) } else { u64::from(self.word()) };
            if word & mask <= max {
                return word & mask;
            }
        }
    }

    /// A uniform integer in `low`..`high`: `randint(low, high)`.
    ///
    /// # Errors
    /// [`Error::Value`] unless `low < high`.
    pub fn randint(&mut self, low: i64, high: i64) -> Result<i64, Error> {
        if low >= high {
            return Err(Error::value("randint's high", format!("more than low, {low}"), high));
        }
        let range = high.wrapping_sub(low) as u64 - 1;
        Ok(low.wrapping_add(self.interval(range) as i64))
    }

    /// Shuffles in place (Fisher–Yates from the end): `shuffle(items)`.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.interval(i as u64) as usize);
        }
    }

    /// The numbers 0..`n` in random order: `permutation(n)`.
    pub fn permutation(&mut self, n: usize) -> Array1<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        self.shuffle(&mut order);
        Array1::from_vec(order)
    }
}

impl TryRng for RandomState {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.word())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let high = u64::from(self.word()) << 32;
        Ok(high | u64::from(self.word()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(4) {
            chunk.copy_from_slice(&self.word().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

impl SeedableRng for RandomState {
    type Seed = [u8; 4];

    /// The four bytes are the seed of [`RandomState::new`], lowest first.
    fn from_seed(seed: [u8; 4]) -> Self {
        Self::new(u32::from_le_bytes(seed))
    }

    fn seed_from_u64(seed: u64) -> Self {
        Self::new((seed ^ (seed >> 32)) as u32)
    }

    fn from_rng<R: Rng + ?Sized>(rng: &mut R) -> Self {
        Self::new(rng.next_u32())
    }
}
