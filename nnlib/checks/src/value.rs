//! What a reader's function was given and what it gave back, as something to compare, to print and to send.

use ndarray::{Array, Array1, Array2, ArrayD, Dimension, arr0};

/// How far an answer may be off: absolute near 0, relative far from it.
const TOLERANCE: f64 = 1e-9;

/// Numbers in an array of any shape, or text.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Numbers(ArrayD<f64>),
    Text(String),
}

impl Value {
    /// Whether two values agree, number by number, within the tolerance.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Numbers(a), Self::Numbers(b)) => a.shape() == b.shape() && a.iter().zip(b).all(|(&a, &b)| close(a, b)),
            (Self::Text(a), Self::Text(b)) => a == b,
            _ => false,
        }
    }

    /// Whether all its numbers are finite.
    pub(crate) fn is_finite(&self) -> bool {
        !matches!(self, Self::Numbers(array) if array.iter().any(|v| !v.is_finite()))
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Text(text) => {
                bytes.push(b't');
                write(text.as_bytes(), bytes);
            }
            Self::Numbers(array) => {
                bytes.push(b'n');
                write(&array.shape().iter().flat_map(|&size| (size as u64).to_le_bytes()).collect::<Vec<_>>(), bytes);
                write(&array.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>(), bytes);
            }
        }
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        *bytes = rest;
        if *kind == b't' {
            return Some(Self::Text(String::from_utf8_lossy(read(bytes)?).into_owned()));
        }
        let sizes = read(bytes)?.as_chunks().0.iter().map(|&eight| u64::from_le_bytes(eight) as usize).collect::<Vec<_>>();
        let numbers = read(bytes)?.as_chunks().0.iter().map(|&eight| f64::from_le_bytes(eight)).collect();
        ArrayD::from_shape_vec(sizes, numbers).ok().map(Self::Numbers)
    }
}

/// What a function gave back: its values, or the message of its panic.
pub(crate) type Returned = Result<Vec<Value>, String>;

/// As bytes, of which [`decode`] makes the same again.
pub(crate) fn encode(returned: &Returned) -> Vec<u8> {
    let mut bytes = vec![u8::from(returned.is_ok())];
    match returned {
        Ok(values) => values.iter().for_each(|value| value.write(&mut bytes)),
        Err(message) => bytes.extend(message.as_bytes()),
    }
    bytes
}

pub(crate) fn decode(bytes: &[u8]) -> Returned {
    match bytes {
        [1, values @ ..] => {
            let mut rest = values;
            Ok(std::iter::from_fn(|| Value::read(&mut rest)).collect())
        }
        [_, message @ ..] => Err(String::from_utf8_lossy(message).into_owned()),
        [] => Err(String::new()),
    }
}

/// Bytes behind their number.
pub(crate) fn write(part: &[u8], bytes: &mut Vec<u8>) {
    bytes.extend((part.len() as u64).to_le_bytes());
    bytes.extend(part);
}

/// The bytes that [`write`] wrote, taken off the front.
pub(crate) fn read<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (size, rest) = bytes.split_first_chunk::<8>()?;
    let (part, rest) = rest.split_at_checked(u64::from_le_bytes(*size) as usize)?;
    *bytes = rest;
    Some(part)
}

/// Whether two numbers agree. A NaN agrees with a NaN, so that a known mistake that overflows is recognised.
pub(crate) fn close(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan()) || (b.is_finite() && (a - b).abs() <= TOLERANCE * b.abs().max(1.0))
}

/// A function that is given to a reader's function, with its formula.
pub(crate) struct Function<F>(pub(crate) &'static str, pub(crate) F);

/// What consists of one or more values.
pub(crate) trait Values {
    fn values(&self) -> Vec<Value>;
}

fn numbers<D: Dimension>(array: &Array<f64, D>) -> Vec<Value> {
    vec![Value::Numbers(array.clone().into_dyn())]
}

impl<D: Dimension> Values for Array<f64, D> {
    fn values(&self) -> Vec<Value> {
        numbers(self)
    }
}

impl Values for f64 {
    fn values(&self) -> Vec<Value> {
        numbers(&arr0(*self))
    }
}

impl Values for usize {
    fn values(&self) -> Vec<Value> {
        (*self as f64).values()
    }
}

impl Values for Vec<f64> {
    fn values(&self) -> Vec<Value> {
        numbers(&Array1::from(self.clone()))
    }
}

impl Values for Vec<usize> {
    fn values(&self) -> Vec<Value> {
        Array1::from(self.clone()).values()
    }
}

impl Values for Array1<usize> {
    fn values(&self) -> Vec<Value> {
        numbers(&self.mapv(|v| v as f64))
    }
}

impl Values for Vec<u8> {
    fn values(&self) -> Vec<Value> {
        vec![Value::Text(format!("{self:?}"))]
    }
}

impl Values for String {
    fn values(&self) -> Vec<Value> {
        vec![Value::Text(self.clone())]
    }
}

impl Values for &'static str {
    fn values(&self) -> Vec<Value> {
        vec![Value::Text(format!("{self:?}"))]
    }
}

impl Values for Vec<&'static str> {
    fn values(&self) -> Vec<Value> {
        vec![Value::Text(format!("{self:?}"))]
    }
}

impl Values for Option<&'static str> {
    fn values(&self) -> Vec<Value> {
        vec![Value::Text(self.map_or("none".to_owned(), |text| format!("{text:?}")))]
    }
}

impl Values for Vec<Vec<usize>> {
    fn values(&self) -> Vec<Value> {
        vec![Value::Text(format!("{self:?}"))]
    }
}

impl Values for Vec<(Array2<f64>, Array1<f64>)> {
    fn values(&self) -> Vec<Value> {
        self.iter().flat_map(Values::values).collect()
    }
}

impl Values for Vec<(Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>)> {
    fn values(&self) -> Vec<Value> {
        self.iter().flat_map(Values::values).collect()
    }
}

impl<F> Values for Function<F> {
    fn values(&self) -> Vec<Value> {
        vec![Value::Text(self.0.to_owned())]
    }
}

macro_rules! tuples {
    ($($part:ident)+) => {
        impl<$($part: Values),+> Values for ($($part,)+) {
            fn values(&self) -> Vec<Value> {
                #[allow(non_snake_case)]
                let ($($part,)+) = self;
                [$($part.values()),+].concat()
            }
        }
    };
}
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E G);
tuples!(A B C D E G H J);
