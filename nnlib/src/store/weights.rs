//! A network's weights as safetensors, which NumPy and every framework read.

use std::any::Any;
use std::collections::BTreeMap;
use std::path::Path;

use ndarray::ArrayD;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

use crate::error::Error;
use crate::error::check_finite;
use crate::file;
use crate::nn::layer::{Conv2d, Dense, PRelu, Parameters};
use crate::nn::sequential::Sequential;

impl Sequential {
    /// Writes the weights to a file in the safetensors format, in double precision: Keras's `save_weights`.
    ///
    /// Layers are counted from 1 over those that have weights: "1.w", "1.b", "2.w", …; a layer without biases has no "b". The shapes are
    /// the layer's: (d, h) for a dense layer, OIHW for a convolution. The slopes of the PReLUs are "prelu1.alpha", "prelu2.alpha", …
    ///
    /// ```
    /// use nnlib::{RandomState, Sequential};
    /// # let path = std::env::temp_dir().join(format!("nnlib-doc-{}.safetensors", std::process::id()));
    /// let network = Sequential::input(2).dense(3).build(&mut RandomState::new(0))?;
    /// network.save_weights(&path)?; // Python: safetensors.numpy.load_file(path)["1.w"]
    /// let mut other = Sequential::input(2).dense(3).build(&mut RandomState::new(1))?;
    /// other.load_weights(&path)?;
    /// assert_eq!(other, network);
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), nnlib::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::File`] when the file cannot be written, [`Error::NotFinite`] for a NaN or an infinity among the weights.
    pub fn save_weights(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let mut bytes = Vec::new();
        for (name, array) in tensors(self)? {
            check_finite(&name, &array)?;
            bytes.push((name, array.shape().to_vec(), array.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>()));
        }
        let views = bytes
            .iter()
            .map(|(name, shape, bytes)| (name, TensorView::new(Dtype::F64, shape.clone(), bytes).expect("eight bytes a number")));
        let bytes = safetensors::serialize(views, None);
        let bytes = bytes.map_err(|error| Error::value("weights", "no more than a safetensors file holds", error))?;
        file::write_atomically(path.as_ref(), &bytes)
    }

    /// Reads weights that [`Sequential::save_weights`] wrote for a network of the same layers.
    ///
    /// # Errors
    /// [`Error::File`] when the file cannot be read; [`Error::Format`] when it is no safetensors file or does not hold exactly the network's
    /// weights, named, shaped and in double precision as above; [`Error::NotFinite`] for a NaN or an infinity. The network is unchanged then.
    pub fn load_weights(&mut self, path: impl AsRef<Path>) -> Result<(), Error> {
        let numbers = self.read_weights(path.as_ref(), &file::read(path.as_ref())?)?;
        let mut numbers = numbers.into_iter();
        for layer in self.layers_mut() {
            let mut own = layer.parameters_mut();
            own.w.iter_mut().chain(&mut own.b).zip(&mut numbers).for_each(|(own, number)| *own = number);
        }
        Ok(())
    }

    /// The numbers in a file of this network's weights, in the network's order.
    fn read_weights(&self, path: &Path, bytes: &[u8]) -> Result<Vec<f64>, Error> {
        let wrong = |at: &str, expected: &str, got: &str| Error::format(path.display().to_string(), at, expected, got);
        let file = SafeTensors::deserialize(bytes).map_err(|error| wrong("header", "a safetensors file", &error.to_string()))?;
        let mut given: BTreeMap<&str, TensorView<'_>> = file.iter().collect();
        let mut numbers = Vec::new();
        for (name, own) in tensors(self)? {
            let at = format!("tensor \"{name}\"");
            let expected = format!("F64 of shape {:?}", own.shape());
            let tensor = given.remove(name.as_str()).ok_or_else(|| wrong(&at, &expected, "no such tensor"))?;
            if tensor.dtype() != Dtype::F64 || tensor.shape() != own.shape() {
                return Err(wrong(&at, &expected, &format!("{} of shape {:?}", tensor.dtype(), tensor.shape())));
            }
            let loaded = tensor.data().chunks_exact(8).map(|bytes| f64::from_le_bytes(bytes.try_into().expect("eight bytes")));
            let loaded = ArrayD::from_shape_vec(own.raw_dim(), loaded.collect()).expect("as many as the shape says");
            check_finite(&format!("{}, {at}", path.display()), &loaded)?;
            numbers.extend(loaded);
        }
        match given.keys().next() {
            None => Ok(numbers),
            Some(name) => Err(wrong(&format!("tensor \"{name}\""), "only the weights of the network", "one that it does not have")),
        }
    }
}

/// The network's weights, biases and slopes by name, in its order, in the shapes that its layers have them.
///
/// # Errors
/// [`Error::Value`] for a layer of a reader's own that has parameters: their meaning stands in its code alone.
fn tensors(network: &Sequential) -> Result<Vec<(String, ArrayD<f64>)>, Error> {
    let (mut weighted, mut prelus) = (0, 0);
    let mut tensors = Vec::new();
    for (i, layer) in network.layers().iter().enumerate() {
        let (Parameters { w, b }, any) = (layer.parameters(), &**layer as &dyn Any);
        if w.is_empty() && b.is_empty() {
            continue;
        }
        if any.is::<PRelu>() {
            prelus += 1;
            tensors.push((format!("prelu{prelus}.alpha"), b.to_owned().into_dyn()));
            continue;
        }
        let w = match any.downcast_ref::<Conv2d>() {
            Some(conv) => conv.w().to_owned().into_dyn(),
            None if any.is::<Dense>() => w.to_owned().into_dyn(),
            None => {
                return Err(Error::value(
                    format!("layer {i} of the network"),
                    "one of nnlib's own, to keep its weights in a file",
                    layer.name(),
                ));
            }
        };
        weighted += 1;
        let named = [(format!("{weighted}.w"), w), (format!("{weighted}.b"), b.to_owned().into_dyn())];
        tensors.extend(named.into_iter().filter(|(_, array)| !array.is_empty()));
    }
    Ok(tensors)
}
