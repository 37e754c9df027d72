//! A network's weights as safetensors, which NumPy and every framework read.

use std::any::Any;
use std::collections::BTreeMap;
use std::iter::repeat_n;
use std::path::Path;

use ndarray::ArrayD;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

use crate::error::{Error, check_finite};
use crate::file;
use crate::file::write::write_atomically;
use crate::math::shape::Shape;
use crate::nn::layer::Parameters;
use crate::nn::layer::conv2d::Conv2d;
use crate::nn::layer::dense::Dense;
use crate::nn::layer::prelu::PRelu;
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
    /// PyTorch, whose weights of a linear layer are (h, d), takes them into a `net` of the same layers so:
    ///
    /// ```python
    /// w = safetensors.torch.load_file("weights.safetensors")
    /// for i, layer in enumerate((m for m in net if isinstance(m, (nn.Linear, nn.Conv2d))), 1):
    ///     layer.load_state_dict({"weight": w[f"{i}.w"] if w[f"{i}.w"].dim() == 4 else w[f"{i}.w"].T, "bias": w[f"{i}.b"]})
    /// ```
    ///
    /// # Errors
    /// [`Error::File`] when the file cannot be written, [`Error::NotFinite`] for a NaN or an infinity among the weights.
    pub fn save_weights(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        write_atomically(path.as_ref(), &self.to_safetensors()?)
    }

    /// The bytes that [`Sequential::save_weights`] writes, for where there are no files.
    ///
    /// # Errors
    /// As [`Sequential::save_weights`], without those of files.
    pub fn to_safetensors(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        for (name, array) in tensors(self)? {
            check_finite(&name, &array)?;
            bytes.push((name, array.shape().to_vec(), array.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>()));
        }
        let views = bytes
            .iter()
            .map(|(name, shape, bytes)| (name, TensorView::new(Dtype::F64, shape.clone(), bytes).expect("eight bytes a number")));
        safetensors::serialize(views, None).map_err(|error| Error::value("weights", "no more than a safetensors file holds", error))
    }

    /// Reads weights that [`Sequential::save_weights`] wrote for a network of the same layers, or that PyTorch did.
    ///
    /// PyTorch's are those of an `nn.Sequential`, also one within another module: "0.weight", "0.bias", "2.weight", …, of which the first
    /// belong to the first layer with weights, and so on; `save_file(net.state_dict(), path)` writes them. Linear weights (h, d) are
    /// transposed; the slopes of an `nn.PReLU`, one in all or one a channel, are given to each of its inputs. Numbers in single, half or
    /// bfloat16 precision become double ones, exactly.
    ///
    /// # Errors
    /// [`Error::File`] when the file cannot be read; [`Error::Format`] when it is no safetensors file or does not hold exactly the network's
    /// weights, named and shaped as above; [`Error::NotFinite`] for a NaN or an infinity. The network is unchanged then.
    pub fn load_weights(&mut self, path: impl AsRef<Path>) -> Result<(), Error> {
        self.set_weights(path.as_ref(), &file::read(path.as_ref())?)
    }

    /// Reads the bytes that [`Sequential::to_safetensors`] gave, or PyTorch wrote.
    ///
    /// # Errors
    /// As [`Sequential::load_weights`], without those of files.
    pub fn set_safetensors(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.set_weights(Path::new("the weights"), bytes)
    }

    fn set_weights(&mut self, path: &Path, bytes: &[u8]) -> Result<(), Error> {
        let numbers = self.read_weights(path, bytes)?;
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
        let own = tensors(self)?;
        // Reading a header takes many times its length: it must not be longer than these names and shapes, and a few words, could be.
        let most = 4096 + 256 * own.len() as u64;
        match bytes.first_chunk().map(|length| u64::from_le_bytes(*length)) {
            Some(length) if (most..bytes.len() as u64).contains(&length) => {
                return Err(wrong("header", &format!("at most {most} bytes for a network of {} tensors", own.len()), &length.to_string()));
            }
            _ => {}
        }
        let file = SafeTensors::deserialize(bytes).map_err(|error| {
            let got = file::mistaken_for(bytes).map_or_else(|| error.to_string(), str::to_owned);
            wrong("header", "a safetensors file", &got)
        })?;
        let mut given: BTreeMap<&str, TensorView<'_>> = file.iter().collect();
        let modules = pytorch_modules(&given).map_err(|name| {
            let expected = "the name that nn.Sequential gives, such as \"0.weight\", with the same words before each number";
            wrong(&format!("tensor \"{name}\""), expected, "another")
        })?;
        let mut numbers = Vec::new();
        let (mut layers, mut last) = (0, String::new());
        let mut channels = match self.input_shape() {
            Shape::Image { channels, .. } => channels,
            Shape::Flat(_) => 1,
        };
        for (mut name, own) in own {
            let (layer, kind) = name.split_once('.').expect("a layer and what it is of it");
            let mut shape = own.shape().to_vec();
            let mut slopes = None;
            if let Some(modules) = &modules {
                layers += usize::from(layer != last);
                last = layer.to_owned();
                let kind = if kind == "b" { "bias" } else { "weight" };
                let is_prelu = layer.starts_with("prelu");
                let unknown = || (layers - 1).to_string();
                name = format!("{}.{kind}", modules.get(layers - 1).cloned().unwrap_or_else(unknown));
                match shape[..] {
                    [inputs, outputs] => shape = vec![outputs, inputs],
                    [outputs, _, _, _] => channels = outputs,
                    [n] if is_prelu => {
                        let few = given.get(name.as_str()).map_or(n, |tensor| tensor.shape().iter().product());
                        if few == 1 || (few == channels && n % channels == 0) {
                            (shape, slopes) = (vec![few], Some(n / few));
                        }
                    }
                    _ => {}
                }
            }
            let at = format!("tensor \"{name}\"");
            let expected = format!("F64, F32, F16 or BF16 of shape {shape:?}");
            let tensor = given.remove(name.as_str()).ok_or_else(|| wrong(&at, &expected, "no such tensor"))?;
            let loaded = widened(&tensor).filter(|_| tensor.shape() == shape);
            let loaded = loaded.ok_or_else(|| wrong(&at, &expected, &format!("{} of shape {:?}", tensor.dtype(), tensor.shape())))?;
            let loaded = ArrayD::from_shape_vec(shape, loaded).expect("as many as the shape says");
            check_finite(&format!("{}, {at}", path.display()), &loaded)?;
            match (&modules, slopes) {
                (Some(_), None) if own.ndim() == 2 => numbers.extend(loaded.t().iter()),
                (_, Some(each)) => numbers.extend(loaded.iter().flat_map(|&slope| repeat_n(slope, each))),
                _ => numbers.extend(loaded),
            }
        }
        match given.keys().next() {
            None => Ok(numbers),
            Some(name) => Err(wrong(&format!("tensor \"{name}\""), "only the weights of the network", "one that it does not have")),
        }
    }
}

