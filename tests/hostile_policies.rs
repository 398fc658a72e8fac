//! Files of policies from strangers, changed at random: whatever they hold, the answer is a policy or a clear error,
//! never a panic, and memory stays bounded.
//!
//! A few hundred cases by default; `GAITLAB_FUZZ_CASES=1000000` tries more, `GAITLAB_FUZZ_SEED` others.
#![allow(clippy::unwrap_used)] // helpers of tests are not inside `#[test]` functions
use gaitlab::nn::{Activation, ActorCritic, Dense, NetworkCfg, onnx, torch_file};
use gaitlab::run::import::{PolicyMap, import_policy};
use gaitlab::task;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::path::PathBuf;

/// Counts what the present thread holds, and the most that it held.
struct Counting;

thread_local! {
    static HELD: Cell<i64> = const { Cell::new(0) };
    static MOST: Cell<i64> = const { Cell::new(0) };
}

fn count(change: i64) {
    // a thread that ends has no counter any more
    let _ = HELD.try_with(|held| {
        held.set(held.get() + change);
        let _ = MOST.try_with(|most| most.set(most.get().max(held.get())));
    });
}

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(-(layout.size() as i64));
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Largest memory that reading a file may take: what is listed is limited, numbers are kept as f64.
fn check_memory(file: usize, what: &str, read: impl FnOnce()) {
    MOST.with(|most| most.set(HELD.with(Cell::get)));
    let before = HELD.with(Cell::get);
    read();
    let most = MOST.with(Cell::get) - before;
    let limit = 64 * file as i64 + (1 << 20);
    assert!(most <= limit, "{what}: {most} bytes of memory for a file of {file}");
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(otherwise)
}

/// Some bytes changed, cut, doubled, moved, or replaced by numbers at the edges.
fn mutate(file: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(6) {
        if file.is_empty() {
            return;
        }
        let (at, len) = (random.below(file.len()), 1 + random.below(16));
        let end = (at + len).min(file.len());
        match random.below(8) {
            0 => file[at] ^= 1 << random.below(8),
            1 => file[at] = random.next() as u8,
            2 => file.truncate(at),
            3 => drop(file.drain(at..end)),
            4 => {
                let piece = file[at..end].to_vec();
                let to = random.below(file.len());
                drop(file.splice(to..to, piece));
            }
            5 => file[at..end].fill([0, 0xff, 0x7f, 0x80][random.below(4)]),
            6 => {
                let value = [0u32, 1, 0x7fff_ffff, 0xffff_ffff][random.below(4)].to_le_bytes();
                for (to, from) in file[at..end].iter_mut().zip(value) {
                    *to = from;
                }
            }
            _ => {
                let repeated = file[at..end].repeat(1 + random.below(40));
                drop(file.splice(at..end, repeated));
            }
        }
    }
}

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rsl_rl").join(name)
}

/// Runs `read` on changed copies of the seeds.
fn fuzz(what: &str, seeds: &[Vec<u8>], read: impl Fn(&[u8])) {
    let mut random = Random(setting("GAITLAB_FUZZ_SEED", 1));
    for case in 0..setting("GAITLAB_FUZZ_CASES", 300) {
        let mut file = seeds[random.below(seeds.len())].clone();
        mutate(&mut file, &mut random);
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            check_memory(file.len(), what, || read(&file));
        }));
        if done.is_err() {
            let path = std::env::temp_dir().join(format!("gaitlab_hostile_{}", std::process::id()));
            std::fs::write(&path, &file).unwrap();
            panic!("{what}: case {case} fails; the file is {}", path.display());
        }
    }
}

const CHECKPOINTS: [&str; 5] = ["v1.pt", "v3.pt", "v4.pt", "views.pt", "recurrent.pt"];

/// Start and length of the pickle, which is the first part of the archive.
fn pickle_part(file: &[u8]) -> (usize, usize) {
    let at = file.windows(8).position(|w| w == b"data.pkl").unwrap();
    let start = (at + 8..file.len()).find(|i| file[*i..].starts_with(&[0x80, 2])).unwrap();
    let list = file.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    let size = u32::from_le_bytes(*file[list + 24..].first_chunk().unwrap());
    (start, size as usize)
}

