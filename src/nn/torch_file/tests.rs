use super::super::value::{Global, Kind};
use super::super::zip::checksum;
use super::*;
use serde_json::Value as Json;

const V1: &[u8] = include_bytes!("../../../tests/fixtures/rsl_rl/v1.pt");
const V3: &[u8] = include_bytes!("../../../tests/fixtures/rsl_rl/v3.pt");
const V4: &[u8] = include_bytes!("../../../tests/fixtures/rsl_rl/v4.pt");
const VIEWS: &[u8] = include_bytes!("../../../tests/fixtures/rsl_rl/views.pt");
const RECURRENT: &[u8] = include_bytes!("../../../tests/fixtures/rsl_rl/recurrent.pt");
const HOSTILE: &[u8] = include_bytes!("../../../tests/fixtures/rsl_rl/hostile.pt");
const EXPECTED: &str = include_str!("../../../tests/fixtures/rsl_rl/expected.json");

fn rows(value: &Json) -> Vec<Vec<f64>> {
    serde_json::from_value(value.clone()).unwrap()
}

/// Largest difference from what PyTorch itself gave.
fn apart(net: &Dense, expected: &[Vec<f64>]) -> f64 {
    let json: Json = serde_json::from_str(EXPECTED).unwrap();
    let pairs = rows(&json["observations"]).into_iter().zip(expected);
    pairs
        .flat_map(|(x, y)| net.run(&x).into_iter().zip(y).map(|(a, b)| (a - b).abs()).collect::<Vec<_>>())
        .fold(0.0, f64::max)
}

#[test]
fn checkpoints_of_every_version_act_and_judge_as_pytorch_says() {
    let json: Json = serde_json::from_str(EXPECTED).unwrap();
    for (name, file, iteration) in [("v1", V1, 1500), ("v3", V3, 300), ("v4", V4, 10)] {
        let found = read(file, Activation::Elu).unwrap();
        let values: Vec<f64> = serde_json::from_value(json[name]["values"].clone()).unwrap();
        let values: Vec<Vec<f64>> = values.into_iter().map(|v| vec![v]).collect();
        let acting = apart(&found.actor, &rows(&json[name]["actions"]));
        let judging = apart(&found.critic.unwrap(), &values);
        assert!(acting < 1e-5 && judging < 1e-5, "{name}: {acting} {judging}");
        assert_eq!((found.iteration, found.actor.hidden()), (Some(iteration), vec![8, 6]));
        let std = found.std.unwrap();
        assert!(std.len() == 12 && std.iter().all(|s| (0.4..1.0).contains(s)), "{name}: {std:?}");
        let wrong = read(file, Activation::Relu).unwrap();
        assert!(apart(&wrong.actor, &rows(&json[name]["actions"])) > 1e-3, "{name}: the activation matters");
    }
}

#[test]
fn views_and_numbers_of_other_kinds_are_read_as_they_are_meant() {
    let (plain, other) = (read(V1, Activation::Elu).unwrap(), read(VIEWS, Activation::Elu).unwrap());
    // a transposed view, not a copy
    assert_eq!(plain.actor.layers[1].weights, other.actor.layers[1].weights);
    let pairs = plain.actor.layers[0].weights.iter().zip(&other.actor.layers[0].weights);
    let rounded = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(rounded > 0.0 && rounded < 2e-4, "16-bit floats: {rounded}");
}

#[test]
fn a_file_that_wants_to_run_something_is_refused_and_nothing_runs() {
    let error = read(HOSTILE, Activation::Elu).unwrap_err();
    assert!(matches!(error, TorchFileError::Refused(_)), "{error}");
    assert!(error.to_string().contains("system`") && error.to_string().contains("nothing"), "{error}");
    assert!(!std::path::Path::new("gaitlab_was_fooled").exists());
    for (module, name) in [("builtins", "eval"), ("torch", "load"), ("collections", "defaultdict"), ("", "")]
    {
        assert!(Global::named(module, name).is_err());
    }
    assert_eq!(Global::named("torch", "HalfStorage").unwrap(), Global::Storage(Kind::F16));
}

