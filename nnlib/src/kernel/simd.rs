//! Instruction sets, and the choice among them while the program runs.
//!
//! A kernel is written once, generic over [`Simd`], and compiled once for each instruction set. A set is a type whose value, a token, is made only
//! where the processor was found to have its instructions: whoever holds a token may call its methods. Loops over slices are left to the
//! compiler, which turns them into vector instructions; where auto-vectorisation is unreliable, as in sums that must stay in registers, a kernel is
//! written in [`Simd::Lane`]s.
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

/// A processor's way to multiply and add, one number at a time and eight at a time. It brings the
/// [elementary functions](crate::math::elementary::Elementary) with it.
pub(crate) trait Simd: Copy {
    /// Eight numbers in registers.
    type Lane: Copy;

    /// a b + c of single numbers.
    fn scalar_mul_add(self, a: f64, b: f64, c: f64) -> f64;

    /// The same number eight times.
    fn splat(self, number: f64) -> Self::Lane;

    /// Eight numbers from memory.
    fn load(self, from: &[f64; LANES]) -> Self::Lane;

    /// Eight numbers to memory.
    fn store(self, lane: Self::Lane, to: &mut [f64; LANES]);

    /// a b + c, number by number.
    fn lane_mul_add(self, a: Self::Lane, b: Self::Lane, c: Self::Lane) -> Self::Lane;
}

/// What every processor of the target has: one rounding where that is a multiply–add instruction (elsewhere the standard library's `mul_add` is
/// a slow function call), else two.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Baseline(());

/// The instructions of AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx2(());

/// The instructions of AVX-512 (F and DQ), AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx512(());

impl Simd for Baseline {
    /// For the compiler to put into registers.
    type Lane = [f64; LANES];

    #[inline(always)]
    fn scalar_mul_add(self, a: f64, b: f64, c: f64) -> f64 {
        if cfg!(target_arch = "aarch64") { a.mul_add(b, c) } else { a * b + c }
    }

    #[inline(always)]
    fn splat(self, number: f64) -> Self::Lane {
        [number; LANES]
    }

    #[inline(always)]
    fn load(self, from: &[f64; LANES]) -> Self::Lane {
        *from
    }

    #[inline(always)]
    fn store(self, lane: Self::Lane, to: &mut [f64; LANES]) {
        *to = lane;
    }

    #[inline(always)]
    fn lane_mul_add(self, a: Self::Lane, b: Self::Lane, c: Self::Lane) -> Self::Lane {
        let mut sums = c;
        for l in 0..LANES {
            sums[l] = self.scalar_mul_add(a[l], b[l], c[l]);
        }
        sums
    }
}

