//! A scalar tape: automatic differentiation, one number at a time.
//!
//! Every operation makes a [`Value`] that remembers what it was made from and its local derivatives. [`Value::backward`] walks the graph
//! from a result back to its inputs, each value after all that were made from it, and adds up derivatives by the chain rule. It is slow,
//! knows nothing of layers, and so is an independent check of every gradient derived by hand. After A. Karpathy's micrograd.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};
use std::rc::Rc;

/// A number that knows how it was computed.
///
/// ```
/// use nnlib::autodiff::Value;
/// let (x, w) = (Value::new(2.0), Value::new(-3.0));
/// let y = (&x * &w + 1.0).tanh();
/// y.backward();
/// assert_eq!(x.gradient(), -3.0 * (1.0 - y.value() * y.value()));
/// ```
#[derive(Clone)]
#[must_use]
pub struct Value(Rc<Node>);

struct Node {
    value: f64,
    gradient: Cell<f64>,
    operation: &'static str,
    /// What it was made from, each with the derivative of this value with respect to it.
    parents: RefCell<Vec<(Value, f64)>>,
    label: RefCell<String>,
}

impl Drop for Node {
    /// Takes a long chain apart link by link: the default would recurse, and overflow the stack.
    fn drop(&mut self) {
        let mut chain = std::mem::take(self.parents.get_mut());
        while let Some((Value(node), _)) = chain.pop() {
            if let Ok(mut node) = Rc::try_unwrap(node) {
                chain.append(node.parents.get_mut());
            }
        }
    }
}

impl Value {
    /// An input.
    pub fn new(value: f64) -> Self {
        Self::made(value, "", Vec::new())
    }

    fn made(value: f64, operation: &'static str, parents: Vec<(Self, f64)>) -> Self {
        let (gradient, label) = (Cell::new(0.0), RefCell::default());
        Self(Rc::new(Node { value, gradient, operation, parents: RefCell::new(parents), label }))
    }

    /// f of this value, given the result and the derivative.
    fn unary(&self, operation: &'static str, value: f64, derivative: f64) -> Self {
        Self::made(value, operation, vec![(self.clone(), derivative)])
    }

    /// The number.
    pub fn value(&self) -> f64 {
        self.0.value
    }

    /// The derivative with respect to this value of the result on which [`Value::backward`] was last called.
    pub fn gradient(&self) -> f64 {
        self.0.gradient.get()
    }

    /// Names the value in a drawing.
    pub fn labelled(self, label: &str) -> Self {
        label.clone_into(&mut self.0.label.borrow_mut());
        self
    }

    /// eˣ.
    pub fn exp(&self) -> Self {
        let e = self.value().exp();
        self.unary("exp", e, e)
    }

    /// The natural logarithm.
    pub fn ln(&self) -> Self {
        self.unary("ln", self.value().ln(), 1.0 / self.value())
    }

    /// The hyperbolic tangent.
    pub fn tanh(&self) -> Self {
        let t = self.value().tanh();
        self.unary("tanh", t, 1.0 - t * t)
    }

    /// max(0, x).
    pub fn relu(&self) -> Self {
        let x = self.value();
        self.unary("relu", if x < 0.0 { 0.0 } else { x + 0.0 }, if x > 0.0 { 1.0 } else { 0.0 })
    }

    /// 1 / (1 + e⁻ˣ).
    pub fn sigmoid(&self) -> Self {
        let s = crate::math::activation::sigmoid(self.value());
        self.unary("sigmoid", s, s * (1.0 - s))
    }

    /// xⁿ.
    pub fn powi(&self, n: i32) -> Self {
        // x⁰ is 1 everywhere, also at 0, where n xⁿ⁻¹ would be 0 times infinity.
        let slope = if n == 0 { 0.0 } else { f64::from(n) * self.value().powi(n.saturating_sub(1)) };
        self.unary("power", self.value().powi(n), slope)
    }

