//! Generative adversarial networks: a generator of samples against a discriminator that tells them from real ones.
//!
//! The generator G turns noise z into samples G(z). The discriminator D gives a sample the probability that it is real: D(x) = sigmoid(s(x)),
//! its network computing the score s. They play for the value (I. Goodfellow et al., 2014)
//!
//! V = mean over real x of ln D(x) + mean over noise z of ln(1 − D(G(z))),
//!
//! which the discriminator raises and the generator lowers, in turn. Everything is computed from the score by
//! [`Loss::SigmoidCrossEntropy`], as ln D = −softplus(−s) and ln(1 − D) = −softplus(s), which neither overflow nor need clipping.
//!
//! Who learns is in the types: [`Discriminator::train`] borrows samples, [`Generator::train`] borrows the discriminator, and each changes
//! itself alone.
//!
//! ```
//! use nnlib::{Activation, Discriminator, Gan, Generator, GeneratorLoss, Optimizer, RandomState, Sequential};
//! let mut rng = RandomState::new(0);
//! let generator = Sequential::input(1).dense(1).build(&mut rng)?;
//! let discriminator = Sequential::input(1).dense(8).activation(Activation::Tanh).dense(1).build(&mut rng)?;
//! let generator = Generator::new(generator, Optimizer::adam(0.01)?, GeneratorLoss::NonSaturating)?;
//! let mut gan = Gan::new(generator, Discriminator::new(discriminator, Optimizer::adam(0.01)?)?)?;
//! for _ in 0..300 {
//!     let real = rng.randn_2d(64, 1) + 3.0;
//!     gan.step(&real, &mut rng)?;
//! }
//! let made = gan.generator.sample(1000, &mut rng)?;
//! assert!((made.mean().unwrap() - 3.0).abs() < 0.5);
//! # Ok::<(), nnlib::Error>(())
//! ```

use ndarray::{Array2, ArrayView2, Axis};
use rand::SeedableRng;

use crate::error::Error;
use crate::math::loss::{Loss, Targets};
use crate::nn::backprop::{Backprop, Sought};
use crate::nn::pass::Gradients;
use crate::nn::sequential::Sequential;
use crate::random::RandomState;
use crate::train::optimizer::Optimizer;

/// What the generator minimises: the mean over its samples of a function of their scores s = s(G(z)), with D = sigmoid(s).
///
/// | loss | function | derivative |
/// | --- | --- | --- |
/// | `Minimax` | ln(1 − D) = −softplus(s) | −sigmoid(s) = −D |
/// | `NonSaturating` | −ln D = softplus(−s) | sigmoid(s) − 1 = −(1 − D) |
///
/// Both fall as the score rises. But while the discriminator sees through the generator, D ≈ 0, the first derivative vanishes and the second
/// is near −1: the generator learns when it most needs to.
///
/// ```
/// use ndarray::array;
/// use nnlib::GeneratorLoss;
/// let seen_through = array![[-8.0]];
/// assert!(GeneratorLoss::Minimax.gradient(&seen_through)[[0, 0]].abs() < 0.001);
/// assert!(GeneratorLoss::NonSaturating.gradient(&seen_through)[[0, 0]] < -0.999);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum GeneratorLoss {
    /// The game's own value.
    Minimax,
    /// The one that has a gradient when it is needed.
    #[default]
    NonSaturating,
}

impl GeneratorLoss {
    /// The loss for the scores (n, 1) of generated samples.
    pub fn value(self, scores: &Array2<f64>) -> f64 {
        self.value_and_gradient(scores).0
    }

    /// The gradient of [`GeneratorLoss::value`] with respect to the scores, of their shape.
    pub fn gradient(self, scores: &Array2<f64>) -> Array2<f64> {
        self.value_and_gradient(scores).1
    }

