//! The instruction sets, and the choice among them while the program runs.
//!
//! A kernel is written once and compiled once for each instruction set. Loops over slices are left to the compiler, which turns them into vector
//! instructions; sums that must stay in registers are written with a [`Arithmetic::Lane`], where its luck runs out.
//!
//! That needs no dependency and no build flags (a notebook cannot set any). The crates looked at: `pulp` and `fearless_simd` choose at run
//! time but offer no elementary functions, `wide` and `sleef` choose at compile time, and `multiversion` brings `syn` into every cold build.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{
    __m256d, __m512d, _mm256_fmadd_pd, _mm256_loadu_pd, _mm256_set1_pd, _mm256_storeu_pd, _mm512_fmadd_pd, _mm512_loadu_pd, _mm512_set1_pd,
    _mm512_storeu_pd,
};

/// The numbers in a lane: one register of AVX-512, two of AVX2, four of NEON or SSE2.
pub(crate) const LANES: usize = 8;

/// How products are added, one at a time and eight at a time.
pub(crate) trait Arithmetic {
    /// Eight numbers in registers.
    type Lane: Copy;

    /// a b + c.
    fn mul_add(a: f64, b: f64, c: f64) -> f64;

    /// The same number eight times.
    fn splat(number: f64) -> Self::Lane;

    /// Eight numbers from memory.
    fn load(from: &[f64; LANES]) -> Self::Lane;

    /// Eight numbers to memory.
    fn store(lane: Self::Lane, to: &mut [f64; LANES]);

    /// a b + c, number by number.
    fn lane_mul_add(a: Self::Lane, b: Self::Lane, c: Self::Lane) -> Self::Lane;
}

/// Two roundings, on any processor.
pub(crate) struct Separate;

/// One rounding, on processors that all can. (Without the instruction, the standard library's `mul_add` is a slow function call.)
#[cfg(target_arch = "aarch64")]
pub(crate) struct Fused;

/// One rounding, by the instructions of AVX2 and FMA. To be used inside [`versions`] only.
#[cfg(target_arch = "x86_64")]
pub(crate) struct Avx2;

/// One rounding, by the instructions of AVX-512. To be used inside [`versions`] only.
#[cfg(target_arch = "x86_64")]
pub(crate) struct Avx512;

/// A lane as an array, for the compiler to put into registers.
macro_rules! lane_as_array {
    () => {
        type Lane = [f64; LANES];

        #[inline(always)]
        fn splat(number: f64) -> Self::Lane {
            [number; LANES]
        }

        #[inline(always)]
        fn load(from: &[f64; LANES]) -> Self::Lane {
            *from
        }

        #[inline(always)]
        fn store(lane: Self::Lane, to: &mut [f64; LANES]) {
            *to = lane;
        }

        #[inline(always)]
        fn lane_mul_add(a: Self::Lane, b: Self::Lane, c: Self::Lane) -> Self::Lane {
            let mut sums = c;
            for l in 0..LANES {
                sums[l] = Self::mul_add(a[l], b[l], c[l]);
            }
            sums
        }
    };
}

impl Arithmetic for Separate {
    lane_as_array!();

    #[inline(always)]
    fn mul_add(a: f64, b: f64, c: f64) -> f64 {
        a * b + c
    }
}

#[cfg(target_arch = "aarch64")]
impl Arithmetic for Fused {
    lane_as_array!();

    #[inline(always)]
    fn mul_add(a: f64, b: f64, c: f64) -> f64 {
        a.mul_add(b, c)
    }
}

// SAFETY of both that follow: the functions are inlined into functions that `versions` has compiled for, and calls on, a processor that has
// the instructions, and the references that become pointers are to eight numbers.
#[cfg(target_arch = "x86_64")]
impl Arithmetic for Avx2 {
    type Lane = [__m256d; 2];

    #[inline(always)]
    fn mul_add(a: f64, b: f64, c: f64) -> f64 {
        a.mul_add(b, c)
    }

    #[inline(always)]
    fn splat(number: f64) -> Self::Lane {
        // SAFETY: above.
        [unsafe { _mm256_set1_pd(number) }; 2]
    }

    #[inline(always)]
    fn load(from: &[f64; LANES]) -> Self::Lane {
        // SAFETY: above.
        unsafe { [_mm256_loadu_pd(from.as_ptr()), _mm256_loadu_pd(from[4..].as_ptr())] }
    }

    #[inline(always)]
    fn store(lane: Self::Lane, to: &mut [f64; LANES]) {
        // SAFETY: above.
        unsafe {
            _mm256_storeu_pd(to.as_mut_ptr(), lane[0]);
            _mm256_storeu_pd(to[4..].as_mut_ptr(), lane[1]);
        }
    }