/// [`Simd`] by the intrinsics of a token's instruction set, on so many of its registers.
#[cfg(target_arch = "x86_64")]
macro_rules! by_intrinsics {
    ($token:ident, $register:ty, $count:literal, $splat:ident, $load:ident, $store:ident, $mul_add:ident) => {
        // SAFETY of all blocks: a token is a processor that has the instructions, and pointers are to as many numbers as a register holds.
        impl Simd for $token {
            type Lane = [$register; $count];

            #[inline(always)]
            fn scalar_mul_add(self, a: f64, b: f64, c: f64) -> f64 {
                a.mul_add(b, c)
            }

            #[inline(always)]
            fn splat(self, number: f64) -> Self::Lane {
                // SAFETY: above.
                [unsafe { $splat(number) }; $count]
            }

            #[inline(always)]
            fn load(self, from: &[f64; LANES]) -> Self::Lane {
                let mut lane = self.splat(0.0);
                for i in 0..$count {
                    // SAFETY: above.
                    lane[i] = unsafe { $load(from[i * (LANES / $count)..][..LANES / $count].as_ptr()) };
                }
                lane
            }

            #[inline(always)]
            fn store(self, lane: Self::Lane, to: &mut [f64; LANES]) {
                for i in 0..$count {
                    // SAFETY: above.
                    unsafe { $store(to[i * (LANES / $count)..][..LANES / $count].as_mut_ptr(), lane[i]) };
                }
            }

            #[inline(always)]
            fn lane_mul_add(self, a: Self::Lane, b: Self::Lane, c: Self::Lane) -> Self::Lane {
                let mut sums = c;
                for i in 0..$count {
                    // SAFETY: above.
                    sums[i] = unsafe { $mul_add(a[i], b[i], c[i]) };
                }
                sums
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
by_intrinsics!(Avx2, __m256d, 2, _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_fmadd_pd);
#[cfg(target_arch = "x86_64")]
by_intrinsics!(Avx512, __m512d, 1, _mm512_set1_pd, _mm512_loadu_pd, _mm512_storeu_pd, _mm512_fmadd_pd);

/// A token of any kind.
#[derive(Clone, Copy, Debug)]
pub(crate) enum InstructionSet {
    /// Eight numbers at a time.
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
    /// Four numbers at a time.
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    /// As many as every processor of the target can.
    Baseline(Baseline),
}

impl InstructionSet {
    /// The best that this processor has: the only place where tokens are made.
    #[inline]
    pub(crate) fn detect() -> Self {
        #[cfg(test)]
        let limit = tests::LIMIT.get();
        #[cfg(not(test))]
        let limit = LANES;
        #[cfg(target_arch = "x86_64")]
        {
            let fused = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            if limit >= 8 && fused && is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") {
                return Self::Avx512(Avx512(()));
            }
            if limit >= 4 && fused {
                return Self::Avx2(Avx2(()));
            }
        }
        let _ = limit;
        Self::Baseline(Baseline(()))
    }
}

/// Functions, each compiled once for every instruction set from a generic one that takes a token before the other arguments.
///
/// The generic one is `#[inline(always)]`, as everything that it calls must be: what is not inlined is compiled for the oldest processor. That
/// rules out `array::map`, `array::from_fn` and closures around lanes, which the compiler sometimes leaves as calls.
macro_rules! versions {
    ($($(#[$meta:meta])* $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? = $generic:ident;)*) => {$(
        $(#[$meta])*
        #[allow(clippy::too_many_arguments, reason = "those of the function it stands for")]
        $visibility fn $name($($argument: $type),*) $(-> $result)? {
            use $crate::kernel::simd::InstructionSet;
            #[cfg(target_arch = "x86_64")]
            use $crate::kernel::simd::{Avx2, Avx512};
            #[cfg(target_arch = "x86_64")]
            #[allow(clippy::too_many_arguments, reason = "as above")]
            #[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
            fn avx512(simd: Avx512, $($argument: $type),*) $(-> $result)? {
                $generic(simd, $($argument),*)
            }
            #[cfg(target_arch = "x86_64")]
            #[allow(clippy::too_many_arguments, reason = "as above")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2(simd: Avx2, $($argument: $type),*) $(-> $result)? {
                $generic(simd, $($argument),*)
            }
            match InstructionSet::detect() {
                // SAFETY: the token is a processor that has the instructions.
                #[cfg(target_arch = "x86_64")]
                InstructionSet::Avx512(simd) => unsafe { avx512(simd, $($argument),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                InstructionSet::Avx2(simd) => unsafe { avx2(simd, $($argument),*) },
                InstructionSet::Baseline(simd) => $generic(simd, $($argument),*),
            }
        }
    )*};
}
pub(crate) use versions;

/// Calls a function whose constant is a number of rows: 1, 2, 3, or 4 where there are more.
macro_rules! up_to_four {
    ($rows:expr, $function:ident($($argument:expr),* $(,)?)) => {
        match $rows {
            1 => $function::<_, 1>($($argument),*),
            2 => $function::<_, 2>($($argument),*),
            3 => $function::<_, 3>($($argument),*),
            _ => $function::<_, 4>($($argument),*),
        }
    };
}
pub(crate) use up_to_four;

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    thread_local! {
        /// The most numbers at a time that this thread's kernels may take.
        pub(super) static LIMIT: std::cell::Cell<usize> = const { std::cell::Cell::new(LANES) };
    }

    impl InstructionSet {
        /// Whether products are added with one rounding.
        pub(crate) fn fuses(self) -> bool {
            !matches!(self, Self::Baseline(_)) || cfg!(target_arch = "aarch64")
        }
    }

    /// What a piece of work gives with each instruction set that this processor has, the best first.
    pub(crate) fn with_each<T>(mut work: impl FnMut(InstructionSet) -> T) -> Vec<(InstructionSet, T)> {
        let results = [8, 4, 1].map(|limit| {
            LIMIT.set(limit);
            let set = InstructionSet::detect();
            (set, work(set))
        });
        LIMIT.set(LANES);
        results.into()
    }

    /// Fails unless a piece of work gives the same whichever of the instruction sets with fused multiply–add it is done with.
    #[track_caller]
    pub(crate) fn assert_same_bits<T: PartialEq + std::fmt::Debug>(mut work: impl FnMut() -> T) {
        let results = with_each(|_| work());
        for (set, result) in results.iter().filter(|(set, _)| set.fuses()) {
            assert!(*result == results[0].1, "{set:?} and {:?} differ", results[0].0);
        }
    }
}
