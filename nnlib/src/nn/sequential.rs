//! The network: layers in order, and a forward pass that is a value.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

use crate::error::{Error, check_finite};
use crate::math::activation::softmax;
use crate::math::loss::{Loss, Targets};
use crate::math::shape::Shape;
use crate::nn::classifier::{Classifier, classes};
use crate::nn::layer::{Layer, MOST_NUMBERS};
use crate::nn::lowered::Lowered;
use crate::nn::pass::{Gradients, Pass, nth};
use crate::random::RandomState;

/// Layers in order, each fed with the output of the one before.
///
/// [`Sequential::forward`] gives a [`Pass`], which holds every z and a; [`Sequential::backward`] takes it and gives [`Gradients`], which hold
/// every δ and the gradient of every parameter. The network itself holds its parameters and nothing else, so `&self` is enough for both.
///
/// ```
/// use ndarray::array;
/// use nnlib::{Activation, Loss, RandomState, Sequential};
/// // Keras: Sequential([Input((2,)), Dense(3, "tanh"), Dense(2)])
/// let network = Sequential::input(2).dense(3).activation(Activation::Tanh).dense(2).build(&mut RandomState::new(0))?;
/// let pass = network.forward(&array![[0.5, -1.0]])?;
/// assert_eq!(pass.z(1)?.dim(), (1, 3));
/// assert!((pass.a(1)? - pass.z(1)?.mapv(f64::tanh)).iter().all(|difference| difference.abs() < 1e-15));
/// let gradients = network.backward(&pass, &array![1], Loss::SoftmaxCrossEntropy)?;
/// assert_eq!(gradients.w(1)?.dim(), (2, 3));
/// # Ok::<(), nnlib::Error>(())
/// ```
#[derive(Clone)]
pub struct Sequential {
    layers: Vec<Box<dyn Layer>>,
    /// The shapes of a sample before the first layer and after each.
    shapes: Vec<Shape>,
}

impl PartialEq for Sequential {
    /// The same layers with the same parameters, by what they say of themselves.
    fn eq(&self, other: &Self) -> bool {
        let same = |a: &dyn Layer, b: &dyn Layer| {
            let (p, q) = (a.parameters(), b.parameters());
            a.name() == b.name() && p.w == q.w && p.b == q.b
        };
        self.shapes == other.shapes && self.layers.iter().zip(&other.layers).all(|(a, b)| same(&**a, &**b))
    }
}

impl Sequential {
    /// A network of ready layers.
    ///
    /// # Errors
    /// [`Error::Empty`] without layers, [`Error::Shape`] where a layer does not take the output of the one before, [`Error::Value`] for a
    /// sample of no numbers, or of more than 2²⁸.
    pub fn new(input: Shape, layers: Vec<Box<dyn Layer>>) -> Result<Self, Error> {
        if layers.is_empty() {
            return Err(Error::empty("layers of the network"));
        }
        check_size("input of the network", input)?;
        let mut shapes = vec![input];
        for layer in &layers {
            let shape = layer.output_shape(shapes[shapes.len() - 1])?;
            check_size("output of a layer", shape)?;
            shapes.push(shape);
        }
        Ok(Self { layers, shapes })
    }

    /// The layers, in order.
    pub fn layers(&self) -> &[Box<dyn Layer>] {
        &self.layers
    }

    /// The layers, to be changed; their sizes must stay.
    pub(crate) fn layers_mut(&mut self) -> &mut [Box<dyn Layer>] {
        &mut self.layers
    }

    /// The shape of a sample.
    pub fn input_shape(&self) -> Shape {
        self.shapes[0]
    }

    /// The shapes before the first layer and after each one.
    pub fn shapes(&self) -> &[Shape] {
        &self.shapes
    }

    /// How many numbers the output has.
    pub(crate) fn output_size(&self) -> usize {
        self.shapes[self.shapes.len() - 1].size()
    }

    /// The number of trainable parameters.
    pub fn parameter_count(&self) -> usize {
        self.layers.iter().map(|layer| layer.parameters()).map(|p| p.w.len() + p.b.len()).sum()
    }

    /// The multiplications of a forward pass for one sample, roughly.
    pub(crate) fn work(&self) -> usize {
        let layers = self
            .layers
            .iter()
            .zip(&self.shapes[1..])
            .map(|(layer, shape)| (layer.units().1.dim(), layer.parameters().w.len(), shape.size()));
        // A unit's weights are used once for each of its outputs.
        layers.map(|((units, _), w, outputs)| if w == 0 { outputs } else { w * outputs / units }).sum()
    }

    /// Where the textbook's layer `l`, counted from 1, stands among [`layers`](Self::layers).
    fn weighted(&self, l: usize) -> Result<usize, Error> {
        let weighted: Vec<usize> = (0..self.layers.len()).filter(|&i| !self.layers[i].parameters().w.is_empty()).collect();
        nth(&weighted, l)
    }

