//! The network: layers in order, and a forward pass that is a value.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

use crate::error::Error;
use crate::error::check_finite;
use crate::math::activation::softmax;
use crate::math::loss::Loss;
use crate::math::loss::Targets;
use crate::nn::classifier::{Classifier, classes};
use crate::nn::layer::{AnyLayer, Parameters, Shape};
use crate::nn::lowered::Fast;
use crate::nn::pass::{Gradients, Pass};
use crate::nn::text::Text;
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
#[derive(Clone, Debug, PartialEq)]
pub struct Sequential {
    input: Shape,
    layers: Vec<AnyLayer>,
}

impl Sequential {
    /// A network of ready layers.
    ///
    /// # Errors
    /// [`Error::Empty`] without layers, [`Error::Shape`] where a layer does not take the output of the one before, [`Error::Value`] for a
    /// sample of no numbers, or of more than 2³² − 1.
    pub fn new(input: Shape, layers: Vec<AnyLayer>) -> Result<Self, Error> {
        if layers.is_empty() {
            return Err(Error::empty("layers of the network"));
        }
        check_size("input of the network", input)?;
        let mut shape = input;
        for layer in &layers {
            shape = layer.get().output_shape(shape)?;
            check_size("output of a layer", shape)?;
        }
        Ok(Self { input, layers })
    }

    /// The layers, in order.
    pub fn layers(&self) -> &[AnyLayer] {
        &self.layers
    }

    /// The layers, to be changed; their sizes must stay.
    pub(crate) fn layers_mut(&mut self) -> &mut [AnyLayer] {
        &mut self.layers
    }

    /// The shape of a sample.
    pub fn input_shape(&self) -> Shape {
        self.input
    }

    /// The shapes before the first layer and after each one.
    pub fn shapes(&self) -> Vec<Shape> {
        let mut shapes = vec![self.input];
        for layer in &self.layers {
            let last = *shapes.last().expect("starts with the input");
            shapes.push(layer.get().output_shape(last).expect("checked by new"));
        }
        shapes
    }

    /// How many numbers the output has.
    pub(crate) fn output_size(&self) -> usize {
        self.shapes().last().map_or(0, |shape| shape.size())
    }

    /// The number of trainable parameters.
    pub fn parameter_count(&self) -> usize {
        self.layers.iter().map(|layer| layer.get().parameters()).map(|p| p.w.len() + p.b.len()).sum()
    }

    /// The multiplications of a forward pass for one sample, roughly.
    pub(crate) fn work(&self) -> usize {
        let layers =
            self.layers.iter().zip(self.shapes().into_iter().skip(1)).map(|(layer, shape)| (layer.get().parameters(), shape.size()));
        // A weight is used once for each position of its kernel.
        layers.map(|(p, outputs)| if p.w.is_empty() { outputs } else { p.w.len() * outputs / p.b.len().max(1) }).sum()
    }

    /// Where the textbook's layer `l`, counted from 1, stands among [`layers`](Self::layers).
    fn weighted(&self, l: usize) -> Result<usize, Error> {
        nth_weighted(&self.layers, l)
    }