#[test]
fn policies_that_are_no_plain_networks_are_refused_by_name() {
    let error = read(RECURRENT, Activation::Elu).unwrap_err().to_string();
    assert!(error.contains("recurrent") && error.contains("actor.0.weight: missing"), "{error}");
}

#[test]
fn a_torchscript_module_and_a_compressed_archive_are_called_by_their_name() {
    // another method of storing, in the list at the end
    let mut file = V1.to_vec();
    let at = file.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    file[at + 10] = 8;
    let error = read(&file, Activation::Elu).unwrap_err().to_string();
    assert!(error.contains("compressed"), "{error}");
    // as long as `.format_version`, which nothing here reads
    let name = b"constants.pkl\0\0";
    let text = V1.windows(15).enumerate().filter(|(_, w)| w == b".format_version").map(|(i, _)| i);
    let mut file = V1.to_vec();
    for at in text.collect::<Vec<_>>() {
        file[at..at + 15].copy_from_slice(name);
    }
    assert!(read(&file, Activation::Elu).is_ok());
    let shorter = |file: &[u8]| -> Vec<u8> {
        let mut file = file.to_vec();
        let at = file.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        let found = file[at..].windows(15).position(|w| w == name).unwrap() + at;
        // the list's entry begins 46 bytes before the folder's name: a shorter name, two bytes more beside it
        let start = found - 3 - 46;
        let (len, extra) = (file[start + 28], file[start + 30]);
        (file[start + 28], file[start + 30]) = (len - 2, extra + 2);
        file
    };
    let error = read(&shorter(&file), Activation::Elu).unwrap_err().to_string();
    assert!(error.contains("TorchScript"), "{error}");
}

#[test]
fn every_truncation_is_refused() {
    for len in (0..V1.len()).step_by(7) {
        assert!(read(&V1[..len], Activation::Elu).is_err(), "{len}");
    }
}

#[test]
fn a_changed_number_is_noticed() {
    let mut file = V1.to_vec();
    // inside the first stored numbers
    let at = file.windows(4).position(|w| w == b"PK\x01\x02").unwrap() / 2;
    file[at] ^= 4;
    let error = read(&file, Activation::Elu);
    assert!(error.is_err() || error == read(V1, Activation::Elu), "damage must not go unnoticed");
    assert_eq!(checksum(b""), 0);
}

fn pickled(bytes: &[u8]) -> Result<(), String> {
    unpickle(bytes).map(|_| ()).map_err(|e| e.to_string())
}

#[test]
fn hostile_pickles_end_in_errors() {
    let refused = |bytes: &[u8], why: &str| {
        let error = pickled(bytes).unwrap_err();
        assert!(error.contains(why), "{error}");
    };
    refused(b"\x80\x02cos\nsystem\nX\x02\0\0\0ls\x85R.", "os.system");
    refused(b"\x80\x04\x8c\x02nt\x8c\x06system\x93.", "nt.system");
    refused(b"\x80\x02i", "operation 'i'");
    refused(b"\x80\x02X\xff\xff\xff\xffab", "announces");
    refused(b"\x80\x02K\x01K\x02R.", "no short tuple");
    refused(b"\x80\x02K\x01)R.", "no function");
    refused(b"\x80\x02}K\x01s.", "does not have");
    refused(b"\x80\x02(K\x010 0.", "operation ' '");
    refused(b"\x80\x02h\x07.", "never remembered");
    refused(b"\x80\x02]K\x01ab.", "does not have");
    refused(b"\x80\x02cos\nsys", "inside a name");
    refused(b"\x80\x02(t(t(t", "too early");
    refused(b"\x80\x09.", "version 9");
    refused(&[&b"\x80\x02"[..], &b"N".repeat(300_000)].concat(), "more than 262144");
    // lists of lists of lists, a million deep if they were copied or walked
    let deep = [&b"\x80\x02"[..], &b"]".repeat(100_000), &b"a".repeat(99_999), b"."].concat();
    assert_eq!(pickled(&deep), Ok(()));
    // a list that holds itself
    assert_eq!(pickled(b"\x80\x02]q\0h\0a."), Ok(()));
}
