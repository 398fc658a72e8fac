//! Instruction sets: every stage is compiled once for each, and one is chosen at run time.
use super::extra::{Extras, View};
use super::layout::{Block, Layout};
use super::model::Model;
use super::options::Options;
use super::scratch::Scratch;
use crate::lane::{Arr, WIDTH, cast, cast_mut};
use crate::terrain::Terrain;

/// An instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// Sixteen lanes per register.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// Eight lanes per register, two registers per value.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// Plain arrays, left to the compiler.
    Portable,
}

impl Backend {
    /// What this processor can run, fastest first.
    pub fn supported() -> Vec<Backend> {
        let mut all = vec![];
        #[cfg(target_arch = "x86_64")]
        {
            let fma = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            if fma
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512dq")
            {
                all.push(Backend::Avx512);
            }
            if fma {
                all.push(Backend::Avx2);
            }
        }
        all.push(Backend::Portable);
        all
    }

    /// Runs one control tick on a block's arena.
    pub(super) fn tick(
        self,
        m: &Model,
        l: &Layout,
        t: &Terrain,
        o: &Options,
        x: &Extras,
        arena: &mut [Arr<WIDTH>],
    ) {
        // SAFETY: a simulator only takes a back end that `supported` returned.
        unsafe {
            match self {
                #[cfg(target_arch = "x86_64")]
                Backend::Avx512 => avx512::tick(m, l, t, o, x, arena),
                #[cfg(target_arch = "x86_64")]
                Backend::Avx2 => avx2::tick(m, l, t, o, x, arena),
                Backend::Portable => portable::tick(m, l, t, o, x, arena),
            }
        }
    }

    /// Heights of the ground around the base; see [`super::ground::scan`].
    pub(super) fn scan(
        self,
        l: &Layout,
        t: &Terrain,
        arena: &[Arr<WIDTH>],
        points: &[[f32; 2]],
        out: &mut [Arr<WIDTH>],
    ) {
        // SAFETY: as in `tick`.
        unsafe {
            match self {
                #[cfg(target_arch = "x86_64")]
                Backend::Avx512 => avx512::scan(l, t, arena, points, out),
                #[cfg(target_arch = "x86_64")]
                Backend::Avx2 => avx2::scan(l, t, arena, points, out),
                Backend::Portable => portable::scan(l, t, arena, points, out),
            }
        }
    }
}