    fn value_and_gradient(self, scores: &Array2<f64>) -> (f64, Array2<f64>) {
        let (target, sign) = self.as_cross_entropy();
        let (targets, mut delta) = (Array2::from_elem(scores.raw_dim(), target), Array2::zeros(scores.raw_dim()));
        let (scores, scale) = (scores.as_standard_layout(), sign / scores.len() as f64);
        let value = Loss::SigmoidCrossEntropy.value_and_gradient(scores.view(), (&targets).into(), scale, &mut delta);
        (value, delta)
    }

    /// The target of the cross-entropy that the loss is, and its sign: the generator asks for 1, or for the opposite of 0.
    fn as_cross_entropy(self) -> (f64, f64) {
        match self {
            Self::Minimax => (0.0, -1.0),
            Self::NonSaturating => (1.0, 1.0),
        }
    }
}

/// The network that makes samples of noise, and how it learns.
#[derive(Clone, Debug, PartialEq)]
pub struct Generator {
    network: Sequential,
    optimizer: Optimizer,
    loss: GeneratorLoss,
}

impl Generator {
    /// A generator that minimises this loss by this optimiser.
    ///
    /// # Errors
    /// [`Error::Shape`] for an optimiser that has trained another network.
    pub fn new(network: Sequential, mut optimizer: Optimizer, loss: GeneratorLoss) -> Result<Self, Error> {
        optimizer.prepare(&network)?;
        Ok(Self { network, optimizer, loss })
    }

    /// The network, from noise (n, latent) to samples (n, d).
    pub fn network(&self) -> &Sequential {
        &self.network
    }

    /// Standard Gaussian noise for `n` samples, shape (n, latent).
    pub fn noise(&self, n: usize, rng: &mut RandomState) -> Array2<f64> {
        rng.randn_2d(n, self.network.input_shape().size())
    }

    /// `n` samples of fresh noise, shape (n, d).
    ///
    /// # Errors
    /// [`Error::Empty`] for none.
    pub fn sample(&self, n: usize, rng: &mut RandomState) -> Result<Array2<f64>, Error> {
        self.network.output(&self.noise(n, rng))
    }

    /// One step towards samples of the noise `z` (n, latent) that the discriminator takes for real; gives the loss before the step.
    ///
    /// The gradient comes through the discriminator, which stays as it is: where its backward pass ends, dL/dx with x = G(z), the
    /// generator's begins.
    ///
    /// # Errors
    /// [`Error::Shape`] when noise, samples and discriminator do not fit together, [`Error::NotFinite`] when training has diverged.
    pub fn train(&mut self, discriminator: &Discriminator, z: &Array2<f64>, rng: &mut RandomState) -> Result<f64, Error> {
        let n = z.nrows();
        let pack = discriminator.pack(n, self.network.output_size())?;
        let rows = n / pack;
        let work = n * self.network.work() + rows * discriminator.network.work();
        let (loss, gradients) = if work < WORTH_A_THREAD || rows < 2 {
            self.gradients(discriminator, z.view(), rows, rng)?
        } else {
            let (one, other) = z.view().split_at(Axis(0), rows / 2 * pack);
            let mut other_rng = RandomState::from_rng(rng);
            let one = || self.gradients(discriminator, one, rows, rng);
            let other = || self.gradients(discriminator, other, rows, &mut other_rng);
            sum(both(work, one, other))?
        };
        self.optimizer.step(&mut self.network, &gradients)?;
        Ok(loss)
    }

    /// What the noise `z` adds to the mean of the loss over `rows` scores, and to its gradients.
    fn gradients(&self, discriminator: &Discriminator, z: ArrayView2<'_, f64>, rows: usize, rng: &mut RandomState) -> Part {
        let (target, sign) = self.loss.as_cross_entropy();
        let (z, mut own, mut judge) = (z.to_owned(), Backprop::new(&self.network), Backprop::new(&discriminator.network));
        self.network.check_input(&z)?;
        let made = own.forward(&self.network, &z, rng)?;
        let (size, packed) = (made.raw_dim(), discriminator.packed(made)?);
        discriminator.network.check_input(&packed)?;
        let targets = Array2::from_elem((packed.nrows(), 1), target);
        let loss = (Targets::from(&targets), Loss::SigmoidCrossEntropy, sign / rows as f64);
        let sought = Sought { y_hat: false, parameters: false, input: true };
        let value = judge.loss(&discriminator.network, &packed, loss, sought, rng)?;
        let delta = judge.delta_x().to_shape(size).expect("packed from it").into_owned();
        own.gradient_from(&self.network, &z, &delta)?;
        Ok((value, own.into_gradients()))
    }
}