/// The modules of PyTorch's `nn.Sequential` that have weights, in its order, when the names are its; else the name that is not.
fn pytorch_modules(given: &BTreeMap<&str, TensorView<'_>>) -> Result<Option<Vec<String>>, String> {
    let stem = |name: &str| name.strip_suffix(".weight").or(name.strip_suffix(".bias")).map(str::to_owned);
    if !given.keys().any(|name| stem(name).is_some()) {
        return Ok(None);
    }
    let mut modules: Vec<(usize, String)> = Vec::new();
    for name in given.keys() {
        let numbered = stem(name).and_then(|stem| Some((stem.rsplit('.').next()?.parse().ok()?, stem)));
        modules.push(numbered.ok_or_else(|| (*name).to_owned())?);
    }
    modules.sort();
    modules.dedup();
    let before = |stem: &str| stem.rsplit_once('.').map(|(before, _)| before.to_owned());
    match modules.iter().find(|(_, stem)| before(stem) != before(&modules[0].1)) {
        Some((_, other)) => Err(format!("{other}.weight")),
        None => Ok(Some(modules.into_iter().map(|(_, stem)| stem).collect())),
    }
}

/// The numbers of a tensor of floating-point numbers.
fn widened(tensor: &TensorView<'_>) -> Option<Vec<f64>> {
    fn each<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f64) -> Option<Vec<f64>> {
        Some(bytes.as_chunks().0.iter().map(|&bytes| number(bytes)).collect())
    }
    let bytes = tensor.data();
    match tensor.dtype() {
        Dtype::F64 => each(bytes, f64::from_le_bytes),
        Dtype::F32 => each(bytes, |bytes| f64::from(f32::from_le_bytes(bytes))),
        Dtype::F16 => each(bytes, |bytes| half(u16::from_le_bytes(bytes))),
        // The upper half of an f32.
        Dtype::BF16 => each(bytes, |bytes| f64::from(f32::from_bits(u32::from(u16::from_le_bytes(bytes)) << 16))),
        _ => None,
    }
}

/// A number of half precision: a sign, five bits of exponent, ten of fraction (IEEE 754, binary16).
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    let size = match exponent {
        0 => fraction * 2_f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction / 1024.0) * 2_f64.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -size } else { size }
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