    #[inline(always)]
    fn lane_mul_add(a: Self::Lane, b: Self::Lane, c: Self::Lane) -> Self::Lane {
        // SAFETY: above.
        unsafe { [_mm256_fmadd_pd(a[0], b[0], c[0]), _mm256_fmadd_pd(a[1], b[1], c[1])] }
    }
}

#[cfg(target_arch = "x86_64")]
impl Arithmetic for Avx512 {
    type Lane = __m512d;

    #[inline(always)]
    fn mul_add(a: f64, b: f64, c: f64) -> f64 {
        a.mul_add(b, c)
    }

    #[inline(always)]
    fn splat(number: f64) -> Self::Lane {
        // SAFETY: above.
        unsafe { _mm512_set1_pd(number) }
    }

    #[inline(always)]
    fn load(from: &[f64; LANES]) -> Self::Lane {
        // SAFETY: above.
        unsafe { _mm512_loadu_pd(from.as_ptr()) }
    }

    #[inline(always)]
    fn store(lane: Self::Lane, to: &mut [f64; LANES]) {
        // SAFETY: above.
        unsafe { _mm512_storeu_pd(to.as_mut_ptr(), lane) }
    }

    #[inline(always)]
    fn lane_mul_add(a: Self::Lane, b: Self::Lane, c: Self::Lane) -> Self::Lane {
        // SAFETY: above.
        unsafe { _mm512_fmadd_pd(a, b, c) }
    }
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
        #[cfg(test)]
        if let Some(forced) = FORCED.get() {
            return forced;
        }
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
}

/// Functions of the kernels' users, each compiled once for every instruction set from a generic one.
///
/// The generic one is `#[inline(always)]`, as everything that it calls must be: what is not inlined is compiled for the oldest processor. That
/// rules out `array::map`, `array::from_fn` and closures around lanes, which the compiler sometimes leaves as calls.
macro_rules! versions {
    ($($(#[$meta:meta])* $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? = $generic:ident;)*) => {$(
        $(#[$meta])*
        $visibility fn $name($($argument: $type),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            {
                use $crate::kernel::dispatch::{Avx2, Avx512, InstructionSet, Separate};
                #[allow(clippy::too_many_arguments, reason = "those of the function it stands for")]
                #[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
                fn avx512($($argument: $type),*) $(-> $result)? {
                    $generic::<Avx512>($($argument),*)
                }
                #[allow(clippy::too_many_arguments, reason = "those of the function it stands for")]
                #[target_feature(enable = "avx2,fma")]
                fn avx2($($argument: $type),*) $(-> $result)? {
                    $generic::<Avx2>($($argument),*)
                }
                match InstructionSet::best() {
                    // SAFETY: `best` has asked the processor.
                    InstructionSet::Avx512 => unsafe { avx512($($argument),*) },
                    // SAFETY: as above.
                    InstructionSet::Avx2 => unsafe { avx2($($argument),*) },
                    InstructionSet::Baseline => $generic::<Separate>($($argument),*),
                }
            }
            #[cfg(target_arch = "aarch64")]
            {
                $generic::<$crate::kernel::dispatch::Fused>($($argument),*)
            }
            #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
            {
                $generic::<$crate::kernel::dispatch::Separate>($($argument),*)
            }
        }
    )*};
}
pub(crate) use versions;

#[cfg(test)]
thread_local! {
    static FORCED: std::cell::Cell<Option<InstructionSet>> = const { std::cell::Cell::new(None) };
}

/// What a piece of work gives with each instruction set that this processor has, the best first.
#[cfg(test)]
pub(crate) fn with_each<T>(mut work: impl FnMut(InstructionSet) -> T) -> Vec<(InstructionSet, T)> {
    #[cfg(target_arch = "x86_64")]
    let all = vec![InstructionSet::Avx512, InstructionSet::Avx2, InstructionSet::Baseline];
    #[cfg(not(target_arch = "x86_64"))]
    let all = vec![InstructionSet::Baseline];
    let best = InstructionSet::best();
    let results = all.into_iter().skip_while(|&set| set != best).map(|set| {
        FORCED.set(Some(set));
        let result = work(set);
        FORCED.set(None);
        (set, result)
    });
    results.collect()
}

/// Fails unless a piece of work gives the same whichever of the instruction sets with fused multiply–add it is done with.
#[cfg(test)]
#[track_caller]
pub(crate) fn assert_same_bits<T: PartialEq + std::fmt::Debug>(mut work: impl FnMut() -> T) {
    let results = with_each(|_| work());
    for (set, result) in results.iter().filter(|(set, _)| set.fuses()) {
        assert!(*result == results[0].1, "{set:?} and {:?} differ", results[0].0);
    }
}

#[cfg(test)]
impl InstructionSet {
    /// Whether products are added with one rounding.
    pub(crate) fn fuses(self) -> bool {
        self != Self::Baseline || cfg!(target_arch = "aarch64")
    }
}