    /// The weights of layer `l`, counted from 1 over the layers that have weights: (d, h) for a dense layer, (outputs, channels · rows ·
    /// columns) for a convolution.
    ///
    /// # Errors
    /// [`Error::Value`] when there is no such layer.
    pub fn w(&self, l: usize) -> Result<ArrayView2<'_, f64>, Error> {
        Ok(self.layers[self.weighted(l)?].get().parameters().w)
    }

    /// The biases of layer `l`, counted from 1 over the layers that have weights.
    ///
    /// # Errors
    /// [`Error::Value`] when there is no such layer.
    pub fn b(&self, l: usize) -> Result<ArrayView1<'_, f64>, Error> {
        Ok(self.layers[self.weighted(l)?].get().parameters().b)
    }

    /// Replaces the weights and biases of layer `l`, counted from 1 over the layers that have weights.
    ///
    /// # Errors
    /// [`Error::Value`] when there is no such layer, [`Error::Shape`] when the sizes differ, [`Error::NotFinite`] for a NaN or an infinity.
    pub fn set(&mut self, l: usize, w: &Array2<f64>, b: &Array1<f64>) -> Result<(), Error> {
        check_finite("w", w)?;
        check_finite("b", b)?;
        let at = self.weighted(l)?;
        let mut own = self.layers[at].get_mut().parameters_mut();
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
        self.layers.iter().map(|layer| layer.get().parameters()).flat_map(|p| p.w.into_iter().chain(p.b)).copied().collect()
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
            let own = layer.get_mut().parameters_mut();
            own.w.into_iter().chain(own.b).zip(&mut numbers).for_each(|(own, &number)| *own = number);
        }
        Ok(())
    }

    /// The sum of the squares of all weights (not of the biases), ‖w‖².
    pub fn squared_weights(&self) -> f64 {
        self.layers.iter().map(|layer| layer.get().parameters().w.fold(0.0, |sum, w| sum + w * w)).sum()
    }

    pub(crate) fn check_input(&self, x: &Array2<f64>) -> Result<(), Error> {
        if x.nrows() == 0 {
            return Err(Error::empty("samples"));
        }
        if x.ncols() != self.input.size() {
            let expected = format!("(n, {}), a sample of {} in each row", self.input.size(), self.input);
            return Err(Error::shape("input of the network", expected, format!("({}, {})", x.nrows(), x.ncols())));
        }
        check_finite("input of the network", x)
    }

    /// The forward pass for the rows of `x` (n, d), as in prediction: every z and a.
    ///
    /// # Errors
    /// [`Error::Shape`] when a row is no sample for this network, [`Error::Empty`] without rows, [`Error::NotFinite`] for a NaN or an infinity.
    pub fn forward(&self, x: &Array2<f64>) -> Result<Pass, Error> {
        let mut pass = Pass::new(&self.layers, self.shapes());
        self.forward_into(x, &mut pass)?;
        Ok(pass)
    }

    /// [`Sequential::forward`] into the buffers of an earlier pass of a network of the same layers.
    ///
    /// # Errors
    /// As [`Sequential::forward`], and [`Error::Shape`] when the pass is of another network.
    pub fn forward_into(&self, x: &Array2<f64>, pass: &mut Pass) -> Result<(), Error> {
        self.check_input(x)?;
        self.check_pass(pass)?;
        pass.load(x);
        self.run(pass, None);
        Ok(())
    }

    /// The forward pass of training, in which dropout drops.
    ///
    /// # Errors
    /// As [`Sequential::forward`].
    pub fn forward_training(&self, x: &Array2<f64>, rng: &mut RandomState) -> Result<Pass, Error> {
        self.check_input(x)?;
        let mut pass = Pass::new(&self.layers, self.shapes());
        pass.load(x);
        self.run(&mut pass, Some(rng));
        Ok(pass)
    }

    /// Runs the layers on the input that the pass already holds.
    pub(crate) fn run(&self, pass: &mut Pass, mut rng: Option<&mut RandomState>) {
        for (i, layer) in self.layers.iter().enumerate() {
            let (before, after) = pass.outputs.split_at_mut(i + 1);
            layer.get().forward(&before[i], &mut after[0], &mut pass.memories[i], rng.as_deref_mut());
        }
    }

    fn check_pass(&self, pass: &Pass) -> Result<(), Error> {
        let shapes = self.shapes();
        if pass.shapes != shapes {
            let show = |shapes: &[Shape]| shapes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" → ");
            return Err(Error::shape("pass of a network", show(&shapes), show(&pass.shapes)));
        }
        Ok(())
    }

    /// The backward pass: the gradient of `loss` with respect to every parameter, every layer's output and the input.
    ///
    /// # Errors
    /// [`Error::Shape`] when the pass is of another network, and those of [`Loss::check`] for the targets.
    pub fn backward<'t>(&self, pass: &Pass, targets: impl Into<Targets<'t>>, loss: Loss) -> Result<Gradients, Error> {
        let mut gradients = Gradients::new(&self.layers, self.shapes());
        self.backward_into(pass, targets.into(), loss, &mut gradients)?;
        Ok(gradients)
    }

    /// [`Sequential::backward`] into the buffers of earlier gradients of a network of the same layers.
    ///
    /// # Errors
    /// As [`Sequential::backward`].
    pub fn backward_into(&self, pass: &Pass, targets: Targets<'_>, loss: Loss, gradients: &mut Gradients) -> Result<(), Error> {
        self.check_pass(pass)?;
        let y_hat = pass.output();
        loss.check(y_hat.nrows(), y_hat.ncols(), targets)?;
        gradients.resize(pass);
        let scale = loss.scale(y_hat.nrows(), y_hat.ncols());
        loss.gradient_into(y_hat, targets, scale, gradients.last_delta());
        self.run_back(pass, gradients, true);
        Ok(())
    }

    /// The backward pass from a given gradient with respect to the output, dL/dŷ, of the output's shape: for losses of one's own.
    ///
    /// # Errors
    /// [`Error::Shape`] when the pass is of another network or `delta` is not of its output's shape.
    pub fn backward_from(&self, pass: &Pass, delta: &Array2<f64>) -> Result<Gradients, Error> {
        self.backward_to(pass, delta, true)
    }

    /// [`Sequential::backward_from`], as far as the input only when its gradient is wanted; else that of the first layer's parameters ends it.
    pub(crate) fn backward_to(&self, pass: &Pass, delta: &Array2<f64>, to_input: bool) -> Result<Gradients, Error> {
        self.check_delta(pass, delta)?;
        let mut gradients = Gradients::new(&self.layers, self.shapes());
        gradients.resize(pass);
        gradients.last_delta().assign(delta);
        self.run_back(pass, &mut gradients, to_input);
        Ok(gradients)
    }

    /// The gradient with respect to the input, dL/dx, and no other: through a network that stays as it is.
    pub(crate) fn backward_through(&self, pass: &Pass, delta: &Array2<f64>) -> Result<Array2<f64>, Error> {
        self.check_delta(pass, delta)?;
        let mut delta = delta.clone();
        for (i, layer) in self.layers.iter().enumerate().rev() {
            let mut delta_x = Array2::zeros(pass.outputs[i].raw_dim());
            layer.get().backward(pass.step(i), &delta, Some(&mut delta_x), None);
            delta = delta_x;
        }
        Ok(delta)
    }

    /// Runs the layers backwards from the last delta that the gradients already hold; that of the input only when it is wanted.
    pub(crate) fn run_back(&self, pass: &Pass, gradients: &mut Gradients, to_input: bool) {
        for (i, layer) in self.layers.iter().enumerate().rev() {
            let (before, after) = gradients.deltas.split_at_mut(i + 1);
            let delta_x = (i > 0 || to_input).then_some(&mut before[i]);
            layer.get().backward(pass.step(i), &after[0], delta_x, Some(&mut gradients.layers[i]));
        }
    }

    fn check_delta(&self, pass: &Pass, delta: &Array2<f64>) -> Result<(), Error> {
        self.check_pass(pass)?;
        if delta.dim() != pass.output().dim() {
            return Err(Error::shape("gradient of the output", format!("{:?}", pass.output().dim()), format!("{:?}", delta.dim())));
        }
        Ok(())
    }

    /// The outputs for the rows of `x` (n, d), of shape (n, k).
    ///
    /// # Errors
    /// As [`Sequential::forward`].
    pub fn output(&self, x: &Array2<f64>) -> Result<Array2<f64>, Error> {
        self.check_input(x)?;
        let mut y_hat = Array2::zeros((x.nrows(), self.output_size()));
        if let Some(mut fast) = Fast::for_prediction(self) {
            fast.output(self, x.as_standard_layout().as_slice().expect("standard layout"), &mut y_hat);
            return Ok(y_hat);
        }
        // In parts, so that the memory needed for the passes does not grow with the data.
        let mut pass = Pass::new(&self.layers, self.shapes());
        for (x, mut y_hat) in x.axis_chunks_iter(Axis(0), 256).zip(y_hat.axis_chunks_iter_mut(Axis(0), 256)) {
            pass.resize(x.nrows());
            pass.outputs[0].assign(&x);
            self.run(&mut pass, None);
            y_hat.assign(pass.output());
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

    /// A table of the layers, their output shapes and parameter counts.
    pub fn summary(&self) -> Text {
        let mut rows = vec![["layer".to_owned(), "output".to_owned(), "parameters".to_owned()]];
        rows.push(["Input".into(), self.input.to_string(), "0".into()]);
        for (layer, shape) in self.layers.iter().zip(&self.shapes()[1..]) {
            let Parameters { w, b } = layer.get().parameters();
            rows.push([layer.get().name(), shape.to_string(), (w.len() + b.len()).to_string()]);
        }
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let (first, second, third) = (width(0), width(1), width(2));
        let mut text = String::new();
        for (i, [layer, shape, count]) in rows.iter().enumerate() {
            text += &format!("{layer:<first$}  {shape:<second$}  {count:>third$}\n");
            if i == 0 {
                text += &format!("{}\n", "─".repeat(first + second + third + 4));
            }
        }
        Text(text + &format!("{} parameters in all", self.parameter_count()))
    }

    /// Every neuron's weights and bias, layer by layer.
    pub fn inspect(&self) -> Text {
        let mut text = format!("inputs: {}", self.input);
        let numbers = |row: ArrayView1<'_, f64>| row.iter().map(|w| format!("{w:.6}")).collect::<Vec<_>>().join(", ");
        for (layer, shape) in self.layers.iter().zip(&self.shapes()[1..]) {
            text += &format!("\n{} → {shape}", layer.get().name());
            let Parameters { w, b } = layer.get().parameters();
            // A dense layer keeps a neuron's weights in a column, a convolution a kernel's in a row.
            let (neurons, what) = if matches!(layer, AnyLayer::Dense(_)) { (w.reversed_axes(), "neuron") } else { (w, "kernel") };
            for (j, row) in neurons.outer_iter().enumerate() {
                text += &format!("\n  {what} {j}: weights {}", numbers(row));
                if let Some(b) = b.get(j) {
                    text += &format!("; bias {b:.6}");
                }
            }
            if w.is_empty() && !b.is_empty() {
                text += &format!("\n  slopes {}", numbers(b));
            }
        }
        Text(text)
    }
}

/// `Ok` for samples that have numbers, and no more than max pooling and the arrays' lengths can count.
pub(crate) fn check_size(what: &str, shape: Shape) -> Result<(), Error> {
    let fits = (1..=u32::MAX as usize).contains(&shape.size());
    if fits { Ok(()) } else { Err(Error::value(what, "from 1 to 4294967295 numbers", shape)) }
}

/// Where layer `l`, counted from 1 over the layers that have weights, stands among all layers.
fn nth_weighted(layers: &[AnyLayer], l: usize) -> Result<usize, Error> {
    let mut weighted = layers.iter().enumerate().filter(|(_, layer)| layer.has_weights()).map(|(i, _)| i);
    let count = weighted.clone().count();
    l.checked_sub(1)
        .and_then(|before| weighted.nth(before))
        .ok_or_else(|| Error::value("layer", format!("a number from 1 to {count}, the layers that have weights"), l))
}

impl Classifier for Sequential {
    /// The class with the largest output; with a single output, class 1 from 0.5 on.
    fn predict_classes(&self, x: &Array2<f64>) -> Result<Array1<usize>, Error> {
        Ok(classes(&self.output(x)?))
    }

    /// The softmax of the outputs, taken as scores; a single output is taken as the probability of class 1.
    fn probabilities(&self, x: &Array2<f64>) -> Result<Option<Array2<f64>>, Error> {
        let y_hat = self.output(x)?;
        Ok(Some(if y_hat.ncols() == 1 { ndarray::concatenate![Axis(1), 1.0 - &y_hat, y_hat] } else { softmax(&y_hat) }))
    }
}
