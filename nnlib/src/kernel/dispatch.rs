//! The instruction sets, and the choice among them while the program runs.
//!
//! A kernel is written once, as plain loops that the compiler turns into vector instructions, and compiled once for each instruction set.
//! That needs no dependency and no build flags (a notebook cannot set any). The crates looked at: `pulp` and `fearless_simd` choose at run
//! time but offer no elementary functions, `wide` and `sleef` choose at compile time, and `multiversion` brings `syn` into every cold build.

/// How products are added.
pub(crate) trait Arithmetic {
    /// a b + c.
    fn mul_add(a: f64, b: f64, c: f64) -> f64;
}

/// One rounding, by an instruction that the processor has. (Without it, the standard library's `mul_add` is a slow function call.)
pub(crate) struct Fused;

/// Two roundings, on any processor.
pub(crate) struct Separate;

impl Arithmetic for Fused {
    #[inline(always)]
    fn mul_add(a: f64, b: f64, c: f64) -> f64 {
        a.mul_add(b, c)
    }
}

impl Arithmetic for Separate {
    #[inline(always)]
    fn mul_add(a: f64, b: f64, c: f64) -> f64 {
        a * b + c
    }
}

/// A piece of work to be compiled for every instruction set.
pub(crate) trait Kernel {
    /// What it gives back.
    type Output;

    /// Does the work. `#[inline(always)]`, as everything that it calls must be: a function that is not inlined is compiled for the
    /// oldest processor.
    fn run<A: Arithmetic>(self) -> Self::Output;
}

/// What a processor can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InstructionSet {
    /// Eight numbers at a time.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// Four numbers at a time.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// What every processor of the target has.
    Baseline,
}

impl InstructionSet {
    /// The best that this processor has.
    #[inline]
    pub(crate) fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") && is_x86_feature_detected!("fma") {
                return Self::Avx512;
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                return Self::Avx2;
            }
        }
        Self::Baseline
    }

    /// All that this processor has, the best first.
    #[cfg(test)]
    pub(crate) fn available() -> Vec<Self> {
        #[cfg(target_arch = "x86_64")]
        let all = vec![Self::Avx512, Self::Avx2, Self::Baseline];
        #[cfg(not(target_arch = "x86_64"))]
        let all = vec![Self::Baseline];
        let best = Self::best();
        all.into_iter().skip_while(|&set| set != best).collect()
    }

    /// Whether products are added with one rounding.
    #[cfg(test)]
    pub(crate) fn fuses(self) -> bool {
        self != Self::Baseline || cfg!(target_arch = "aarch64")
    }
}

/// Runs a kernel in the best version for this processor.
#[inline]
pub(crate) fn run<K: Kernel>(kernel: K) -> K::Output {
    run_on(InstructionSet::best(), kernel)
}

/// Runs a kernel in the version for an instruction set, which must be one that this processor has.
#[inline]
pub(crate) fn run_on<K: Kernel>(set: InstructionSet, kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
        fn avx512<K: Kernel>(kernel: K) -> K::Output {
            kernel.run::<Fused>()
        }
        #[target_feature(enable = "avx2,fma")]
        fn avx2<K: Kernel>(kernel: K) -> K::Output {
            kernel.run::<Fused>()
        }
        match set {
            // SAFETY: `InstructionSet::best` and `available`, the only sources of these values, have asked the processor.
            InstructionSet::Avx512 => unsafe { avx512(kernel) },
            // SAFETY: as above.
            InstructionSet::Avx2 => unsafe { avx2(kernel) },
            InstructionSet::Baseline => kernel.run::<Separate>(),
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let InstructionSet::Baseline = set;
        if cfg!(target_arch = "aarch64") { kernel.run::<Fused>() } else { kernel.run::<Separate>() }
    }
}