/// Stages as functions of their own (a profiler shows them), with the features of a back end.
macro_rules! stage {
    ($features:tt $name:ident = $path:path, ($($arg:ident: $type:ty),*)) => {
        stage!(@ $features #[inline(never)] unsafe fn $name($($arg: $type),*) { $path($($arg),*) });
    };
    (@ [] $($f:tt)*) => { $($f)* };
    (@ [$features:literal] $($f:tt)*) => { #[target_feature(enable = $features)] $($f)* };
}

macro_rules! backend {
    ($name:ident, $lane:ty, $features:tt) => {
        mod $name {
            use super::*;
            use std::cell::RefCell;
            type V = $lane;

            thread_local! {
                static SCRATCH: RefCell<Scratch<V>> = RefCell::new(Scratch::default());
            }
            stage!($features forward = super::super::forward::forward,
                (m: &Model, b: &mut Block<V>, s: &mut Scratch<V>, o: &Options));
            stage!($features backward = super::super::backward::backward,
                (m: &Model, b: &mut Block<V>, s: &mut Scratch<V>, o: &Options));
            stage!($features begin = super::super::extra::begin,
                (b: &mut Block<V>, x: &View<V>, step: usize));
            stage!($features load = super::super::extra::load,
                (m: &Model, b: &Block<V>, s: &mut Scratch<V>, o: &Options, x: &View<V>));
            stage!($features factor = super::super::factor::factor,
                (m: &Model, b: &mut Block<V>, s: &mut Scratch<V>));
            stage!($features contacts = super::super::contacts::contacts,
                (m: &Model, b: &mut Block<V>, s: &mut Scratch<V>, o: &Options));
            stage!($features uneven_contacts = super::super::uneven::uneven_contacts,
                (m: &Model, b: &mut Block<V>, s: &mut Scratch<V>, t: &Terrain, o: &Options));
            stage!($features self_contacts = super::super::self_contacts::self_contacts,
                (m: &Model, b: &mut Block<V>, s: &mut Scratch<V>, o: &Options));
            stage!($features limits = super::super::limits::limits,
                (m: &Model, b: &mut Block<V>, s: &mut Scratch<V>, o: &Options));
            stage!($features solve = super::super::solve::solve,
                (m: &Model, b: &mut Block<V>, s: &mut Scratch<V>, o: &Options));
            stage!($features solve_all = super::super::solve::solve_all,
                (m: &Model, b: &mut Block<V>, s: &mut Scratch<V>, o: &Options));
            stage!($features integrate = super::super::integrate::integrate,
                (m: &Model, b: &mut Block<V>, s: &mut Scratch<V>, o: &Options));
            stage!($features observe = super::super::feet::observe,
                (m: &Model, b: &mut Block<V>, s: &Scratch<V>, t: &Terrain, o: &Options));
            stage!($features scan_lanes = super::super::ground::scan,
                (t: &Terrain, pose: &[V; 7], points: &[[f32; 2]], out: &mut [V]));

            /// # Safety
            /// The processor must have the features of this back end.
            pub(super) unsafe fn tick(
                m: &Model,
                l: &Layout,
                t: &Terrain,
                o: &Options,
                x: &Extras,
                arena: &mut [Arr<WIDTH>],
            ) {
                SCRATCH.with_borrow_mut(|s| {
                    s.fit(m);
                    let mut b = Block::split(l, cast_mut::<_, V>(arena));
                    let (some, x) = (x.any(), x.view::<V>());
                    // SAFETY: promised by the caller.
                    unsafe {
                        for step in 0..o.substeps {
                            if some {
                                begin(&mut b, &x, step);
                            }
                            forward(m, &mut b, s, o);
                            backward(m, &mut b, s, o);
                            if some || o.leaning {
                                load(m, &b, s, o, &x);
                            }
                            factor(m, &mut b, s);
                            if o.uneven {
                                uneven_contacts(m, &mut b, s, t, o);
                            } else {
                                contacts(m, &mut b, s, o);
                            }
                            if !m.pairs.links.is_empty() {
                                self_contacts(m, &mut b, s, o);
                            }
                            limits(m, &mut b, s, o);
                            if o.uneven || !m.pairs.links.is_empty() {
                                solve_all(m, &mut b, s, o);
                            } else if s.num_contacts + s.num_limits > 0 {
                                solve(m, &mut b, s, o);
                            }
                            integrate(m, &mut b, s, o);
                        }
                        observe(m, &mut b, s, t, o);
                    }
                })
            }

            /// # Safety
            /// The processor must have the features of this back end.
            pub(super) unsafe fn scan(
                l: &Layout,
                t: &Terrain,
                arena: &[Arr<WIDTH>],
                points: &[[f32; 2]],
                out: &mut [Arr<WIDTH>],
            ) {
                let pose = &arena[l.pos.start..l.quat.end];
                let pose = cast::<_, V>(pose).first_chunk().expect("position and orientation are neighbours");
                // SAFETY: promised by the caller.
                unsafe { scan_lanes(t, pose, points, cast_mut::<_, V>(out)) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
backend!(avx512, crate::lane::F32x16, ["avx512f,avx512vl,avx512dq,fma,avx2"]);
#[cfg(target_arch = "x86_64")]
backend!(avx2, crate::lane::Pair<crate::lane::F32x8>, ["avx2,fma"]);
backend!(portable, Arr<WIDTH>, []);
