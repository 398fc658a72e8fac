use super::*;
use std::collections::VecDeque;

/// One decoded event: step, file version, whether it starts a session, scalars.
#[derive(Debug, Default, PartialEq)]
struct Decoded {
    step: u64,
    version: Option<String>,
    session_start: bool,
    scalars: Vec<(String, f32)>,
}

/// One protobuf field: number and payload (varints as eight bytes).
fn fields(bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut rest: VecDeque<u8> = bytes.iter().copied().collect();
    let varint = |rest: &mut VecDeque<u8>| {
        let (mut value, mut shift) = (0_u64, 0);
        loop {
            let byte = rest.pop_front().unwrap();
            value |= u64::from(byte & 0x7F) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                return value;
            }
        }
    };
    let mut found = Vec::new();
    while let Some(key) = rest.pop_front() {
        let payload = match key & 7 {
            VARINT => varint(&mut rest).to_le_bytes().to_vec(),
            FIXED64 => rest.drain(..8).collect(),
            FIXED32 => rest.drain(..4).collect(),
            BYTES => {
                let length = varint(&mut rest) as usize;
                rest.drain(..length).collect()
            }
            other => panic!("wire type {other}"),
        };
        found.push((key >> 3, payload));
    }
    found
}

fn decode(file: &[u8]) -> Vec<Decoded> {
    let mut rest = file;
    let mut events = Vec::new();
    while !rest.is_empty() {
        let (length, after) = rest.split_at(8);
        let (length_crc, after) = after.split_at(4);
        assert_eq!(length_crc, masked_crc(length).to_le_bytes());
        let (data, after) = after.split_at(u64::from_le_bytes(length.try_into().unwrap()) as usize);
        let (data_crc, after) = after.split_at(4);
        assert_eq!(data_crc, masked_crc(data).to_le_bytes());
        rest = after;
        let mut event = Decoded::default();
        for (field, payload) in fields(data) {
            match field {
                1 => assert!(f64::from_le_bytes(payload.try_into().unwrap()) > 1.7e9),
                2 => event.step = u64::from_le_bytes(payload.try_into().unwrap()),
                3 => event.version = Some(String::from_utf8(payload).unwrap()),
                5 => {
                    for (_, value) in fields(&payload) {
                        let parts = fields(&value);
                        let tag = String::from_utf8(parts[0].1.clone()).unwrap();
                        event.scalars.push((tag, f32::from_le_bytes(parts[1].1.clone().try_into().unwrap())));
                    }
                }
                7 => event.session_start = fields(&payload)[0].1[0] == 1,
                other => panic!("field {other}"),
            }
        }
        events.push(event);
    }
    events
}

#[test]
fn the_checksum_matches_the_published_vectors() {
    // RFC 3720, appendix B.4, and the check value of the CRC catalogue.
    assert_eq!(crc32c(b"123456789"), 0xE306_9283);
    assert_eq!(crc32c(&[0; 32]), 0x8A91_36AA);
    assert_eq!(crc32c(&[0xFF; 32]), 0x62A8_AB43);
    let rising: Vec<u8> = (0..32).collect();
    assert_eq!(crc32c(&rising), 0x46DD_794E);
}

#[test]
fn numbers_of_any_size_have_the_documented_encoding() {
    let encoded = |value| {
        let mut bytes = Vec::new();
        put_varint(&mut bytes, value);
        bytes
    };
    assert_eq!(encoded(1), [1]);
    assert_eq!(encoded(300), [0xAC, 0x02]);
    assert_eq!(encoded(u64::MAX).len(), 10);
}

#[test]
fn what_was_written_can_be_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = EventWriter::create(folder.path(), None).unwrap();
    writer.scalars(7, [("reward/tracking", 1.5), ("loss/value", f64::NAN)]).unwrap();
    writer.scalars(300, [("reward/tracking", -2.25)]).unwrap();
    writer.flush().unwrap();
    let events = decode(&std::fs::read(writer.path()).unwrap());
    assert_eq!(events.len(), 3);
    assert_eq!(events[0].version.as_deref(), Some("brain.Event:2"));
    assert_eq!(events[1].step, 7);
    assert_eq!(events[1].scalars[0], ("reward/tracking".into(), 1.5));
    assert!(events[1].scalars[1].1.is_nan());
    assert_eq!(
        events[2],
        Decoded { step: 300, scalars: vec![("reward/tracking".into(), -2.25)], ..Decoded::default() }
    );
}

#[test]
fn a_resumed_run_tells_the_reader_from_where_to_forget() {
    let folder = tempfile::tempdir().unwrap();
    let first = EventWriter::create(folder.path(), None).unwrap();
    let second = EventWriter::create(folder.path(), Some(40)).unwrap();
    assert!(first.path() < second.path(), "the reader takes files in the order of their names");
    let events = decode(&std::fs::read(second.path()).unwrap());
    assert_eq!((events[1].step, events[1].session_start), (40, true));
}

/// What TensorBoard itself reads of a folder, as lines `tag step value`.
const READER: &str = r"
import sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1], size_guidance={'scalars': 0})
events.Reload()
for tag in events.Tags()['scalars']:
    for e in events.Scalars(tag):
        print(tag, e.step, float(e.value).hex())
";

#[test]
fn tensorboard_itself_reads_what_a_run_wrote() {
    let Some(python) = std::env::var_os("GAITLAB_TENSORBOARD_PYTHON").filter(|p| !p.is_empty()) else {
        println!("skipped: GAITLAB_TENSORBOARD_PYTHON names no Python with TensorBoard");
        return;
    };
    use crate::run::{Metrics, Step};
    let folder = tempfile::tempdir().unwrap();
    let step = |iteration| Step { iteration, env_steps: iteration * 8192, seconds: 0.5 * iteration as f64 };
    let mut metrics = Metrics::create(folder.path()).unwrap();
    let of = |i: u64| [("reward/track_lin_vel", 0.1 * i as f64), ("terrain/stairs_up/level", i as f64)];
    for i in 1..=40 {
        metrics.write(step(i * 10), &of(i)).unwrap();
    }
    drop(metrics);
    // a resumed run writes its last rows again
    let mut metrics = Metrics::resume(folder.path(), 301).unwrap();
    for i in 31..=50 {
        metrics.write(step(i * 10), &of(i)).unwrap();
    }
    drop(metrics);
    let read = std::process::Command::new(python).args(["-c", READER]).arg(folder.path()).output().unwrap();
    let (text, errors) = (String::from_utf8_lossy(&read.stdout), String::from_utf8_lossy(&read.stderr));
    assert!(read.status.success(), "{errors}");
    let lines: Vec<Vec<&str>> = text.lines().map(|l| l.split(' ').collect()).collect();
    let tags: std::collections::BTreeSet<&str> = lines.iter().map(|l| l[0]).collect();
    let expected =
        ["progress/env_steps", "progress/seconds", "reward/track_lin_vel", "terrain/stairs_up/level"];
    assert_eq!(Vec::from_iter(tags), expected);
    let levels: Vec<&Vec<&str>> = lines.iter().filter(|l| l[0] == expected[3]).collect();
    let steps: Vec<u64> = levels.iter().map(|l| l[1].parse().unwrap()).collect();
    assert_eq!(steps, (1..=50).map(|i| i * 10).collect::<Vec<_>>(), "{errors}");
    assert_eq!(levels[49][2], "0x1.9000000000000p+5");
}
