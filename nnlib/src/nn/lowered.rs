//! A network as the fast kernels take it: the same numbers as layer by layer, many times sooner.

use ndarray::Array2;

use crate::kernel::conv::{Convolution, Pooling};
use crate::kernel::fused::{Layer, Stack, Wanted, Workspace};
use crate::math::loss::Loss;
use crate::math::loss::Targets;
use crate::nn::layer::AnyLayer;
use crate::nn::pass::Gradients;
use crate::nn::sequential::Sequential;
use crate::random::RandomState;

/// Room for fused passes of one network, kept from pass to pass.
#[derive(Debug, Default)]
pub(crate) struct Fast {
    workspace: Workspace,
    /// Room for the list of the layers, which borrows the network only while a pass runs.
    layers: Vec<Layer<'static>>,
    /// The mask of each dropout, and how many numbers of it a sample has.
    masks: Vec<(usize, Vec<f64>)>,
}

impl Fast {
    /// For predictions, unless there is a layer that the kernels do not know.
    pub(crate) fn for_prediction(network: &Sequential) -> Option<Self> {
        let known = |layer: &AnyLayer| !matches!(layer, AnyLayer::PRelu(_));
        network.layers().iter().all(known).then(Self::default)
    }

    /// For training, in which dropout is not nothing.
    pub(crate) fn for_training(network: &Sequential) -> Option<Self> {
        let mut fast = Self::for_prediction(network)?;
        let layers = network.layers().iter().zip(network.shapes());
        fast.masks =
            layers.filter(|(layer, _)| matches!(layer, AnyLayer::Dropout(_))).map(|(_, shape)| (shape.size(), Vec::new())).collect();
        Some(fast)
    }

    /// The loss of the outputs for `x`, summed and multiplied by `scale`, and its gradients; the outputs too where there is a place for them.
    /// Dropout draws from `rng` as it does layer by layer.
    #[expect(clippy::too_many_arguments, reason = "what goes in and what comes out")]
    pub(crate) fn step(
        &mut self,
        network: &Sequential,
        x: &Array2<f64>,
        targets: Targets<'_>,
        loss: Loss,
        scale: f64,
        y_hat: Option<&mut Array2<f64>>,
        gradients: &mut Gradients,
        rng: &mut RandomState,
    ) -> f64 {
        let dropouts =
            network.layers().iter().filter_map(|layer| if let AnyLayer::Dropout(dropout) = layer { Some(dropout) } else { None });
        for (dropout, (width, mask)) in dropouts.zip(&mut self.masks) {
            dropout.draw(x.nrows() * *width, mask, rng);
        }
        let layers = layers(network, &self.masks, std::mem::take(&mut self.layers));
        let stack = Stack { inputs: x.ncols(), layers: &layers };
        let y_hat = y_hat.map(|y_hat| y_hat.as_slice_mut().expect("contiguous"));
        let value = self.workspace.loss_and_gradients(
            stack,
            x.as_slice().expect("contiguous"),
            targets,
            loss,
            scale,
            Wanted { y_hat, delta_x: None },
        );
        let with_weights = gradients.layers.iter_mut().filter(|gradient| !gradient.w.is_empty());
        for (gradient, (w, b)) in with_weights.zip(self.workspace.gradients()) {
            gradient.w.as_slice_mut().expect("contiguous").copy_from_slice(w);
            gradient.b.as_slice_mut().expect("contiguous").copy_from_slice(b);
        }
        self.layers = recycle(layers);
        value
    }

    /// The outputs for the rows of `x`.
    pub(crate) fn output(&mut self, network: &Sequential, x: &[f64], y_hat: &mut Array2<f64>) {
        let layers = layers(network, &[], std::mem::take(&mut self.layers));
        let stack = Stack { inputs: network.input_shape().size(), layers: &layers };
        self.workspace.output(stack, x, y_hat.as_slice_mut().expect("contiguous"));
        self.layers = recycle(layers);
    }
}

/// The same room for a list with another lifetime: collecting an emptied list in place allocates nothing.
fn recycle<'b>(mut layers: Vec<Layer<'_>>) -> Vec<Layer<'b>> {
    layers.clear();
    layers.into_iter().map(|_| unreachable!("the list is empty")).collect()
}

/// The layers, borrowed; those that give the same numbers another shape are left out, and dropout where there is no mask for it.
fn layers<'a>(network: &'a Sequential, masks: &'a [(usize, Vec<f64>)], room: Vec<Layer<'static>>) -> Vec<Layer<'a>> {
    let mut layers = recycle(room);
    let mut masks = masks.iter();
    layers.extend(network.layers().iter().filter_map(|layer| match layer {
        AnyLayer::Dense(dense) => {
            let w = dense.w.as_slice().expect("contiguous");
            Some(Layer::Dense { w, b: dense.b.as_slice().expect("contiguous"), outputs: dense.w.ncols() })
        }
        AnyLayer::Activate(activate) => Some(Layer::Activation(activate.0)),
        AnyLayer::Conv2d(conv) => {
            let ((outputs, channels, rows, columns), (height, width)) = (conv.w.dim(), conv.input());
            let convolution = Convolution::new([channels, height, width], outputs, [rows, columns], conv.stride(), conv.padding());
            let w = conv.w.as_slice().expect("contiguous");
            Some(Layer::Conv2d { w, b: conv.b.as_slice().expect("contiguous"), convolution })
        }
        AnyLayer::MaxPool2d(pool) => {
            let (channels, height, width) = pool.input();
            Some(Layer::MaxPool2d(Pooling { image: [channels, height, width], size: pool.size() }))
        }
        AnyLayer::Dropout(_) => masks.next().map(|(_, mask)| Layer::Mask(mask)),
        AnyLayer::Flatten(_) | AnyLayer::PRelu(_) => None,
    }));
    layers
}