    /// This value and all it was made from, each after those it was made from (topological order).
    pub fn graph(&self) -> Vec<Self> {
        let (mut order, mut seen, mut stack) = (Vec::new(), HashSet::new(), vec![(self.clone(), false)]);
        // A stack of our own instead of recursion, so that the depth of a graph is limited by memory alone.
        while let Some((value, parents_done)) = stack.pop() {
            if parents_done {
                order.push(value);
            } else if seen.insert(Rc::as_ptr(&value.0)) {
                stack.push((value.clone(), true));
                stack.extend(value.0.parents.borrow().iter().map(|(parent, _)| (parent.clone(), false)));
            }
        }
        order
    }

    /// Computes the derivative of this value with respect to every value that it was made from.
    ///
    /// Each value passes on its gradient once, when all that was made from it has been counted: the reverse of [`Value::graph`]'s order.
    pub fn backward(&self) {
        let order = self.graph();
        order.iter().for_each(|value| value.0.gradient.set(0.0));
        self.0.gradient.set(1.0);
        for value in order.iter().rev() {
            for (parent, derivative) in value.0.parents.borrow().iter() {
                parent.0.gradient.set(parent.gradient() + derivative * value.gradient());
            }
        }
    }

    /// The label, if it has one, and the operation that made it.
    fn title(&self) -> String {
        [self.0.label.borrow().as_str(), self.0.operation].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" = ")
    }

    /// The graph as nodes, each with its text, and edges from a node to what was made of it: for a drawing.
    pub fn drawing(&self) -> (Vec<String>, Vec<(usize, usize)>) {
        let order = self.graph();
        let at = |value: &Self| order.iter().position(|other| Rc::ptr_eq(&other.0, &value.0)).expect("in the graph");
        let nodes = order.iter().map(|v| format!("{}\nvalue {:.4}\ngradient {:.4}", v.title(), v.value(), v.gradient())).collect();
        let edges = order.iter().enumerate().flat_map(|(to, v)| v.0.parents.borrow().iter().map(|(p, _)| (at(p), to)).collect::<Vec<_>>());
        (nodes, edges.collect())
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({}, gradient {})", self.value(), self.gradient())
    }
}

/// An operator for every mixture of values, references and plain numbers.
macro_rules! operator {
    ($trait:ident, $method:ident, $symbol:literal, |$x:ident, $y:ident| $value:expr, $dx:expr, $dy:expr) => {
        impl $trait<&Value> for &Value {
            type Output = Value;
            fn $method(self, other: &Value) -> Value {
                let ($x, $y) = (self.value(), other.value());
                Value::made($value, $symbol, vec![(self.clone(), $dx), (other.clone(), $dy)])
            }
        }
        operator!(@forward $trait, $method, Value, Value, |a, b| (&a).$method(&b));
        operator!(@forward $trait, $method, Value, &Value, |a, b| (&a).$method(b));
        operator!(@forward $trait, $method, &Value, Value, |a, b| a.$method(&b));
        operator!(@forward $trait, $method, Value, f64, |a, b| (&a).$method(&Value::new(b)));
        operator!(@forward $trait, $method, &Value, f64, |a, b| a.$method(&Value::new(b)));
        operator!(@forward $trait, $method, f64, Value, |a, b| (&Value::new(a)).$method(&b));
        operator!(@forward $trait, $method, f64, &Value, |a, b| (&Value::new(a)).$method(b));
    };
    (@forward $trait:ident, $method:ident, $left:ty, $right:ty, |$a:ident, $b:ident| $result:expr) => {
        impl $trait<$right> for $left {
            type Output = Value;
            fn $method(self, other: $right) -> Value {
                let ($a, $b) = (self, other);
                $result
            }
        }
    };
}

operator!(Add, add, "+", |x, y| x + y, 1.0, 1.0);
operator!(Sub, sub, "−", |x, y| x - y, 1.0, -1.0);
operator!(Mul, mul, "×", |x, y| x * y, y, x);
operator!(Div, div, "÷", |x, y| x / y, 1.0 / y, -x / (y * y));

impl Neg for &Value {
    type Output = Value;
    fn neg(self) -> Value {
        self * -1.0
    }
}

impl Neg for Value {
    type Output = Value;
    fn neg(self) -> Value {
        -&self
    }
}

impl std::iter::Sum for Value {
    fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
        values.reduce(|total, value| total + value).unwrap_or_else(|| Self::new(0.0))
    }
}