/// The network that scores samples, high for real ones, and how it learns.
///
/// A network whose input is m times as wide as a sample judges m samples side by side, all real or all generated: it is *packed* (Z. Lin et
/// al., "PacGAN", 2018). A generator that makes always the same then gives itself away.
#[derive(Clone, Debug, PartialEq)]
pub struct Discriminator {
    network: Sequential,
    optimizer: Optimizer,
    smoothing: f64,
}

impl Discriminator {
    /// A discriminator that learns by this optimiser.
    ///
    /// # Errors
    /// [`Error::Shape`] for a network with more than one output, or an optimiser that has trained another network.
    pub fn new(network: Sequential, mut optimizer: Optimizer) -> Result<Self, Error> {
        let outputs = network.output_size();
        if outputs != 1 {
            return Err(Error::shape("output of a discriminator", "(n, 1), a score", format!("(n, {outputs})")));
        }
        optimizer.prepare(&network)?;
        Ok(Self { network, optimizer, smoothing: 0.0 })
    }

    /// Asks for D = 1 − `smoothing` on real samples rather than for certainty (T. Salimans et al., 2016).
    ///
    /// # Errors
    /// [`Error::Value`] unless 0 ≤ `smoothing` < 0.5.
    pub fn smoothing(mut self, smoothing: f64) -> Result<Self, Error> {
        if !(0.0..0.5).contains(&smoothing) {
            return Err(Error::value("label smoothing", "a number in [0, 0.5)", smoothing));
        }
        self.smoothing = smoothing;
        Ok(self)
    }

    /// The network, from samples (n / m, m · d) to scores (n / m, 1).
    pub fn network(&self) -> &Sequential {
        &self.network
    }

    /// How many of `n` samples of `d` numbers it judges at once.
    fn pack(&self, n: usize, d: usize) -> Result<usize, Error> {
        let inputs = self.network.input_shape().size();
        if d == 0 || !inputs.is_multiple_of(d) {
            return Err(Error::shape("input of the discriminator", format!("(n, a multiple of {d})"), format!("(n, {inputs})")));
        }
        let pack = inputs / d;
        if n == 0 || !n.is_multiple_of(pack) {
            return Err(Error::value("samples for the discriminator", format!("a multiple of {pack}, as it judges that many at once"), n));
        }
        Ok(pack)
    }

    /// Samples (n, d) side by side, (n / m, m · d).
    fn packed(&self, x: &Array2<f64>) -> Result<Array2<f64>, Error> {
        let pack = self.pack(x.nrows(), x.ncols())?;
        Ok(x.to_shape((x.nrows() / pack, x.ncols() * pack)).expect("as many numbers").into_owned())
    }

    /// The scores of samples (n, d), one for each m that are judged at once.
    ///
    /// # Errors
    /// [`Error::Shape`] or [`Error::Value`] when they do not fill the discriminator's input.
    pub fn scores(&self, x: &Array2<f64>) -> Result<Array2<f64>, Error> {
        self.network.output(&self.packed(x)?)
    }