fn crc(bytes: &[u8]) -> u32 {
    let step = |c: u32, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 };
    !bytes.iter().fold(!0u32, |c, b| (0..8).fold(c ^ u32::from(*b), step))
}

#[test]
fn changed_checkpoints_are_read_or_refused() {
    let seeds: Vec<Vec<u8>> = CHECKPOINTS.iter().map(|n| std::fs::read(fixture(n)).unwrap()).collect();
    fuzz("checkpoint", &seeds, |file| drop(torch_file::read(file, Activation::Elu)));
}

#[test]
fn changed_pickles_with_right_checksums_are_read_or_refused() {
    // the pickle is changed in place and its checksum mended, so that changes reach what is behind
    let seeds: Vec<Vec<u8>> = CHECKPOINTS.iter().map(|n| std::fs::read(fixture(n)).unwrap()).collect();
    let mut random = Random(setting("GAITLAB_FUZZ_SEED", 2));
    let mut read = 0;
    for _ in 0..setting("GAITLAB_FUZZ_CASES", 300) {
        let mut file = seeds[random.below(seeds.len())].clone();
        let (start, size) = pickle_part(&file);
        for _ in 0..=random.below(3) {
            let at = start + random.below(size);
            file[at] = match random.below(3) {
                0 => file[at] ^ (1 << random.below(8)),
                1 => random.next() as u8,
                _ => file[start + random.below(size)],
            };
        }
        let list = file.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        let sum = crc(&file[start..start + size]).to_le_bytes();
        file[list + 16..list + 20].copy_from_slice(&sum);
        check_memory(file.len(), "checkpoint", || {
            read += i32::from(torch_file::read(&file, Activation::Elu).is_ok())
        });
    }
    assert!(read > 0, "no change reached what is behind the checksum");
}

#[test]
fn changed_pickles_are_read_or_refused() {
    let seeds: Vec<Vec<u8>> = CHECKPOINTS
        .iter()
        .map(|n| {
            let file = std::fs::read(fixture(n)).unwrap();
            let (start, size) = pickle_part(&file);
            file[start..start + size].to_vec()
        })
        .collect();
    fuzz("pickle", &seeds, |file| drop(torch_file::unpickle(file)));
}

#[test]
fn random_programs_of_the_pickle_machine_end() {
    let codes = b"(.0JKMNQR X])}aebcGhjqrsut\x80\x85\x86\x87\x88\x89\x8a\x8c\x93\x94\x95";
    let seeds: Vec<Vec<u8>> = (0..64)
        .map(|seed| {
            let mut random = Random(seed);
            (0..400)
                .map(|_| {
                    if random.below(3) == 0 {
                        random.below(4) as u8
                    } else {
                        codes[random.below(codes.len())]
                    }
                })
                .collect()
        })
        .collect();
    fuzz("program", &seeds, |file| drop(torch_file::unpickle(file)));
}

#[test]
fn changed_onnx_files_are_read_or_refused() {
    let net = |actor: Vec<usize>| {
        let cfg = NetworkCfg { actor, critic: vec![1], init_std: 1.0, ..NetworkCfg::default() };
        onnx::to_bytes(&Dense::actor(&ActorCritic::new(&cfg, 10, 3, 1)), &[("task", "none")])
    };
    fuzz("ONNX", &[net(vec![6, 5]), net(vec![]), net(vec![40])], |file| drop(onnx::read(file)));
}

#[test]
fn changed_maps_are_read_or_refused() {
    let plan = task::compile(task::open("a1_flat", &[]).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let map = PolicyMap::of_task(&plan);
    for ending in ["ron", "json"] {
        let path = folder.path().join("map").with_extension(ending);
        let seed = map.to_text(&path).unwrap().into_bytes();
        let mut random = Random(setting("GAITLAB_FUZZ_SEED", 3));
        for _ in 0..setting("GAITLAB_FUZZ_CASES", 300) / 10 {
            let mut text = seed.clone();
            mutate(&mut text, &mut random);
            std::fs::write(&path, &text).unwrap();
            // the whole way, as the command goes it
            drop(import_policy(&fixture("v1.pt"), &plan, Some(&path)));
        }
    }
}