    /// The weights of layer `l`, counted from 1 over the layers that have weights: (d, h) for a dense layer, (outputs, channels · rows ·
    /// columns) for a convolution.
    ///
    /// # Errors
    /// [`Error::Value`] when there is no such layer.
    pub fn w(&self, l: usize) -> Result<ArrayView2<'_, f64>, Error> {
        Ok(self.layers[self.weighted(l)?].parameters().w)
    }

    /// The biases of layer `l`, counted from 1 over the layers that have weights.
    ///
    /// # Errors
    /// [`Error::Value`] when there is no such layer.
    pub fn b(&self, l: usize) -> Result<ArrayView1<'_, f64>, Error> {
        Ok(self.layers[self.weighted(l)?].parameters().b)
    }

    /// Replaces the weights and biases of layer `l`, counted from 1 over the layers that have weights.
    ///
    /// # Errors
    /// [`Error::Value`] when there is no such layer, [`Error::Shape`] when the sizes differ, [`Error::NotFinite`] for a NaN or an infinity.
    pub fn set(&mut self, l: usize, w: &Array2<f64>, b: &Array1<f64>) -> Result<(), Error> {
        check_finite("w", w)?;
        check_finite("b", b)?;
        let at = self.weighted(l)?;
        let mut own = self.layers[at].parameters_mut();
        if own.w.dim() != w.dim() {
            return Err(Error::shape(format!("w of layer {l}"), format!("{:?}", own.w.dim()), format!("{:?}", w.dim())));
        }
        if own.b.len() != b.len() {
            return Err(Error::shape(format!("b of layer {l}"), format!("({},)", own.b.len()), format!("({},)", b.len())));
        }
        own.w.assign(w);
        own.b.assign(b);
        Ok(())
    }

    /// All parameters in one vector θ of shape ([`parameter_count`](Self::parameter_count),): layer by layer the weights, row by row, then
    /// the biases.
    ///
    /// [`Gradients::parameters`] has the same order, so that mathematics about a point in the space of parameters reads as it is written:
    ///
    /// ```
    /// use ndarray::array;
    /// use nnlib::{Loss, RandomState, Sequential};
    /// let mut network = Sequential::input(2).dense(2).build(&mut RandomState::new(0))?;
    /// let (x, y) = (array![[0.5, -1.0]], array![1]);
    /// let gradient = network.backward(&network.forward(&x)?, &y, Loss::SoftmaxCrossEntropy)?.parameters();
    /// let before = network.loss(&x, &y, Loss::SoftmaxCrossEntropy)?;
    /// let theta = network.parameters() - 0.1 * gradient; // a step of gradient descent
    /// network.set_parameters(&theta)?;
    /// assert!(network.loss(&x, &y, Loss::SoftmaxCrossEntropy)? < before);
    /// # Ok::<(), nnlib::Error>(())
    /// ```
    pub fn parameters(&self) -> Array1<f64> {
        self.layers.iter().map(|layer| layer.parameters()).flat_map(|p| p.w.into_iter().chain(p.b)).copied().collect()
    }

    /// Replaces all parameters by those of θ, in the order of [`parameters`](Self::parameters).
    ///
    /// # Errors
    /// [`Error::Shape`] for another number of parameters, [`Error::NotFinite`] for a NaN or an infinity.
    pub fn set_parameters(&mut self, theta: &Array1<f64>) -> Result<(), Error> {
        if theta.len() != self.parameter_count() {
            return Err(Error::shape("parameters of the network", format!("({},)", self.parameter_count()), format!("({},)", theta.len())));
        }
        check_finite("parameters of the network", theta)?;
        let mut numbers = theta.iter();
        for layer in &mut self.layers {
            let own = layer.parameters_mut();
            own.w.into_iter().chain(own.b).zip(&mut numbers).for_each(|(own, &number)| *own = number);
        }
        Ok(())
    }

    /// The sum of the squares of all weights (not of the biases), ‖w‖².
    pub fn squared_weights(&self) -> f64 {
        self.layers.iter().map(|layer| layer.parameters().w.fold(0.0, |sum, w| sum + w * w)).sum()
    }

    pub(crate) fn check_input(&self, x: &Array2<f64>) -> Result<(), Error> {
        if x.nrows() == 0 {
            return Err(Error::empty("samples"));
        }
        if x.ncols() != self.input_shape().size() {
            let expected = format!("(n, {}), a sample of {} in each row", self.input_shape().size(), self.input_shape());
            return Err(Error::shape("input of the network", expected, format!("({}, {})", x.nrows(), x.ncols())));
        }
        check_finite("input of the network", x)
    }

    /// The forward pass for the rows of `x` (n, d), as in prediction: every z and a.
    ///
    /// # Errors
    /// [`Error::Shape`] when a row is no sample for this network, [`Error::Empty`] without rows, [`Error::NotFinite`] for a NaN or an infinity.
    pub fn forward(&self, x: &Array2<f64>) -> Result<Pass, Error> {
        self.passed(x, None)
    }

    /// The forward pass of training, in which dropout drops.
    ///
    /// # Errors
    /// As [`Sequential::forward`].
    pub fn forward_training(&self, x: &Array2<f64>, rng: &mut RandomState) -> Result<Pass, Error> {
        self.passed(x, Some(rng))
    }

    fn passed(&self, x: &Array2<f64>, rng: Option<&mut RandomState>) -> Result<Pass, Error> {
        self.check_input(x)?;
        let mut pass = Pass::new(&self.layers, &self.shapes);
        pass.run(&self.layers, x, rng)?;
        Ok(pass)
    }

    /// The backward pass: the gradient of `loss` with respect to every parameter, every layer's output and the input.
    ///
    /// # Errors
    /// [`Error::Shape`] when the pass is of another network, and those of [`Loss::check`] for the targets.
    pub fn backward<'t>(&self, pass: &Pass, targets: impl Into<Targets<'t>>, loss: Loss) -> Result<Gradients, Error> {
        self.backward_from(pass, &loss.gradient(pass.output(), targets)?)
    }

    /// The backward pass from a given gradient with respect to the output, dL/dŷ, of the output's shape: for losses of one's own.
    ///
    /// # Errors
    /// [`Error::Shape`] when the pass is of another network or `delta` is not of its output's shape.
    pub fn backward_from(&self, pass: &Pass, delta: &Array2<f64>) -> Result<Gradients, Error> {
        pass.check(&self.shapes)?;
        if delta.dim() != pass.output().dim() {
            return Err(Error::shape("gradient of the output", format!("{:?}", pass.output().dim()), format!("{:?}", delta.dim())));
        }
        let mut gradients = Gradients::new(&self.layers, &self.shapes);
        gradients.last_delta(pass).assign(delta);
        gradients.run(&self.layers, pass, true)?;
        Ok(gradients)
    }

    /// The outputs for the rows of `x` (n, d), of shape (n, k).
    ///
    /// # Errors
    /// As [`Sequential::forward`].
    pub fn output(&self, x: &Array2<f64>) -> Result<Array2<f64>, Error> {
        self.check_input(x)?;
        let mut y_hat = Array2::zeros((x.nrows(), self.output_size()));
        if let Some(mut lowered) = Lowered::new(&self.layers, &self.shapes) {
            let y_hat = y_hat.as_slice_mut().expect("standard layout");
            lowered.output(&self.layers, x.ncols(), x.as_standard_layout().as_slice().expect("standard layout"), false, y_hat);
        } else {
            // In parts, so that the memory needed for the passes does not grow with the data.
            let mut pass = Pass::new(&self.layers, &self.shapes);
            for (x, mut y_hat) in x.axis_chunks_iter(Axis(0), 256).zip(y_hat.axis_chunks_iter_mut(Axis(0), 256)) {
                pass.run(&self.layers, &x.to_owned(), None)?;
                y_hat.assign(pass.output());
            }
        }
        Ok(y_hat)
    }

    /// The loss of the outputs for `x`.
    ///
    /// # Errors
    /// As [`Sequential::forward`] and [`Loss::value`].
    pub fn loss<'t>(&self, x: &Array2<f64>, targets: impl Into<Targets<'t>>, loss: Loss) -> Result<f64, Error> {
        loss.value(&self.output(x)?, targets)
    }
}

/// `Ok` for samples that have numbers, and not too many.
pub(crate) fn check_size(what: &str, shape: Shape) -> Result<(), Error> {
    let fits = (1..=MOST_NUMBERS).contains(&shape.size());
    if fits { Ok(()) } else { Err(Error::value(what, format!("from 1 to {MOST_NUMBERS} numbers"), shape)) }
}

impl Classifier for Sequential {
    /// The class with the largest output; with a single output, class 1 from 0.5 on.
    fn predict_classes(&self, x: &Array2<f64>) -> Result<Array1<usize>, Error> {
        Ok(classes(self.output(x)?.view(), 0.5).collect())
    }

    /// The softmax of the outputs, taken as scores; a single output is taken as the probability of class 1.
    fn probabilities(&self, x: &Array2<f64>) -> Result<Option<Array2<f64>>, Error> {
        let y_hat = self.output(x)?;
        Ok(Some(if y_hat.ncols() == 1 { ndarray::concatenate![Axis(1), 1.0 - &y_hat, y_hat] } else { softmax(&y_hat) }))
    }
}