    /// One step towards telling `real` samples (n, d) from `fake` ones; gives the loss before the step, −V.
    ///
    /// With the target t = 1 − smoothing for real samples and 0 for fake ones, it is the binary cross-entropy
    /// t softplus(−s) + (1 − t) softplus(s), averaged over each of the two and added; its derivative is sigmoid(s) − t.
    ///
    /// # Errors
    /// [`Error::Shape`] or [`Error::Value`] when the samples do not fill the discriminator's input, [`Error::NotFinite`] for a NaN or an
    /// infinity among them, or when training has diverged.
    pub fn train(&mut self, real: &Array2<f64>, fake: &Array2<f64>, rng: &mut RandomState) -> Result<f64, Error> {
        if real.ncols() != fake.ncols() {
            return Err(Error::shape("real samples", format!("(n, {}), as the generated ones", fake.ncols()), format!("{:?}", real.dim())));
        }
        let (real, fake) = (self.packed(real)?, self.packed(fake)?);
        let mut fake_rng = RandomState::from_rng(rng);
        let on_real = || self.gradients(&real, 1.0 - self.smoothing, rng);
        let on_fake = || self.gradients(&fake, 0.0, &mut fake_rng);
        let work = (real.nrows() + fake.nrows()) * self.network.work();
        let (loss, gradients) = sum(both(work, on_real, on_fake))?;
        self.optimizer.step(&mut self.network, &gradients)?;
        Ok(loss)
    }

    /// The mean of the cross-entropy with target `t`, and its gradients.
    fn gradients(&self, x: &Array2<f64>, t: f64, rng: &mut RandomState) -> Part {
        self.network.check_input(x)?;
        let targets = Array2::from_elem((x.nrows(), 1), t);
        let loss = (Targets::from(&targets), Loss::SigmoidCrossEntropy, 1.0 / x.nrows() as f64);
        let mut backprop = Backprop::new(&self.network);
        let value = backprop.loss(&self.network, x, loss, Sought { y_hat: false, parameters: true, input: false }, rng)?;
        Ok((value, backprop.into_gradients()))
    }
}

/// A generator and its discriminator, trained in turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Gan {
    /// What makes samples.
    pub generator: Generator,
    /// What judges them.
    pub discriminator: Discriminator,
}

/// The losses of both sides, each before its step.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct GanLosses {
    /// The discriminator's; 2 ln 2 ≈ 1.386 where it can only guess.
    pub discriminator: f64,
    /// The generator's.
    pub generator: f64,
}

impl Gan {
    /// The two, made to meet.
    ///
    /// # Errors
    /// [`Error::Shape`] when the discriminator's input is no multiple of the generator's output.
    pub fn new(generator: Generator, discriminator: Discriminator) -> Result<Self, Error> {
        let d = generator.network.output_size();
        let inputs = discriminator.network.input_shape().size();
        discriminator.pack(inputs, d)?;
        Ok(Self { generator, discriminator })
    }

    /// A step of the discriminator on `real` samples (n, d) and as many generated ones, then a step of the generator on fresh noise.
    ///
    /// # Errors
    /// As [`Discriminator::train`] and [`Generator::train`].
    pub fn step(&mut self, real: &Array2<f64>, rng: &mut RandomState) -> Result<GanLosses, Error> {
        let d = self.generator.network.output_size();
        if real.ncols() != d {
            return Err(Error::shape("real samples", format!("(n, {d}), as the generator's"), format!("{:?}", real.dim())));
        }
        let fake = self.generator.sample(real.nrows(), rng)?;
        let discriminator = self.discriminator.train(real, &fake, rng)?;
        let z = self.generator.noise(real.nrows(), rng);
        let generator = self.generator.train(&self.discriminator, &z, rng)?;
        Ok(GanLosses { discriminator, generator })
    }
}

/// A loss and its gradients, of a part of the samples.
type Part = Result<(f64, Gradients), Error>;

/// The sum of two parts.
fn sum((one, other): (Part, Part)) -> Part {
    let ((one, mut gradients), (other, others)) = (one?, other?);
    gradients.add(&others);
    Ok((one + other, gradients))
}

/// From so many multiplications on, a step is split over two threads; starting one takes as long as 100,000.
///
/// The split depends on nothing but the work, so that the number of cores changes no bit.
const WORTH_A_THREAD: usize = 2_000_000;

/// Both results, computed at the same time where there is work enough.
fn both<T: Send>(work: usize, one: impl FnOnce() -> T + Send, other: impl FnOnce() -> T) -> (T, T) {
    if work < WORTH_A_THREAD {
        return (one(), other());
    }
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        (one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), other)
    })
}
